"""Small neural networks as ONNX graphs with random weights, laid out as the exporters do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparison.case import Rows
from comparison.contestants import HOME
from harness.native import module

FEATURES = 30
LSTM_UNITS = 64
LSTM_STEPS = 56
ROWS_ASKED = 8_192
SEED = 20261125
OPSET = 17


@dataclass(frozen=True)
class Network:
    """`model.onnx` and the rows that it is asked about."""

    folder: Path
    rows: Rows

    @property
    def model(self) -> Path:
        return self.folder / "model.onnx"


class _Graph:
    """A chain of nodes with random weights."""

    def __init__(self, shape: list[int]) -> None:
        self.numpy, self.onnx = module("numpy"), module("onnx")
        self.random = self.numpy.random.default_rng(SEED)
        self.shape = shape
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.last = "input"

    def weight(self, *shape: int, scale: float = 1.0) -> str:
        values = self.random.normal(size=shape) * scale
        return self.constant(values.astype(self.numpy.float32))

    def constant(self, values: Any) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(self.onnx.numpy_helper.from_array(values, name))
        return name

    def add(self, op: str, *more: str, outputs: int = 1, take: int = 0, **attributes: Any) -> None:
        names = [f"v{len(self.nodes)}_{index}" for index in range(outputs)]
        names = [name if index == take else "" for index, name in enumerate(names)]
        helper = self.onnx.helper
        self.nodes.append(helper.make_node(op, [self.last, *more], names, **attributes))
        self.last = names[take]

    def write(self, network: Network, columns: int) -> None:
        helper, kind = self.onnx.helper, self.onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes,
            "network",
            [helper.make_tensor_value_info("input", kind, ["rows", *self.shape])],
            [helper.make_tensor_value_info(self.last, kind, ["rows", columns])],
            self.weights,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8
        )
        self.onnx.checker.check_model(model)
        network.folder.mkdir(parents=True, exist_ok=True)
        size = (ROWS_ASKED, *self.shape)
        self.random.normal(size=size).astype(self.numpy.float32).tofile(network.rows.path)
        network.model.write_bytes(model.SerializeToString())


def _network(name: str, shape: tuple[int, ...]) -> Network:
    folder = HOME / name
    return Network(folder, Rows(folder / "rows.f32", shape))


def mlp() -> Network:
    """30-64-32-1 as PyTorch exports it: Gemm with transposed weights, Relu, Sigmoid."""
    made = _network("mlp", (FEATURES,))
    if made.model.exists():
        return made
    graph = _Graph([FEATURES])
    for inputs, outputs in [(FEATURES, 64), (64, 32), (32, 1)]:
        weights = graph.weight(outputs, inputs, scale=inputs**-0.5)
        graph.add("Gemm", weights, graph.weight(outputs, scale=0.1), transB=1)
        graph.add("Relu" if outputs > 1 else "Sigmoid")
    graph.write(made, 1)
    return made


def autoencoder() -> Network:
    """30-16-8-16-30 as Keras exports it: MatMul, Add, Relu."""
    made = _network("autoencoder", (FEATURES,))
    if made.model.exists():
        return made
    graph = _Graph([FEATURES])
    for inputs, outputs in [(FEATURES, 16), (16, 8), (8, 16), (16, FEATURES)]:
        graph.add("MatMul", graph.weight(inputs, outputs, scale=inputs**-0.5))
        graph.add("Add", graph.weight(outputs, scale=0.1))
        if outputs != FEATURES:
            graph.add("Relu")
    graph.write(made, FEATURES)
    return made


def lstm() -> Network:
    """64 units over 56 steps of one number, and the next 7 steps of it, as Keras exports it."""
    made = _network("lstm", (LSTM_STEPS, 1))
    if made.model.exists():
        return made
    graph = _Graph([LSTM_STEPS, 1])
    graph.add("Transpose", perm=[1, 0, 2])
    gates, scale = 4 * LSTM_UNITS, LSTM_UNITS**-0.5
    graph.add(
        "LSTM",
        graph.weight(1, gates, 1),
        graph.weight(1, gates, LSTM_UNITS, scale=scale),
        graph.weight(1, 2 * gates, scale=0.1),
        outputs=2,
        take=1,
        hidden_size=LSTM_UNITS,
    )
    graph.add("Squeeze", graph.constant(graph.numpy.array([0], dtype=graph.numpy.int64)))
    graph.add("MatMul", graph.weight(LSTM_UNITS, 7, scale=scale))
    graph.add("Add", graph.weight(7, scale=0.1))
    graph.write(made, 7)
    return made
