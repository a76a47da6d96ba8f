"""A pod whose calls are traced and logged, and what it is called with."""

import json
import re
import urllib.request

import grpc
import numpy
import pytest
import tritonclient.grpc
from collector import Collector
from harness import DEMO, Process

MODEL = "anomaly-forest"


class Pod(Process):
    """`vigie serve` on the demo registry, with its log in a file."""

    def __init__(self, folder, *arguments):
        self.log = folder / "pod.log"
        super().__init__(
            "vigie",
            "serve",
            f"--registry={DEMO}",
            "--listen=127.0.0.1:0",
            f"--log-file={self.log}",
            *map(str, arguments),
        )

    @property
    def admin(self) -> str:
        """The admin port's address."""
        return re.search(r"admin (\S+?),", self.ready).group(1)

    def metrics(self) -> dict:
        """What a scrape says, by name and labels as text."""
        with urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return {
            name: float(value)
            for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")
        }

    def lines(self) -> list:
        """The log's lines, as JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def infer(self, rows: int = 1, model: str = MODEL, headers=None, **options):
        """Asks `model` about rows of zeros."""
        with tritonclient.grpc.InferenceServerClient(self.address) as client:
            (described,) = client.get_model_metadata(model).inputs
            shape = [rows, *described.shape[1:]]
            tensor = tritonclient.grpc.InferInput(described.name, shape, described.datatype)
            kind = {"FP32": numpy.float32, "FP64": numpy.float64}[described.datatype]
            tensor.set_data_from_numpy(numpy.zeros(shape, kind))
            return client.infer(model, [tensor], headers=headers, **options)


@pytest.fixture
def pod(tmp_path):
    """Starts pods for one test; each must end in good order."""
    pods = []

    def start(*arguments) -> Pod:
        folder = tmp_path / str(len(pods))
        folder.mkdir()
        pods.append(Pod(folder, *arguments))
        return pods[-1]

    yield start
    codes = [one.stop() for one in pods]
    assert codes == [0] * len(codes), "a pod did not exit cleanly"


@pytest.fixture
def collector():
    collectors = []

    def start(*arguments, **options) -> Collector:
        collectors.append(Collector(*arguments, **options))
        return collectors[-1]

    yield start
    for one in collectors:
        one.stop()


@pytest.fixture
def connect():
    channels = []

    def to(pod):
        channels.append(grpc.insecure_channel(pod.address))
        return channels[-1]

    yield to
    for channel in channels:
        channel.close()
