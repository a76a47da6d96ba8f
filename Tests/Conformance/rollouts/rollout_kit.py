"""Models of known behaviour, rollouts of them as YAML in a folder, and pods that follow it."""

import hashlib
import json
import pathlib
import time

import grpc
import numpy
import onnx
import onnx.helper as oh
import yaml
from harness import Pod
from onnx import TensorProto, numpy_helper
from tritonclient.grpc import service_pb2, service_pb2_grpc

MODEL = "fraud"


def constant(name: str, value) -> onnx.TensorProto:
    return numpy_helper.from_array(numpy.asarray(value, numpy.float32), name)


def graph(nodes: list, constants: list) -> bytes:
    """A model of x [n, 2] whose answer is y [n, 1]."""
    made = oh.make_graph(
        nodes,
        "g",
        [oh.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [oh.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1])],
        constants,
    )
    model = oh.make_model(made, opset_imports=[oh.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def linear(weights, bias: float = 0.0) -> bytes:
    """y = x · weights + bias."""
    return graph(
        [oh.make_node("MatMul", ["x", "w"], ["m"]), oh.make_node("Add", ["m", "b"], ["y"])],
        [constant("w", [[weights[0]], [weights[1]]]), constant("b", [bias])],
    )


def nan_from(limit: float) -> bytes:
    """y = √(limit - x₀): no number once x₀ is greater."""
    return graph(
        [
            oh.make_node("MatMul", ["x", "w"], ["m"]),
            oh.make_node("Sub", ["limit", "m"], ["d"]),
            oh.make_node("Sqrt", ["d"], ["y"]),
        ],
        [constant("w", [[1], [0]]), constant("limit", [limit])],
    )


def throwing_from(limit: int) -> bytes:
    """y = table[x₀], of a table with `limit` rows: an error once x₀ is beyond it."""
    index = numpy_helper.from_array(numpy.array([1], numpy.int64), "axes")
    return graph(
        [
            oh.make_node("MatMul", ["x", "w"], ["m"]),
            oh.make_node("Cast", ["m"], ["i"], to=TensorProto.INT64),
            oh.make_node("Squeeze", ["i", "axes"], ["s"]),
            oh.make_node("Gather", ["table", "s"], ["y"], axis=0),
        ],
        [constant("w", [[1], [0]]), constant("table", [[0.5]] * limit), index],
    )


def slow(size: int = 420, times: int = 6) -> bytes:
    """y = x₀, after products of large matrices that are worth nothing."""
    shape = numpy_helper.from_array(numpy.array([size, size], numpy.int64), "shape")
    nodes = [
        oh.make_node("MatMul", ["x", "w"], ["m"]),
        oh.make_node("ReduceMean", ["m"], ["seed"], keepdims=0),
        oh.make_node("Expand", ["seed", "shape"], ["p0"]),
    ]
    for index in range(times):
        nodes.append(oh.make_node("MatMul", [f"p{index}", f"p{index}"], [f"q{index}"]))
        nodes.append(oh.make_node("Tanh", [f"q{index}"], [f"p{index + 1}"]))
    nodes += [
        oh.make_node("ReduceMean", [f"p{times}"], ["r"], keepdims=0),
        oh.make_node("Mul", ["r", "zero"], ["z"]),
        oh.make_node("Add", ["m", "z"], ["y"]),
    ]
    return graph(nodes, [constant("w", [[1], [0]]), constant("zero", 0.0), shape])


def publish(registry: pathlib.Path, version: int, model: bytes, name: str = MODEL, **members):
    """Writes a version beside its place and renames it."""
    files = [{"path": "model.onnx", "sha256": hashlib.sha256(model).hexdigest()}]
    manifest = {"schema": 1, "name": name, "version": version, "flavor": "onnx", "files": files}
    folder = registry / name / f"{version}.tmp"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model)
    (folder / "manifest.json").write_text(json.dumps(manifest | members))
    folder.rename(registry / name / str(version))


class Rollouts:
    """A folder of ModelRollouts."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def write(self, spec: dict, name: str = MODEL):
        """As a careful writer does: beside, then renamed."""
        document = {
            "apiVersion": "vigie.dev/v1alpha1",
            "kind": "ModelRollout",
            "metadata": {"name": name},
            "spec": {"model": name, **spec},
        }
        self.write_text(yaml.safe_dump(document), name)

    def write_text(self, text: str, name: str = MODEL):
        (self.folder / f".{name}.tmp").write_text(text)
        (self.folder / f".{name}.tmp").rename(self.folder / f"{name}.yaml")

    def remove(self, name: str = MODEL):
        (self.folder / f"{name}.yaml").unlink()


class Answer:
    """What a pod says of one request, and which version said it."""

    def __init__(self, response, call):
        self.response = response
        self.trailers = {key: value for key, value in call.trailing_metadata() or ()}
        self.version = self.trailers.get("vigie-model-version")
        self.arm = self.trailers.get("vigie-arm")
        self.route = self.trailers.get("vigie-route")

    @property
    def value(self) -> float:
        return float(numpy.frombuffer(self.response.raw_output_contents[0], "<f4")[0])

    @property
    def parameters(self) -> dict:
        return {k: v.string_param for k, v in self.response.parameters.items()}


class Caller:
    """Asks a pod by grpcio."""

    def __init__(self, pod: Pod):
        self.channel = grpc.insecure_channel(pod.address)
        self.stub = service_pb2_grpc.GRPCInferenceServiceStub(self.channel)

    def request(self, x=(1.0, 2.0), version: str = "", model: str = MODEL):
        request = service_pb2.ModelInferRequest(model_name=model, model_version=version)
        values = numpy.array([x], numpy.float32)
        request.inputs.add(name="x", datatype="FP32", shape=values.shape)
        request.raw_input_contents.append(values.tobytes())
        return request

    def ask(self, x=(1.0, 2.0), metadata=(), version: str = "", model: str = MODEL) -> Answer:
        response, call = self.stub.ModelInfer.with_call(
            self.request(x, version, model), metadata=tuple(metadata), timeout=30
        )
        return Answer(response, call)

    def ask_many(self, calls: int, at_once: int = 16) -> list[Answer]:
        """So many requests, a few of them at once: no more than a pod takes on without a word."""
        answers, waiting = [], []
        for index in range(calls):
            waiting.append(self.stub.ModelInfer.future(self.request((index, 0)), timeout=60))
            if len(waiting) == at_once or index == calls - 1:
                answers += [Answer(future.result(), future) for future in waiting]
                waiting = []
        return answers

    def close(self):
        self.channel.close()


def samples(pod: Pod, name: str) -> dict:
    """The series of one metric: their labels as a frozen set of pairs → value."""
    from prometheus_client.parser import text_string_to_metric_families

    status, text = pod.get("/metrics")
    assert status == 200
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name:
                found[frozenset(sample.labels.items())] = sample.value
    return found


def total(pod: Pod, metric: str, **labels) -> float:
    """The sum of the series of a metric that have these labels."""
    wanted = set(labels.items())
    return sum(v for k, v in samples(pod, metric).items() if wanted <= set(k))


def until(condition, seconds: float = 20, what: str = "it"):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} did not happen in time"
        time.sleep(0.02)
    return found
