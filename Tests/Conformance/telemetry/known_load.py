"""A load of known size for a pod."""

import json

import grpc
import pytest
from harness import DEMO
from stubs import module
from tritonclient.grpc import service_pb2, service_pb2_grpc

# What `loaded` has called, by gRPC method and status.
CALLS = {
    ("vigie.v1.Diagnostics/Ping", "OK"): 400,
    ("vigie.v1.CreditScoring/ScoreApplication", "OK"): 300,
    ("vigie.v1.CreditScoring/ScoreApplication", "INVALID_ARGUMENT"): 20,
    ("inference.GRPCInferenceService/ModelInfer", "OK"): 250,
    ("inference.GRPCInferenceService/ModelMetadata", "OK"): 2,
    ("inference.GRPCInferenceService/ModelInfer", "NOT_FOUND"): 30,
    ("other", "UNIMPLEMENTED"): 10,
}


def application(pb, model: str, version: str):
    """An ordinary application: the middle of each feature's distribution."""
    manifest = json.loads((DEMO / model / version / "manifest.json").read_text())
    request = pb.ScoreApplicationRequest(model=model)
    for feature in manifest["signature"]["features"]:
        edges = manifest["reference"]["features"][feature["name"]]["edges"]
        request.features[feature["name"]].number = round(edges[len(edges) // 2])
    return request


def infer_request(stub, model: str, version: str = ""):
    """One row that the version takes, whatever its one input is called."""
    metadata = stub.ModelMetadata(
        service_pb2.ModelMetadataRequest(name=model, version=version)
    ).inputs[0]
    values = [30.0] * metadata.shape[1]
    contents = service_pb2.InferTensorContents()
    field = contents.fp32_contents if metadata.datatype == "FP32" else contents.fp64_contents
    field.extend(values)
    request = service_pb2.ModelInferRequest(model_name=model, model_version=version)
    request.inputs.add(
        name=metadata.name, datatype=metadata.datatype, shape=[1, len(values)], contents=contents
    )
    return request


def expect(code, call):
    with pytest.raises(grpc.RpcError) as caught:
        call()
    assert caught.value.code() == code, caught.value.details()


def load(address: str):
    """Makes ``CALLS``."""
    diagnostics = module("vigie.v1.diagnostics_pb2")
    credit = module("vigie.v1.credit_pb2")
    with grpc.insecure_channel(address) as channel:
        ping = module("vigie.v1.diagnostics_pb2_grpc").DiagnosticsStub(channel)
        scoring = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
        inference = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        for _ in range(400):
            ping.Ping(diagnostics.PingRequest(payload=b"x" * 2000))
        sound = application(credit, "credit-default", "2")
        for _ in range(300):
            scoring.ScoreApplication(sound)
        del sound.features["age"]
        for _ in range(20):
            expect(grpc.StatusCode.INVALID_ARGUMENT, lambda: scoring.ScoreApplication(sound))
        for pinned, count in (("", 200), ("1", 50)):
            request = infer_request(inference, "credit-default", pinned)
            for _ in range(count):
                inference.ModelInfer(request)
        absent = service_pb2.ModelInferRequest(model_name="nobody")
        for _ in range(30):
            expect(grpc.StatusCode.NOT_FOUND, lambda: inference.ModelInfer(absent))
        for index in range(10):
            call = channel.unary_unary(f"/made.up/Method{index}")
            expect(grpc.StatusCode.UNIMPLEMENTED, lambda call=call: call(b""))
