"""Values of features that the manifest marks as personal appear nowhere."""

import json
import shutil

import grpc
import numpy
import pytest
import tritonclient.grpc
from harness import DEMO
from stubs import module

# Values that no model takes, and that are easy to find.
NUMBER, TEXT = 987654321987.125, "Emma-Bovary-of-Yonville"


@pytest.fixture
def registry(tmp_path):
    """The demo's German credit model, with all its features marked as personal."""
    folder = tmp_path / "registry"
    shutil.copytree(DEMO / "credit-german/2", folder / "credit-german/2")
    path = folder / "credit-german/2/manifest.json"
    path.chmod(0o644)
    manifest = json.loads(path.read_text())
    for feature in manifest["signature"]["features"]:
        feature["pii"] = True
    path.write_text(json.dumps(manifest))
    return folder, manifest["signature"]["features"]


def application(features):
    """One in which everything is wrong."""
    pb = module("vigie.v1.credit_pb2")
    request = pb.ScoreApplicationRequest(model="credit-german", request_id="r")
    for feature in features:
        if feature["kind"] == "category":
            request.features[feature["name"]].text = TEXT
        else:
            request.features[feature["name"]].number = NUMBER
    return request


def everything(running, backend, errors):
    spans = [str(span) for span in backend.spans]
    return "\n".join([running.log.read_text(), *spans, *errors])


def test_personal_values_are_in_no_answer_log_or_trace(pod, collector, registry):
    folder, features = registry
    backend = collector()
    running = pod(
        f"--registry={folder}",
        *["--access-log", "--slow-request=1us", "--log-format=json", "--log-level=debug"],
        f"--trace-endpoint=127.0.0.1:{backend.port}",
        *["--trace-sample-ratio=1", "--trace-delay=50ms"],
    )
    errors = []
    with grpc.insecure_channel(running.address) as channel:
        stub = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.ScoreApplication(application(features), timeout=10)
        errors.append(refused.value.details())
        errors += [str(value) for _, value in refused.value.trailing_metadata()]
        (answer,) = stub.ScoreApplications(iter([application(features)]), timeout=10)
        errors.append(str(answer))
    # By tensors, where the model's own inputs are asked for.
    with tritonclient.grpc.InferenceServerClient(running.address) as client:
        inputs = []
        for described in client.get_model_metadata("credit-german").inputs:
            shape = [1, *described.shape[1:]]
            tensor = tritonclient.grpc.InferInput(described.name, shape, described.datatype)
            values = {
                "BYTES": numpy.full(shape, TEXT.encode(), numpy.object_),
                "INT64": numpy.full(shape, 987654321987, numpy.int64),
                "FP32": numpy.full(shape, NUMBER, numpy.float32),
            }
            tensor.set_data_from_numpy(
                values.get(described.datatype, numpy.full(shape, NUMBER, numpy.float64))
            )
            inputs.append(tensor)
        try:
            client.infer("credit-german", inputs)
        except tritonclient.grpc.InferenceServerException as error:
            errors.append(str(error))
    assert running.stop() == 0
    text = everything(running, backend, errors)
    assert "personal" in text and "ScoreApplication" in text
    for secret in ["98765432", TEXT, "Bovary"]:
        assert secret not in text


def test_other_values_are_told_to_the_caller(pod, registry):
    _, features = registry
    running = pod()
    with grpc.insecure_channel(running.address) as channel:
        stub = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.ScoreApplication(application(features), timeout=10)
    assert TEXT in refused.value.details() or "98765432" in refused.value.details()
