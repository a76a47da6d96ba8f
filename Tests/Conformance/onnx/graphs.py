"""Random networks as ONNX graphs, from a seed: dense, convolutional, recurrent and attention layers,
normalisations, activations, shapes and control flow, one after the other."""

from dataclasses import dataclass, field

import numpy as np
import onnx
import onnx.helper as oh
from onnx import TensorProto, numpy_helper

F32 = np.float32
ACTIVATIONS = [
    ("Relu", {}),
    ("LeakyRelu", {"alpha": 0.2}),
    ("Sigmoid", {}),
    ("Tanh", {}),
    ("Elu", {"alpha": 0.8}),
    ("Selu", {}),
    ("Softplus", {}),
    ("Softsign", {}),
    ("HardSigmoid", {}),
    ("HardSwish", {}),
    ("ThresholdedRelu", {"alpha": 0.3}),
    ("Erf", {}),
    ("Mish", {}),
]


@dataclass
class Network:
    """A graph under construction; `value` has `shape` for each row."""

    rng: np.random.Generator
    opset: int
    shape: tuple[int, ...]
    value: str = "input"
    nodes: list = field(default_factory=list)
    weights: list = field(default_factory=list)

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def normal(self, *shape, scale=1.0):
        return self.constant((self.rng.normal(size=shape) * scale).astype(F32))

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def op(self, op, *inputs, outputs=1, **attributes):
        names = [f"n{len(self.nodes)}_{index}" for index in range(outputs)]
        self.nodes.append(oh.make_node(op, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def then(self, op, *more, shape=None, **attributes):
        self.value = self.op(op, self.value, *more, **attributes)
        self.shape = self.shape if shape is None else shape

    def pick(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def chance(self):
        return bool(self.rng.integers(2))

    def model(self, name):
        kind = TensorProto.FLOAT
        graph = oh.make_graph(
            self.nodes,
            name,
            [oh.make_tensor_value_info("input", kind, ["rows", *self.first])],
            [oh.make_tensor_value_info(self.value, kind, ["rows", *self.shape])],
            self.weights,
        )
        model = oh.make_model(graph, opset_imports=[oh.make_opsetid("", self.opset)], ir_version=8)
        onnx.checker.check_model(model)
        return model


def activation(n: Network):
    known = [pair for pair in ACTIVATIONS if pair[0] != "Mish" or n.opset >= 18]
    op, attributes = known[n.pick(0, len(known) - 1)]
    n.then(op, **attributes)


def dense(n: Network):
    inputs, outputs = n.shape[-1], n.pick(1, 40)
    shape = (*n.shape[:-1], outputs)
    scale = inputs**-0.5
    if len(n.shape) == 1 and n.chance():
        weights = n.normal(outputs, inputs, scale=scale)
        n.then("Gemm", weights, n.normal(outputs), transB=1, shape=shape)
    else:
        n.then("MatMul", n.normal(inputs, outputs, scale=scale), shape=shape)
        n.then("Add", n.normal(outputs))


def normalisation(n: Network):
    width = n.shape[-1]
    if width > 3 and n.opset >= 17:
        n.then("LayerNormalization", n.normal(width), n.normal(width), axis=-1, epsilon=1e-3)
    elif len(n.shape) == 2:
        channels = n.shape[0]
        parts = [n.normal(channels) for _ in range(3)]
        variance = n.constant(n.rng.uniform(0.5, 2, channels).astype(F32))
        n.then("BatchNormalization", *parts, variance)
    else:
        n.then("Softmax", axis=-1)


def residual(n: Network):
    before = n.value
    n.then("Mul", n.normal(n.shape[-1]))
    n.then(["Add", "Sub", "Max"][n.pick(0, 2)], before)


def convolution(n: Network):
    """Over [channels, length]."""
    channels, length = n.shape
    kernel, outputs = n.pick(1, min(4, length)), n.pick(1, 20)
    weights = n.normal(outputs, channels, kernel, scale=(channels * kernel) ** -0.5)
    if n.chance():
        n.then("Conv", weights, n.normal(outputs), auto_pad="SAME_UPPER", shape=(outputs, length))
    else:
        rest = length - kernel + 1
        n.then("Conv", weights, n.normal(outputs), shape=(outputs, rest))
    if n.chance():
        normalisation(n)


def pool(n: Network):
    channels, length = n.shape
    if length < 2:
        return activation(n)
    op = ["MaxPool", "AveragePool"][n.pick(0, 1)]
    n.then(op, kernel_shape=[2], strides=[2], shape=(channels, length // 2))


def recurrent(n: Network):
    """Over [steps, features], rows first outside, steps first inside."""
    steps, inputs = n.shape
    kind = ["RNN", "GRU", "LSTM"][n.pick(0, 2)]
    units, gates = n.pick(1, 20), {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    direction = ["forward", "reverse", "bidirectional"][n.pick(0, 2)]
    directions = 2 if direction == "bidirectional" else 1
    n.then("Transpose", perm=[1, 0, 2])
    options = {"linear_before_reset": n.pick(0, 1)} if kind == "GRU" else {}
    sequence, last = n.op(
        kind,
        n.value,
        n.normal(directions, gates * units, inputs, scale=inputs**-0.5),
        n.normal(directions, gates * units, units, scale=0.5 * units**-0.5),
        n.normal(directions, 2 * gates * units, scale=0.2),
        outputs=2,
        hidden_size=units,
        direction=direction,
        **options,
    )
    if n.chance():
        turned = n.op("Transpose", sequence, perm=[2, 0, 1, 3])
        n.value = n.op("Reshape", turned, n.ints(0, 0, -1))
        n.shape = (steps, directions * units)
    else:
        turned = n.op("Transpose", last, perm=[1, 0, 2])
        n.value = n.op("Reshape", turned, n.ints(0, -1))
        n.shape = (directions * units,)


def attention(n: Network):
    steps, width = n.shape
    query, key, content = [
        n.op("MatMul", n.value, n.normal(width, width, scale=width**-0.5)) for _ in range(3)
    ]
    scores = n.op("MatMul", query, n.op("Transpose", key, perm=[0, 2, 1]))
    scores = n.op("Mul", scores, n.constant(np.array(width**-0.5, F32)))
    n.value = n.op("MatMul", n.op("Softmax", scores, axis=-1), content)


def transpose(n: Network):
    n.then("Transpose", perm=[0, 2, 1], shape=n.shape[::-1])


def cut(n: Network):
    length = n.shape[-1]
    if length < 2:
        return activation(n)
    start = n.pick(0, length - 2)
    axes = n.ints(len(n.shape))
    n.then("Slice", n.ints(start), n.ints(length), axes, shape=(*n.shape[:-1], length - start))


def widen(n: Network):
    before, length = n.value, n.shape[-1]
    parts = n.op("Concat", before, before, axis=-1)
    n.value, n.shape = parts, (*n.shape[:-1], 2 * length)


def loop(n: Network):
    """A number of turns over the value itself."""
    weights = n.normal(n.shape[-1], scale=0.5)
    kind, shape = TensorProto.FLOAT, ["rows", *n.shape]
    body = oh.make_graph(
        [
            oh.make_node("Mul", ["state", weights], ["scaled"]),
            oh.make_node("Tanh", ["scaled"], ["next"]),
            oh.make_node("Identity", ["going"], ["goes"]),
        ],
        f"body{len(n.nodes)}",
        [
            oh.make_tensor_value_info("turn", TensorProto.INT64, []),
            oh.make_tensor_value_info("going", TensorProto.BOOL, []),
            oh.make_tensor_value_info("state", kind, shape),
        ],
        [
            oh.make_tensor_value_info("goes", TensorProto.BOOL, []),
            oh.make_tensor_value_info("next", kind, shape),
        ],
    )
    turns = n.constant(np.array(n.pick(0, 4), np.int64))
    n.value = n.op("Loop", turns, n.constant(np.array(True)), n.value, body=body)


def flatten(n: Network):
    n.then("Flatten", shape=(int(np.prod(n.shape)),))


ANY = [activation, activation, dense, dense, normalisation, residual, cut, widen, loop]
MATRIX = [convolution, pool, recurrent, attention, transpose, flatten]


def random_network(seed: int) -> tuple[onnx.ModelProto, tuple[int, ...]]:
    """A network and the shape of one row."""
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(1, 40)),)
    if rng.integers(2):
        shape = (int(rng.integers(2, 9)), int(rng.integers(2, 12)))
    network = Network(rng, [14, 17, 18, 20][seed % 4], shape)
    network.first = shape
    for _ in range(network.pick(2, 9)):
        layers = ANY + (MATRIX * 2 if len(network.shape) == 2 else [])
        if np.prod(network.shape) > 400:
            layers = [activation, cut, dense]
        layers[network.pick(0, len(layers) - 1)](network)
    return network.model(f"seed {seed}"), shape
