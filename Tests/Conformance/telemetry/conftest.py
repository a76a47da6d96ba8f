"""A loaded pod, and the real Prometheus that scrapes it."""

import json
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import grpc
import pytest
from harness import DEMO, Pod
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
SCRAPE_SECONDS = 0.5


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


@pytest.fixture(scope="module")
def loaded():
    """A pod that has answered ``CALLS``."""
    pod = Pod(f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--loops=2")
    load(pod.address)
    yield pod
    assert pod.stop() == 0


class Prometheus:
    """The real one, scraping one pod."""

    def __init__(self, folder: pathlib.Path, target: str, *features: str, rules: str = ""):
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{chosen.getsockname()[1]}"
        settings = {
            "global": {
                "scrape_interval": f"{int(SCRAPE_SECONDS * 1000)}ms",
                "evaluation_interval": "500ms",
            },
            "scrape_configs": [{"job_name": "vigie", "static_configs": [{"targets": [target]}]}],
        }
        if rules:
            settings["rule_files"] = [rules]
        # YAML takes JSON.
        (folder / "prometheus.yml").write_text(json.dumps(settings))
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [
                shutil.which("prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self.address}",
                *([f"--enable-feature={','.join(features)}"] if features else []),
            ],
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def get(self, path: str, **parameters):
        url = f"http://{self.address}{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)

    def wait(self, scrapes: int = 3):
        """Until the pod has been scraped so often, all without an error."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if self.value("sum(count_over_time(up[5m]))") >= scrapes:
                    break
            except OSError:
                pass
            time.sleep(0.2)
        else:
            self.log.seek(0)
            pytest.fail(f"Prometheus has not scraped the pod: {self.log.read()[-2000:]}")
        targets = self.get("/api/v1/targets")["data"]["activeTargets"]
        assert [target["lastError"] for target in targets] == [""]

    def query(self, query: str):
        return self.get("/api/v1/query", query=query)["data"]["result"]

    def value(self, query: str) -> float:
        """The one number that the query has; 0 for nothing."""
        result = self.query(query)
        assert len(result) <= 1, result
        return float(result[0]["value"][1]) if result else 0.0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()


def _start(tmp_path_factory, pod, *features):
    if shutil.which("prometheus") is None:
        pytest.skip("the real Prometheus is not installed (apt: prometheus)")
    prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), pod.admin, *features)
    try:
        prometheus.wait()
        yield prometheus
    finally:
        prometheus.stop()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory, loaded):
    yield from _start(tmp_path_factory, loaded, "exemplar-storage")


@pytest.fixture(scope="module")
def native(tmp_path_factory, loaded):
    yield from _start(tmp_path_factory, loaded, "native-histograms", "exemplar-storage")
