"""Pods with a decision log, callers of them, and the tools that read the log."""

import json
import pathlib
import shutil
import subprocess

import grpc
import numpy
from harness import DEMO, binary
from stubs import module
from tritonclient.grpc import service_pb2, service_pb2_grpc

CREDIT = "credit-default"


class Registry:
    """A copy of the demo registry whose manifests a test may change."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        shutil.copytree(DEMO, folder)

    def change(self, model: str, **members):
        for path in self.folder.glob(f"{model}/*/manifest.json"):
            manifest = json.loads(path.read_text())
            manifest.update(members)
            path.write_text(json.dumps(manifest))


class Caller:
    """Asks a pod for decisions."""

    def __init__(self, address: str):
        self.channel = grpc.insecure_channel(address)
        self.pb = module("vigie.v1.credit_pb2")
        self.credit = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(self.channel)
        self.inference = service_pb2_grpc.GRPCInferenceServiceStub(self.channel)

    def application(self, request_id: str = "", model: str = CREDIT, seed: int = 0):
        manifest = json.loads((DEMO / model / "1/manifest.json").read_text())
        random = numpy.random.default_rng(seed)
        request = self.pb.ScoreApplicationRequest(request_id=request_id, model=model)
        for feature in manifest["signature"]["features"]:
            entry = request.features[feature["name"]]
            low = feature.get("min", 0)
            high = min(feature.get("max", low + 100), low + 100)
            kind = feature.get("kind", "number")
            if kind == "category":
                entry.text = feature["categories"][seed % len(feature["categories"])]
            elif kind == "boolean":
                entry.flag = bool(seed % 2)
            elif kind == "integer":
                entry.integer = int(random.integers(int(low), int(high) + 1))
            else:
                entry.number = float(random.uniform(low, high))
        return request

    def score(self, request_id: str = "", seed: int = 0, model: str = CREDIT, timeout: float = 10):
        request = self.application(request_id, model, seed)
        return self.credit.ScoreApplication(request, timeout=timeout)

    def infer(self, model: str, request_id: str = "", rows: int = 1, seed: int = 0):
        metadata = self.inference.ModelMetadata(
            service_pb2.ModelMetadataRequest(name=model), timeout=10
        )
        random = numpy.random.default_rng(seed)
        request = service_pb2.ModelInferRequest(model_name=model, id=request_id)
        for tensor in metadata.inputs:
            shape = [rows if extent < 0 else extent for extent in tensor.shape]
            request.inputs.add(name=tensor.name, datatype=tensor.datatype, shape=shape)
            request.raw_input_contents.append(content(tensor.datatype, shape, random))
        return self.inference.ModelInfer(request, timeout=30)

    def close(self):
        self.channel.close()


def content(datatype: str, shape: list, random) -> bytes:
    count = int(numpy.prod(shape))
    if datatype == "BYTES":
        text = b"send money"
        return (len(text).to_bytes(4, "little") + text) * count
    types = {"FP32": "<f4", "FP64": "<f8", "INT64": "<i8", "INT32": "<i4", "BOOL": "?"}
    return random.uniform(0, 3, count).astype(types[datatype]).tobytes()


def decisions(*arguments) -> subprocess.CompletedProcess:
    """Runs `vigie decisions`."""
    return subprocess.run(
        [binary("vigie"), "decisions", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
    )


def find(log: str, *arguments) -> list[dict]:
    """What `vigie decisions find` shows."""
    result = decisions("find", "--log", log, "-o", "json", "--limit", 1_000_000, *arguments)
    assert result.returncode in (0, 1), result.stderr
    # Not splitlines: strings may have other characters that break lines, U+2028 for one.
    return [json.loads(line) for line in result.stdout.split("\n") if line]


def verify(log: str, *arguments) -> tuple[int, str]:
    result = decisions("verify", "--log", log, *arguments)
    return result.returncode, result.stdout + result.stderr
