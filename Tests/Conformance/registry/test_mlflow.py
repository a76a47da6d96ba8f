"""Models that MLflow's own libraries saved, without a manifest of ours."""

import json
import pathlib
import subprocess

import numpy
import pytest
import tritonclient.grpc as triton
from checks import reason, until, versions
from servers import mlflow_python
from sources import Tracker

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """Folders of MLflow models, and what they answer."""
    folder = tmp_path_factory.mktemp("saved")
    run = subprocess.run(
        [mlflow_python(), HERE / "log_models.py", folder],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return folder, json.loads((folder / "expected.json").read_text())


@pytest.fixture
def tracker(server):
    one = Tracker(server("mlflow"))
    yield one
    one.end()


def content(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", ["xgboost", "xgboost-json", "lightgbm", "onnx"])
def test_a_plain_model_answers_as_the_original_does(saved, tracker, cluster, name):
    folder, expected = saved
    tracker.publish("credit", 1, content(folder / name), tags={"vigie.namespace": "credit"})
    pod = cluster.start(tracker)
    assert versions(pod) == [1], reason(pod, "credit", 1)
    metadata = pod.client.get_model_metadata("credit")
    rows = numpy.array(expected["rows"], dtype=numpy.float32)
    made = triton.InferInput(metadata.inputs[0].name, list(rows.shape), metadata.inputs[0].datatype)
    kind = {"FP32": numpy.float32, "FP64": numpy.float64}[metadata.inputs[0].datatype]
    made.set_data_from_numpy(rows.astype(kind))
    answer = pod.client.infer("credit", [made])
    outputs = {o.name: answer.as_numpy(o.name) for o in metadata.outputs}
    wanted = numpy.array(expected[name])
    differences = []
    for values in outputs.values():
        if values.dtype.kind != "f":
            continue
        column = values[:, -1] if values.ndim == 2 else values
        differences.append(numpy.abs(column - wanted).max())
    assert min(differences) < 1e-5, (outputs, wanted)


def test_its_manifest_is_of_mlmodel_signature_and_tags(saved, tracker, cluster):
    folder, _ = saved
    decision = {"approveBelow": 0.05, "declineFrom": 0.15}
    tags = {"vigie.decision": json.dumps(decision), "vigie.author": "risk", "team": "x"}
    tracker.publish("credit", 1, content(folder / "xgboost"), tags=tags)
    pod = cluster.start(tracker)
    assert versions(pod) == [1], reason(pod, "credit", 1)
    (view,) = pathlib.Path(cluster.cache, "views").glob("*/credit/1/*/manifest.json")
    manifest = json.loads(view.read_text())
    assert manifest["flavor"] == "xgboost" and manifest["author"] == "risk"
    assert manifest["decision"] == decision
    names = [feature["name"] for feature in manifest["signature"]["features"]]
    assert names == ["age", "income", "debt ratio"]


def test_a_pickle_is_refused_with_the_way_out(saved, tracker, cluster):
    folder, _ = saved
    tracker.publish("credit", 1, content(folder / "sklearn"))
    pod = cluster.start(tracker)
    said = reason(pod, "credit", 1)
    assert "only Python can run" in said and "mlflow.onnx.log_model" in said


def test_a_wrong_tag_is_named(saved, tracker, cluster):
    folder, _ = saved
    tags = {"vigie.decision": '{"approveBelow": "low", "declineFrom": 0.2}'}
    tracker.publish("credit", 1, content(folder / "xgboost"), tags=tags)
    pod = cluster.start(tracker)
    assert "decision.approveBelow must be a number" in reason(pod, "credit", 1)
    tracker.call(
        "POST",
        "mlflow/model-versions/set-tag",
        {
            "name": tracker.name("credit"),
            "version": "1",
            "key": "vigie.decision",
            "value": '{"approveBelow": 0.1, "declineFrom": 0.2}',
        },
    )
    until(lambda: versions(pod) == [1])


def test_signing_a_plain_model_writes_its_manifest_beside_it(saved, tracker, cluster, tmp_path):
    from test_signing import vigie

    folder, _ = saved
    vigie("keygen", tmp_path / "team")
    tracker.publish("credit", 1, content(folder / "lightgbm"))
    trust = ["--require-signed", f"--trusted-keys={tmp_path / 'team.pub'}"]
    pod = cluster.start(tracker, *trust)
    assert "no manifest of its own" in reason(pod, "credit", 1)
    key = f"--key={tmp_path / 'team.pem'}"
    vigie("sign", "credit", 1, key, source=tracker, cluster=cluster)
    until(lambda: versions(pod) == [1], seconds=90)


def test_a_model_whose_name_is_none_here_says_how_to_name_it(tracker, cluster):
    tracker.known.add("other")
    tracker.call("POST", "mlflow/registered-models/create", {"name": tracker.name("other")})
    pod = cluster.start(tracker)
    index = pod.client.get_model_repository_index().models
    assert any("set the tag vigie.name" in entry.reason for entry in index)
