"""`vigie serve` on a copy of the demo registry, by tritonclient: real models, published while asked."""

import json
import shutil
import threading
import time

import numpy
import pytest
import tritonclient.grpc as triton
from harness import ROOT, Process

MODEL = "credit-default"
DEMO = ROOT / "Sources/pipelines/demo-registry"
FIXTURES = ROOT / "Tests/Fixtures/credit"


@pytest.fixture
def pod(tmp_path):
    """A pod that has version 1 only, its registry, and a client."""
    registry = tmp_path / "registry"
    shutil.copytree(DEMO / MODEL / "1", registry / MODEL / "1")
    process = Process("vigie", "serve", "--registry", str(registry), "--listen", "127.0.0.1:0")
    client = triton.InferenceServerClient(process.address)
    yield registry, client
    client.close()
    assert process.stop() == 0


def publish(registry, version: str):
    """As a careful publisher does: written beside, then renamed."""
    shutil.copytree(DEMO / MODEL / version, registry / MODEL / f"{version}.tmp")
    (registry / MODEL / f"{version}.tmp").rename(registry / MODEL / version)


def until(condition, seconds: float = 20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def rows(version: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The fixture's numeric rows as a tensor, and their log-odds."""
    features = json.loads((DEMO / MODEL / str(version) / "manifest.json").read_text())
    names = [feature["name"] for feature in features["signature"]["features"]]
    fixture = json.loads((FIXTURES / f"{MODEL}-{version}.json").read_text())["rows"]
    values = [[row["features"].get(name) for name in names] for row in fixture]
    table = numpy.array([[numpy.nan if v is None else float(v) for v in row] for row in values])
    return table, numpy.array([row["logOdds"] for row in fixture])


def ask(client, values, datatype, version="", output=None):
    made = triton.InferInput("input", list(values.shape), datatype)
    made.set_data_from_numpy(
        values.astype({"FP32": numpy.float32, "FP64": numpy.float64}[datatype])
    )
    wanted = [triton.InferRequestedOutput(output)] if output else None
    return client.infer(MODEL, [made], model_version=version, outputs=wanted)


def test_real_models_answer_a_batch_as_python_does(pod):
    registry, client = pod
    values, log_odds = rows(1)
    got = ask(client, values, "FP64", output="log_odds").as_numpy("log_odds")
    assert numpy.abs(got - log_odds).max() < 1e-9
    publish(registry, "2")
    until(lambda: client.is_model_ready(MODEL, "2"))
    values, log_odds = rows(2)
    got = ask(client, values, "FP32", "2").as_numpy("output")
    assert numpy.abs(got - 1 / (1 + numpy.exp(-log_odds))).max() < 1e-6


def test_a_version_published_while_calls_run_fails_none(pod):
    registry, client = pod
    values, _ = rows(1)
    stop = threading.Event()
    versions, failures = [], []

    def call():
        while not stop.is_set():
            try:
                metadata = client.get_model_metadata(MODEL)
                kind = metadata.inputs[0].datatype
                pinned = metadata.versions[0]
                versions.append(metadata.versions[-1])
                assert kind in ("FP32", "FP64")
                ask(client, values[:4], "FP64", pinned)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(versions) > 50)
    publish(registry, "2")
    until(lambda: versions[-1] == "2")
    until(lambda: versions.count("2") > 50)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {"1", "2"} == set(versions)


def test_a_broken_version_is_reported_and_the_old_one_stays(pod):
    registry, client = pod
    publish_broken = registry / MODEL / "3"
    shutil.copytree(DEMO / MODEL / "1", registry / MODEL / "3.tmp")
    manifest = json.loads((registry / MODEL / "3.tmp/manifest.json").read_text())
    manifest["version"] = 3
    manifest["flavor"] = "onnx"
    (registry / MODEL / "3.tmp/manifest.json").write_text(json.dumps(manifest))
    (registry / MODEL / "3.tmp").rename(publish_broken)

    def broken():
        index = client.get_model_repository_index().models
        return [m for m in index if m.version == "3" and m.state == "UNAVAILABLE"]

    until(broken)
    assert broken()[0].reason
    assert list(client.get_model_metadata(MODEL).versions) == ["1"]
    with pytest.raises(triton.InferenceServerException) as caught:
        ask(client, rows(1)[0][:1], "FP64", "3")
    assert caught.value.status() == "StatusCode.UNAVAILABLE"


def test_unload_hides_and_load_brings_back(pod):
    _, client = pod
    client.unload_model(MODEL)
    assert not client.is_model_ready(MODEL)
    with pytest.raises(triton.InferenceServerException) as caught:
        ask(client, rows(1)[0][:1], "FP64")
    assert caught.value.status() == "StatusCode.UNAVAILABLE"
    client.load_model(MODEL)
    assert ask(client, rows(1)[0][:1], "FP64").get_response().model_version == "1"
