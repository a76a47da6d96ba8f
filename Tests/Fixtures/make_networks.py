"""Makes Tests/Fixtures/onnx/networks.pack: graphs laid out as torch.onnx.export lays them out, and
single operators of neural networks in all their ways, with what ONNX Runtime answers.

    python Tests/Fixtures/make_networks.py

PyTorch itself is no part of it: its exporter's layout of weights and nodes is written here by hand.
Made with onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
"""

import numpy as np
import onnx
import onnx.helper as oh
from onnx import TensorProto, numpy_helper
from onnx_pack import Pack

F32, F64 = np.float32, np.float64
I32, I64 = np.int32, np.int64


class Graph:
    """A model that is put together node by node; inputs are given with their rows."""

    def __init__(self, opset=17, seed=0):
        self.opset = opset
        self.rng = np.random.default_rng(seed)
        self.nodes, self.weights, self.feeds, self.outputs = [], [], {}, []
        self.free = {}

    def normal(self, *shape, scale=1.0, dtype=F32):
        return (self.rng.normal(size=shape) * scale).astype(dtype)

    def input(self, array, free=(0,)):
        """`free`: axes whose extent is not declared."""
        name = f"x{len(self.feeds)}"
        self.feeds[name] = np.asarray(array)
        self.free[name] = free
        return name

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, op, *inputs, outputs=1, **attributes):
        inputs = [self.constant(item) if isinstance(item, np.ndarray) else item for item in inputs]
        names = [f"n{len(self.nodes)}_{index}" for index in range(outputs)]
        self.nodes.append(oh.make_node(op, [item or "" for item in inputs], names, **attributes))
        return names[0] if outputs == 1 else names

    def model(self, *outputs):
        inputs = []
        for name, array in self.feeds.items():
            shape = [
                None if axis in self.free[name] else extent
                for axis, extent in enumerate(array.shape)
            ]
            kind = oh.np_dtype_to_tensor_dtype(array.dtype)
            inputs.append(oh.make_tensor_value_info(name, kind, shape))
        graph = oh.make_graph(self.nodes, "g", inputs, [], self.weights)
        for name in outputs:
            graph.output.append(onnx.ValueInfoProto(name=name))
        model = oh.make_model(graph, opset_imports=[oh.make_opsetid("", self.opset)])
        model.ir_version = 8 if self.opset < 21 else 10
        inferred = onnx.shape_inference.infer_shapes(model)
        kinds = {v.name: v for v in [*inferred.graph.value_info, *inferred.graph.output]}
        for output in model.graph.output:
            kind = kinds[output.name].type.tensor_type.elem_type if output.name in kinds else 0
            output.type.tensor_type.elem_type = kind or TensorProto.FLOAT
        return model


# --- as PyTorch lays them out --------------------------------------------------------------------


def mlp(opset):
    g = Graph(opset, 1)
    last = g.input(g.normal(6, 30))
    for inputs, outputs in [(30, 64), (64, 32), (32, 1)]:
        weight = g.normal(outputs, inputs, scale=inputs**-0.5)
        last = g.node("Gemm", last, weight, g.normal(outputs), alpha=1.0, beta=1.0, transB=1)
        if outputs > 1:
            last = g.node("Relu", last)
    return g, [g.node("Sigmoid", last)]


def torch_autoencoder(opset):
    g = Graph(opset, 2)
    last = g.input(g.normal(6, 30))
    for inputs, outputs in [(30, 16), (16, 8), (8, 16), (16, 30)]:
        weight = g.normal(outputs, inputs, scale=inputs**-0.5)
        last = g.node("Gemm", last, weight, g.normal(outputs), alpha=1.0, beta=1.0, transB=1)
        if outputs != 30:
            last = g.node("Relu", last)
    return g, [last]


def recurrent(kind, opset, bidirectional=False, layers=1):
    """batch_first: Transpose, states of zeros by ConstantOfShape or Expand, the last step by Gather."""
    g = Graph(opset, 3 + layers)
    units, inputs = 10, 3
    x = g.input(g.normal(4, 7, inputs), free=(0, 1))
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    directions = 2 if bidirectional else 1
    shape = g.node("Shape", x)
    rows = g.node("Unsqueeze", g.node("Gather", shape, np.array(0), axis=0), np.array([0]))
    zeros = g.node(
        "ConstantOfShape",
        g.node("Concat", np.array([directions]), rows, np.array([units]), axis=0),
        value=numpy_helper.from_array(np.zeros(1, F32)),
    )
    last = g.node("Transpose", x, perm=[1, 0, 2])
    for _ in range(layers):
        weights = [
            g.normal(directions, gates * units, inputs, scale=0.5),
            g.normal(directions, gates * units, units, scale=0.3),
            g.normal(directions, 2 * gates * units, scale=0.2),
        ]
        options = {"hidden_size": units}
        if bidirectional:
            options["direction"] = "bidirectional"
        if kind == "GRU":
            options["linear_before_reset"] = 1
        states = [zeros, zeros] if kind == "LSTM" else [zeros]
        outputs = g.node(kind, last, *weights, "", *states, outputs=len(states) + 1, **options)
        if bidirectional:
            turned = g.node("Transpose", outputs[0], perm=[0, 2, 1, 3])
            last = g.node("Reshape", turned, np.array([0, 0, -1]))
        else:
            last = g.node("Squeeze", outputs[0], np.array([1]))
        inputs = directions * units
    turned = g.node("Transpose", last, perm=[1, 0, 2])
    step = g.node("Gather", turned, np.array(-1), axis=1)
    weight = g.normal(2, inputs)
    return g, [g.node("Gemm", step, weight, g.normal(2), transB=1), outputs[1]]


def cnn(opset):
    g = Graph(opset, 9)
    last = g.input(g.normal(3, 2, 40), free=(0,))
    for inputs, outputs in [(2, 8), (8, 12)]:
        last = g.node(
            "Conv",
            last,
            g.normal(outputs, inputs, 5, scale=0.3),
            g.normal(outputs),
            dilations=[1],
            group=1,
            kernel_shape=[5],
            pads=[2, 2],
            strides=[1],
        )
        parts = [g.rng.uniform(0.5, 2, outputs).astype(F32) for _ in range(2)]
        last = g.node(
            "BatchNormalization",
            last,
            parts[0],
            g.normal(outputs),
            g.normal(outputs),
            parts[1],
            epsilon=1e-5,
        )
        last = g.node("Relu", last)
        last = g.node("MaxPool", last, kernel_shape=[2], strides=[2], pads=[0, 0], ceil_mode=0)
    pooled = g.node("Flatten", g.node("GlobalAveragePool", last), axis=1)
    flat = g.node("Flatten", last, axis=1)
    both = g.node("Concat", pooled, flat, axis=1)
    return g, [g.node("Gemm", both, g.normal(3, 132, scale=0.1), g.normal(3), transB=1)]


def transformer(opset):
    g = Graph(opset, 10)
    width, heads, steps = 16, 4, 5
    x = g.input(g.normal(3, steps, width))

    def linear(value, inputs, outputs):
        product = g.node("MatMul", value, g.normal(inputs, outputs, scale=inputs**-0.5))
        return g.node("Add", g.normal(outputs), product)

    def normalized(value):
        return g.node(
            "LayerNormalization", value, g.normal(width), g.normal(width), axis=-1, epsilon=1e-5
        )

    parts = []
    for _ in range(3):
        split = g.node(
            "Reshape", linear(x, width, width), np.array([0, steps, heads, width // heads])
        )
        parts.append(g.node("Transpose", split, perm=[0, 2, 1, 3]))
    keys = g.node("Transpose", parts[1], perm=[0, 1, 3, 2])
    scores = g.node("Mul", g.node("MatMul", parts[0], keys), np.array(0.5, F32))
    mask = np.triu(np.full((steps, steps), -np.inf, F32), 1)
    shares = g.node("Softmax", g.node("Add", scores, mask), axis=-1)
    mixed = g.node("Transpose", g.node("MatMul", shares, parts[2]), perm=[0, 2, 1, 3])
    mixed = g.node("Reshape", mixed, np.array([0, steps, width]))
    x = normalized(g.node("Add", x, linear(mixed, width, width)))
    hidden = linear(x, width, 24)
    if opset >= 20:
        hidden = g.node("Gelu", hidden)
    else:
        half = g.node("Erf", g.node("Div", hidden, np.array(2**0.5, F32)))
        hidden = g.node("Mul", hidden, g.node("Add", half, np.array(1, F32)))
        hidden = g.node("Mul", hidden, np.array(0.5, F32))
    x = normalized(g.node("Add", x, linear(hidden, 24, width)))
    axes = {"axes": [1]} if opset < 18 else {}
    more = [] if opset < 18 else [np.array([1])]
    return g, [linear(g.node("ReduceMean", x, *more, keepdims=0, **axes), width, 2)]


def torch_graphs(pack):
    for opset in [17, 20]:
        cases = {
            "mlp": mlp(opset),
            "autoencoder": torch_autoencoder(opset),
            "rnn": recurrent("RNN", opset),
            "gru": recurrent("GRU", opset),
            "lstm": recurrent("LSTM", opset),
            "lstm-2": recurrent("LSTM", opset, layers=2),
            "bilstm": recurrent("LSTM", opset, bidirectional=True),
            "bigru-2": recurrent("GRU", opset, bidirectional=True, layers=2),
            "cnn": cnn(opset),
            "transformer": transformer(opset),
        }
        for name, (g, outputs) in cases.items():
            add(pack, f"torch/{name}-{opset}", g, outputs)


# --- operator by operator ------------------------------------------------------------------------


def add(pack, name, g, outputs):
    outputs = [outputs] if isinstance(outputs, str) else outputs
    pack.add_run(name, g.model(*outputs).SerializeToString(), g.feeds)


SPECIAL = np.array(
    [0, -0.0, 1e-40, -1e-40, 1e-8, 0.5, -0.5, 3, -3, 20, -20, 90, -90, 110, -110]
    + [np.inf, -np.inf, np.nan, 1e30, -1e30, 88.7, -87.3, -103],
    F32,
)


def activations(pack):
    kinds = [
        ("Relu", {}), ("LeakyRelu", {"alpha": 0.2}), ("LeakyRelu", {}), ("Sigmoid", {}),
        ("Tanh", {}), ("Elu", {}), ("Elu", {"alpha": 0.5}), ("Selu", {}),
        ("Selu", {"alpha": 1.2, "gamma": 0.9}), ("HardSigmoid", {}),
        ("HardSigmoid", {"alpha": 0.3, "beta": 0.4}), ("HardSwish", {}), ("Softplus", {}),
        ("Softsign", {}), ("ThresholdedRelu", {}), ("ThresholdedRelu", {"alpha": -0.3}),
        ("Mish", {}), ("Gelu", {}), ("Gelu", {"approximate": "tanh"}), ("Exp", {}), ("Log", {}),
        ("Erf", {}), ("Celu", {"alpha": 0.7}),
    ]  # fmt: skip
    newest = {"Mish": 18, "Gelu": 20, "HardSwish": 14, "Celu": 12}
    for op, options in kinds:
        for dtype in [F32, F64]:
            g = Graph(max(newest.get(op, 0), 13))
            values = np.concatenate([SPECIAL, g.normal(30) * 4]).astype(dtype)
            if op == "Gelu":
                values = values[np.isfinite(values)]
            try:
                add(
                    pack,
                    f"{op} {options} {dtype.__name__}",
                    g,
                    g.node(op, g.input(values), **options),
                )
            except Exception as error:  # noqa: BLE001 ONNX Runtime has no FP64 for some
                assert dtype is F64 and "invalid" in str(error).lower() or "NOT_IMPL" in str(error)
    for shape in [(3,), (1,), (2, 1, 3), (4, 1)]:
        g = Graph()
        add(
            pack,
            f"PRelu {shape}",
            g,
            g.node("PRelu", g.input(g.normal(2, 4, 3), ()), g.normal(*shape)),
        )


def cells(pack):
    """RNN, GRU and LSTM with every attribute and input."""
    rng = np.random.default_rng(4)
    rich = {
        "RNN": [["Relu"], ["Affine"], ["HardSigmoid"], ["ScaledTanh"], ["Softsign"]],
        "GRU": [["HardSigmoid", "Softsign"], ["Sigmoid", "Relu"]],
        "LSTM": [["HardSigmoid", "Softsign", "Elu"], ["Sigmoid", "ScaledTanh", "LeakyRelu"]],
    }
    count = 0
    for kind, gates in [("RNN", 1), ("GRU", 3), ("LSTM", 4)]:
        for direction in ["forward", "reverse", "bidirectional"]:
            for way in range(7):
                g = Graph(14, 100 + count)
                count += 1
                directions = 2 if direction == "bidirectional" else 1
                steps, rows, inputs, units = 6, 3, int(rng.integers(1, 5)), int(rng.integers(1, 20))
                options = {"hidden_size": units, "direction": direction}
                x = g.input(g.normal(steps, rows, inputs), free=(0, 1))
                parts = [
                    g.normal(directions, gates * units, inputs),
                    g.normal(directions, gates * units, units, scale=0.4),
                ]
                bias = g.normal(directions, 2 * gates * units) if way else ""
                lengths = np.array([6, 1, 4], I32) if way in (2, 4) else ""
                hidden = g.normal(directions, rows, units) if way >= 3 else ""
                more = [hidden]
                if kind == "LSTM":
                    memory = g.normal(directions, rows, units) if way >= 3 else ""
                    peepholes = g.normal(directions, 3 * units) if way in (4, 5) else ""
                    more += [memory, peepholes]
                if way == 5:
                    options["clip"] = 0.7
                if kind == "GRU" and way % 2:
                    options["linear_before_reset"] = 1
                if way == 6:
                    names = rich[kind][int(rng.integers(len(rich[kind])))]
                    options["activations"] = names * directions
                    options["activation_alpha"] = [0.8, 0.3, 0.6] * directions
                    options["activation_beta"] = [0.4, 0.7, 0.2] * directions
                outputs = g.node(
                    kind,
                    x,
                    *parts,
                    bias,
                    lengths,
                    *more,
                    outputs=3 if kind == "LSTM" else 2,
                    **options,
                )
                add(pack, f"{kind} {direction} {way}", g, outputs)


def windows(pack):
    def conv(name, x, w, bias=False, **options):
        g = Graph(13, len(name))
        inputs = [g.input(g.normal(*x)), g.normal(*w)] + ([g.normal(w[0])] if bias else [])
        add(pack, f"Conv {name}", g, g.node("Conv", *inputs, **options))

    conv("1d", (2, 3, 9), (4, 3, 3), bias=True)
    conv("1d stride", (2, 3, 9), (4, 3, 3), strides=[2], pads=[1, 2])
    conv("1d dilation", (1, 2, 12), (3, 2, 3), dilations=[3])
    conv("1d causal", (2, 2, 12), (3, 2, 3), dilations=[2], pads=[4, 0])
    conv("1d groups", (2, 4, 8), (6, 2, 3), group=2, bias=True)
    conv("1d depthwise", (2, 4, 8), (4, 1, 3), group=4)
    conv("1d long", (2, 3, 700), (17, 3, 5), bias=True)
    for kind in ["SAME_UPPER", "SAME_LOWER", "VALID"]:
        conv(f"1d {kind}", (2, 3, 10), (4, 3, 4), auto_pad=kind)
        conv(f"2d {kind}", (2, 1, 7, 9), (4, 1, 2, 3), auto_pad=kind, strides=[2, 3])
    conv("2d", (2, 3, 8, 7), (5, 3, 3, 2), bias=True, pads=[1, 0, 2, 1])
    conv("2d 1x1", (2, 3, 4, 5), (5, 3, 1, 1), bias=True)
    conv("2d depthwise", (2, 3, 6, 6), (6, 1, 3, 3), group=3, dilations=[2, 1])
    conv("3d", (1, 2, 4, 5, 6), (3, 2, 2, 3, 2), bias=True, strides=[1, 2, 1])

    def pool(op, x, opset=19, **options):
        g = Graph(opset, 5)
        add(pack, f"{op} {x} {options}", g, g.node(op, g.input(g.normal(*x)), **options))

    for op in ["MaxPool", "AveragePool"]:
        pool(op, (2, 3, 9), kernel_shape=[3])
        pool(op, (2, 3, 10), kernel_shape=[3], strides=[2], pads=[1, 1])
        pool(op, (2, 3, 10), kernel_shape=[3], strides=[3], ceil_mode=1)
        pool(op, (2, 3, 12), kernel_shape=[3], dilations=[2])
        pool(op, (2, 3, 7), kernel_shape=[2], strides=[2], auto_pad="SAME_UPPER")
        pool(op, (2, 3, 7), kernel_shape=[2], strides=[2], auto_pad="SAME_LOWER")
        pool(op, (1, 2, 6, 7), kernel_shape=[2, 3], strides=[2, 2], pads=[1, 1, 0, 1])
        pool(op, (1, 1, 4, 5, 6), kernel_shape=[2, 2, 3])
    pool("AveragePool", (2, 3, 10), kernel_shape=[3], strides=[2], pads=[1, 1], count_include_pad=1)
    pool("GlobalMaxPool", (2, 3, 4, 5))
    pool("GlobalAveragePool", (2, 3, 7))


def normalisations(pack):
    for shape in [(4, 3), (2, 3, 5), (2, 3, 4, 2)]:
        g = Graph(15, 1)
        parts = [g.normal(3), g.normal(3), g.normal(3), g.rng.uniform(0.1, 2, 3).astype(F32)]
        add(
            pack,
            f"BatchNormalization {shape}",
            g,
            g.node("BatchNormalization", g.input(g.normal(*shape)), *parts, epsilon=0.01),
        )
    for axis in [-1, 1, 2]:
        g = Graph(17, 2)
        tail = (4, 5)[axis - 1 :] if axis > 0 else (5,)
        x = g.input(g.normal(3, 4, 5) + 2)
        add(
            pack,
            f"LayerNormalization {axis}",
            g,
            g.node("LayerNormalization", x, g.normal(*tail), g.normal(*tail), axis=axis),
        )
        g = Graph(17, 2)
        x = g.input(g.normal(3, 4, 5) + 2)
        add(
            pack,
            f"LayerNormalization {axis} scale",
            g,
            g.node("LayerNormalization", x, g.normal(*tail), axis=axis, epsilon=0.1),
        )
    g = Graph(17, 2)
    x = g.input(g.normal(3, 4, 5))
    add(
        pack,
        "InstanceNormalization",
        g,
        g.node("InstanceNormalization", x, g.normal(4), g.normal(4), epsilon=1e-3),
    )
    g = Graph(21, 2)
    x = g.input(g.normal(3, 6, 5))
    add(
        pack,
        "GroupNormalization",
        g,
        g.node("GroupNormalization", x, g.normal(6), g.normal(6), num_groups=3),
    )
    g = Graph(23, 2)
    x = g.input(g.normal(3, 6, 5))
    add(pack, "RMSNormalization", g, g.node("RMSNormalization", x, g.normal(5)))
    for axes in [[0, 2, 3], [1], [0, 1, 2, 3]]:
        g = Graph(13, 2)
        x = g.input(g.normal(3, 4, 5, 2))
        add(
            pack,
            f"MeanVarianceNormalization {axes}",
            g,
            g.node("MeanVarianceNormalization", x, axes=axes),
        )
    for p in [1, 2]:
        for axis in [-1, 1]:
            g = Graph(13, 2)
            x = g.normal(3, 4, 5)
            x[0, :, 0] = 0
            x[1, 2] = 0
            add(
                pack,
                f"LpNormalization {p} {axis}",
                g,
                g.node("LpNormalization", g.input(x), p=p, axis=axis),
            )


def indexing(pack):
    g = Graph(13, 1)
    x = g.input(g.normal(3, 4))
    add(
        pack,
        "GatherElements 1",
        g,
        g.node("GatherElements", x, np.array([[0, 3], [-1, 1], [2, 2]]), axis=1),
    )
    g = Graph(13, 1)
    x = g.input(g.normal(3, 4))
    add(pack, "GatherElements 0", g, g.node("GatherElements", x, np.array([[0, -1, 2, 1]])))
    for batch, indices in [(0, [[0, 1], [1, 0]]), (0, [[1]]), (0, [[[0, 1, 2]]]), (1, [[1], [0]])]:
        g = Graph(13, 1)
        x = g.input(g.normal(2, 3, 4))
        add(
            pack,
            f"GatherND {batch} {indices}",
            g,
            g.node("GatherND", x, np.array(indices), batch_dims=batch),
        )
    for reduction in ["none", "add", "mul", "max", "min"]:
        g = Graph(18, 1)
        x = g.input(g.normal(3, 4))
        add(
            pack,
            f"ScatterElements {reduction}",
            g,
            g.node(
                "ScatterElements",
                x,
                np.array([[1, 0], [-1, 2], [3, 3]]),
                g.normal(3, 2),
                axis=1,
                reduction=reduction,
            ),
        )
        g = Graph(18, 1)
        x = g.input(g.normal(3, 4))
        add(
            pack,
            f"ScatterND {reduction}",
            g,
            g.node("ScatterND", x, np.array([[2], [0]]), g.normal(2, 4), reduction=reduction),
        )
        g = Graph(18, 1)
        x = g.input(g.rng.integers(0, 9, (3, 4)))
        add(
            pack,
            f"ScatterND INT64 {reduction}",
            g,
            g.node(
                "ScatterND", x, np.array([[2, 1], [0, 0]]), np.array([5, -6]), reduction=reduction
            ),
        )
    for axis in [-1, 0, 1]:
        g = Graph(13, 1)
        x = g.input(np.array([[0, 3, -1], [7, 1, -5]]))
        add(
            pack,
            f"OneHot {axis}",
            g,
            g.node("OneHot", x, np.array(4), np.array([0.5, 2], F32), axis=axis),
        )
    for array in [
        np.array([[0, 1.5], [-2, 0]], F32),
        np.array([0, 3, 0, 5]),
        np.array([True, False]),
    ]:
        g = Graph(13, 1)
        add(pack, f"NonZero {array.dtype}", g, g.node("NonZero", g.input(array)))
    for start, limit, delta in [(0, 5, 1), (5, -3, -2), (2, 2, 1)]:
        for dtype in [I64, I32, F32, F64]:
            g = Graph(13, 1)
            x = g.input(np.array(start, dtype))
            add(
                pack,
                f"Range {start} {limit} {delta} {dtype.__name__}",
                g,
                g.node("Range", x, np.array(limit, dtype), np.array(delta, dtype)),
            )
    for upper in [0, 1]:
        for k in [-1, 0, 2, 9]:
            g = Graph(14, 1)
            x = g.input(g.normal(2, 3, 4))
            add(pack, f"Trilu {upper} {k}", g, g.node("Trilu", x, np.array(k), upper=upper))
    for exclusive in [0, 1]:
        for reverse in [0, 1]:
            for axis in [0, -1]:
                g = Graph(14, 1)
                x = g.input(g.normal(3, 4))
                add(
                    pack,
                    f"CumSum {exclusive} {reverse} {axis}",
                    g,
                    g.node("CumSum", x, np.array(axis), exclusive=exclusive, reverse=reverse),
                )
    for mode in ["constant", "reflect", "edge", "wrap"]:
        g = Graph(19, 1)
        x = g.input(g.normal(3, 4), ())
        add(pack, f"Pad {mode}", g, g.node("Pad", x, np.array([1, 2, 0, 1]), mode=mode))
    g = Graph(19, 1)
    x = g.input(g.normal(3, 4), ())
    add(pack, "Pad crop", g, g.node("Pad", x, np.array([-1, 1, 0, -2]), np.array(7, F32)))
    g = Graph(19, 1)
    x = g.input(g.normal(3, 4))
    add(pack, "Pad axes", g, g.node("Pad", x, np.array([1, 2]), "", np.array([-1])))
    g = Graph(10, 1)
    x = g.input(g.normal(3, 4))
    add(pack, "Pad 10", g, g.node("Pad", x, pads=[0, 1, 1, 0], value=3.0))
    for time in [0, 1]:
        g = Graph(13, 1)
        x = g.input(g.normal(4, 4, 2))
        add(
            pack,
            f"ReverseSequence {time}",
            g,
            g.node(
                "ReverseSequence", x, np.array([1, 4, 2, 3]), time_axis=time, batch_axis=1 - time
            ),
        )
    equations = [
        "ij,jk->ik",
        "bij,bjk->bik",
        "bij,bkj->bik",
        "ij->ji",
        "ii->i",
        "ij->",
        "ij->i",
        "bhqd,bhkd->bhqk",
        "i,j->ij",
        "ij,ij->",
        "ij,j",
        "abc,abd->dc",
    ]
    extents = dict(zip("abcdhijkq", [2, 3, 4, 2, 3, 4, 4, 5, 2], strict=True))
    for equation in equations:
        g = Graph(13, 1)
        terms = equation.split("->")[0].split(",")
        inputs = [g.input(g.normal(*[extents[letter] for letter in term])) for term in terms]
        add(pack, f"Einsum {equation}", g, g.node("Einsum", *inputs, equation=equation))


def products(pack):
    shapes = [
        ((5, 3), (3, 4)),
        ((2, 5, 3), (3, 4)),
        ((2, 5, 3), (2, 3, 4)),
        ((3,), (3, 4)),
        ((5, 3), (3,)),
        ((2, 1, 5, 3), (4, 3, 2)),
        ((300, 33), (33, 70)),
        ((1, 9), (9, 17)),
    ]
    for left, right in shapes:
        for dtype in [F32, F64]:
            for constant in [False, True]:
                g = Graph(13, 1)
                a, b = g.normal(*left, dtype=dtype), g.normal(*right, dtype=dtype)
                b = b if constant else g.input(b, ())
                out = g.node("MatMul", g.input(a, ()), b)
                out = g.node("Add", out, g.normal(1, dtype=dtype))
                add(
                    pack,
                    f"MatMul {left} {right} {dtype.__name__} {constant}",
                    g,
                    g.node("Relu", out),
                )
    for options in [{}, {"transB": 1}, {"transA": 1}, {"alpha": 0.3, "beta": 2.0, "transB": 1}]:
        for term in [None, (4,), (1, 4), (1,), (5, 1), (5, 4)]:
            for dtype in [F32, F64]:
                g = Graph(13, 1)
                a = g.normal(*((3, 5) if options.get("transA") else (5, 3)), dtype=dtype)
                b = g.normal(*((4, 3) if options.get("transB") else (3, 4)), dtype=dtype)
                inputs = [g.input(a, ()), b] + (
                    [] if term is None else [g.normal(*term, dtype=dtype)]
                )
                out = g.node("Gemm", *inputs, **options)
                add(pack, f"Gemm {options} {term} {dtype.__name__}", g, g.node("Tanh", out))


# --- graphs inside nodes -------------------------------------------------------------------------


def value(name, kind=TensorProto.FLOAT, shape=None):
    return oh.make_tensor_value_info(name, kind, shape)


def control(pack):
    flag, number = TensorProto.BOOL, TensorProto.INT64

    def loop(name, turns, go, body_nodes, states, scans, captured=()):
        """A Loop over state `s` of [2, 3]; `body_nodes` compute s2, go2 and what `scans` names."""
        g = Graph(16, 1)
        x = g.input(g.normal(2, 3))
        for item in captured:
            g.weights.append(item)
        outputs = [value("go2", flag, []), value("s2", shape=[None, None])]
        outputs += [value(scan, shape=None) for scan in scans]
        body = oh.make_graph(
            body_nodes,
            "body",
            [value("i", number, []), value("go", flag, []), value("s", shape=[None, None])],
            outputs,
        )
        inputs = [
            np.array(turns) if turns is not None else "",
            np.array(go) if go is not None else "",
            x,
        ]
        out = g.node("Loop", *inputs, outputs=1 + len(scans), body=body)
        out = [out] if isinstance(out, str) else out
        ends = [g.node("Identity", item) for item in out]
        model = g.model(*ends)
        for output in model.graph.output:
            output.type.tensor_type.elem_type = TensorProto.FLOAT
        pack.add_run(f"Loop {name}", model.SerializeToString(), g.feeds)

    step = numpy_helper.from_array(np.array(1.5, F32), "step")
    bound = numpy_helper.from_array(np.array(6, F32), "bound")
    keep = oh.make_node("Identity", ["go"], ["go2"])
    grow = oh.make_node("Add", ["s", "step"], ["s2"])
    total = oh.make_node("ReduceSum", ["s2"], ["total"], keepdims=0)
    loop("counted", 4, True, [grow, keep], 1, [], [step])
    loop("never", 0, True, [grow, keep], 1, [], [step])
    loop("not begun", 4, False, [grow, keep], 1, [], [step])
    loop("scan", 3, None, [grow, keep, total], 1, ["total"], [step])
    loop(
        "scan matrix",
        20,
        None,
        [grow, keep, oh.make_node("Mul", ["s", "s2"], ["m"])],
        1,
        ["m"],
        [step],
    )
    loop(
        "while",
        None,
        True,
        [grow, total, oh.make_node("Less", ["total", "bound"], ["go2"])],
        1,
        ["total"],
        [step, bound],
    )
    loop("no change", 3, True, [oh.make_node("Identity", ["s"], ["s2"]), keep], 1, [])

    # Two values that change places.
    g = Graph(16, 1)
    a, b = g.input(g.normal(2)), g.input(g.normal(2))
    body = oh.make_graph(
        [oh.make_node("Identity", ["go"], ["go2"]), oh.make_node("Identity", ["a"], ["a2"])],
        "body",
        [
            value("i", number, []),
            value("go", flag, []),
            value("a", shape=[2]),
            value("b", shape=[2]),
        ],
        [value("go2", flag, []), value("b", shape=[2]), value("a2", shape=[2])],
    )
    out = g.node("Loop", np.array(3), np.array(True), a, b, outputs=2, body=body)
    add(pack, "Loop exchange", g, [g.node("Neg", item) for item in out])

    for condition in [True, False]:
        g = Graph(16, 1)
        flag_input = g.input(np.array(condition), free=())
        x = g.input(g.normal(2, 3))
        then = oh.make_graph(
            [oh.make_node("Relu", [x], ["t"])], "t", [], [value("t", shape=[None, 3])]
        )
        other = oh.make_graph(
            [oh.make_node("Add", [x, x], ["o1"]), oh.make_node("Neg", ["o1"], ["o"])],
            "o",
            [],
            [value("o", shape=[None, 3])],
        )
        out = g.node("If", flag_input, then_branch=then, else_branch=other)
        add(pack, f"If {condition}", g, g.node("Abs", out))

    for axis, direction in [(0, 0), (0, 1), (1, 0)]:
        g = Graph(16, 1)
        x = g.input(g.normal(4, 3) if axis == 0 else g.normal(3, 4), free=())
        start = g.input(g.normal(3), free=())
        body = oh.make_graph(
            [
                oh.make_node("Add", ["sum", "part"], ["sum2"]),
                oh.make_node("Mul", ["sum2", "part"], ["y"]),
            ],
            "body",
            [value("sum", shape=[3]), value("part", shape=[3])],
            [value("sum2", shape=[3]), value("y", shape=[3])],
        )
        out = g.node(
            "Scan",
            start,
            x,
            outputs=2,
            body=body,
            num_scan_inputs=1,
            scan_input_axes=[axis],
            scan_input_directions=[direction],
        )
        add(pack, f"Scan {axis} {direction}", g, [g.node("Neg", item) for item in out])


def transposed(pack):
    """Transposed convolutions, as autoencoders over series and images end in them."""

    def spread(name, x, w, bias=False, **options):
        g = Graph(13, len(name))
        outputs = w[1] * options.get("group", 1)
        inputs = [g.input(g.normal(*x)), g.normal(*w)] + ([g.normal(outputs)] if bias else [])
        add(pack, f"ConvTranspose {name}", g, g.node("ConvTranspose", *inputs, **options))

    spread("1d", (2, 3, 9), (3, 4, 3), bias=True)
    spread("1d stride", (2, 3, 5), (3, 4, 3), strides=[2], pads=[1, 0], output_padding=[1])
    spread("1d dilation", (1, 2, 6), (2, 3, 3), dilations=[3], bias=True)
    spread("1d groups", (3, 4, 5), (4, 3, 3), group=2, bias=True, strides=[2])
    spread("1d long", (2, 5, 200), (5, 17, 4), bias=True, strides=[3])
    spread("1d shape", (2, 3, 5), (3, 2, 4), strides=[3], output_shape=[15])
    for kind in ["SAME_UPPER", "SAME_LOWER", "VALID"]:
        spread(f"1d {kind}", (2, 3, 6), (3, 4, 4), auto_pad=kind, strides=[2])
        spread(f"2d {kind}", (2, 2, 4, 3), (2, 4, 2, 3), auto_pad=kind, strides=[3, 2])
        spread(
            f"1d shape {kind}", (1, 3, 5), (3, 2, 3), auto_pad=kind, strides=[2], output_shape=[10]
        )
    spread("2d", (2, 3, 4, 5), (3, 2, 3, 2), bias=True, pads=[1, 0, 2, 1], strides=[2, 1])
    spread("2d groups", (1, 4, 3, 3), (4, 1, 2, 2), group=4, dilations=[2, 1])
    spread("3d", (1, 2, 2, 3, 2), (2, 3, 2, 1, 2), bias=True, strides=[2, 1, 2])


def curves(pack):
    """Circular and hyperbolic functions, remainders, tests, and slices kept by a condition."""
    for op in [
        "Sin",
        "Cos",
        "Tan",
        "Asin",
        "Acos",
        "Atan",
        "Sinh",
        "Cosh",
        "Asinh",
        "Acosh",
        "Atanh",
    ]:
        for dtype in [F32, F64]:
            g = Graph(13)
            values = np.concatenate([SPECIAL[np.abs(SPECIAL) < 1e3], SPECIAL[-8:-5], g.normal(30)])
            try:
                add(pack, f"{op} {dtype.__name__}", g, g.node(op, g.input(values.astype(dtype))))
            except Exception as error:  # noqa: BLE001 ONNX Runtime has no FP64 for some
                assert dtype is F64 and "NOT_IMPL" in str(error)
    for positive, negative in [(1, 1), (1, 0), (0, 1), (0, 0)]:
        g = Graph(13)
        found = g.node(
            "IsInf", g.input(SPECIAL), detect_positive=positive, detect_negative=negative
        )
        add(pack, f"IsInf {positive} {negative}", g, found)
    for dtype in [F32, F64, I32, I64]:
        for fmod in [0, 1]:
            if dtype in [F32, F64] and not fmod:
                continue
            g = Graph(13, 1)
            x = g.input((g.normal(4, 5) * 9).astype(dtype))
            y = np.array([3, -3, 2, -5, 7], dtype)
            add(pack, f"Mod {dtype.__name__} {fmod}", g, g.node("Mod", x, y, fmod=fmod))
    for op in ["ReduceMax", "ReduceMin", "ReduceMean", "ReduceSum", "ReduceProd", "ReduceL2"]:
        g = Graph(18)
        x = g.input(np.zeros((0, 3), F32))
        add(pack, f"{op} of nothing", g, g.node(op, x, np.array([0]), keepdims=0))
    g = Graph(19, 1)
    add(pack, "CastLike", g, g.node("CastLike", g.input(g.normal(3, 4) * 9), np.zeros(1, I64)))
    for dtype in [I32, I64, F64]:
        g = Graph(13)
        kind = oh.np_dtype_to_tensor_dtype(np.dtype(dtype))
        values = np.concatenate([SPECIAL, np.array([3e9, -3e9, 1e19, -1e19, 2.7, -2.7], F32)])
        add(pack, f"Cast special {dtype.__name__}", g, g.node("Cast", g.input(values), to=kind))
    for axis in [None, 0, 1, -1]:
        g = Graph(13, 2)
        x = g.input(g.normal(3, 4))
        kept = np.array([True, False, True])
        options = {} if axis is None else {"axis": axis}
        add(pack, f"Compress {axis}", g, g.node("Compress", x, kept, **options))


def functions(pack):
    """Functions that a model brings with it: nested, with attributes, defaults, optional inputs and
    a body inside a function."""
    sets = [oh.make_opsetid("", 17), oh.make_opsetid("bank", 1)]

    def reference(name, to):
        attribute = onnx.AttributeProto(name=name, ref_attr_name=to)
        attribute.type = onnx.AttributeProto.INT if to == "axis" else onnx.AttributeProto.FLOAT
        return attribute

    leak = oh.make_node("LeakyRelu", ["x"], ["y"])
    leak.attribute.append(reference("alpha", "slope"))
    leaky = oh.make_function(
        "bank", "leaky", ["x"], ["y"], [leak], sets,
        attribute_protos=[oh.make_attribute("slope", 0.25)],
    )  # fmt: skip
    inner = oh.make_node("leaky", ["h"], ["z"], domain="bank")
    inner.attribute.append(reference("slope", "alpha"))
    greatest = oh.make_node("ArgMax", ["z"], ["best"], keepdims=0)
    greatest.attribute.append(reference("axis", "axis"))
    layer = oh.make_function(
        "bank", "layer", ["x", "w", "b"], ["z", "best"],
        [oh.make_node("Gemm", ["x", "w", "b"], ["h"]), inner, greatest], sets, ["alpha", "axis"],
    )  # fmt: skip
    # A bound to the outer function's attribute inside the body of an If.
    branch = oh.make_node("LeakyRelu", ["x"], ["t"])
    branch.attribute.append(reference("alpha", "slope"))
    out = oh.make_tensor_value_info("t", TensorProto.FLOAT, None)
    taken = oh.make_graph([branch], "then", [], [out])
    other = oh.make_graph(
        [oh.make_node("Neg", ["x"], ["u"])], "else", [],
        [oh.make_tensor_value_info("u", TensorProto.FLOAT, None)],
    )  # fmt: skip
    choice = oh.make_function(
        "bank", "choice", ["x"], ["y"],
        [
            oh.make_node("ReduceSum", ["x"], ["sum"], keepdims=0),
            oh.make_node("Constant", [], ["zero"], value_float=0.0),
            oh.make_node("Greater", ["sum", "zero"], ["is"]),
            oh.make_node("If", ["is"], ["y"], then_branch=taken, else_branch=other),
        ],
        sets, ["slope"],
    )  # fmt: skip

    def add_model(name, nodes, outputs):
        rng = np.random.default_rng(5)
        weights = [
            numpy_helper.from_array(rng.normal(size=(4, 3)).astype(F32), "w"),
            numpy_helper.from_array(rng.normal(size=3).astype(F32), "b"),
        ]
        x = oh.make_tensor_value_info("x", TensorProto.FLOAT, [None, 4])
        made = [oh.make_tensor_value_info(n, kind, None) for n, kind in outputs]
        graph = oh.make_graph(nodes, "g", [x], made, weights)
        model = oh.make_model(graph, opset_imports=sets, functions=[leaky, layer, choice])
        model.ir_version = 9
        feeds = {"x": rng.normal(size=(6, 4)).astype(F32)}
        pack.add_run(f"function/{name}", model.SerializeToString(), feeds)

    f32, i64 = TensorProto.FLOAT, TensorProto.INT64

    def call(op, *ends, **more):
        return oh.make_node(op, *ends, domain="bank", **more)

    add_model("default", [call("leaky", ["x"], ["y"])], [("y", f32)])
    add_model("argument", [call("leaky", ["x"], ["y"], slope=-0.5)], [("y", f32)])
    add_model("nested", [call("layer", ["x", "w", "b"], ["y", "k"], alpha=0.1, axis=1)],
              [("y", f32), ("k", i64)])  # fmt: skip
    add_model("left out", [call("layer", ["x", "w"], ["y", "k"], axis=-1)],
              [("y", f32), ("k", i64)])  # fmt: skip
    twice = [
        call("layer", ["x", "w", "b"], ["h", ""], axis=1),
        call("choice", ["h"], ["y"], slope=0.3),
    ]
    add_model("twice", twice, [("y", f32)])


def empty(pack):
    """No rows."""
    for name, (g, outputs) in {
        "mlp": mlp(17), "autoencoder": torch_autoencoder(17), "cnn": cnn(17), "transformer": transformer(17),
    }.items():  # fmt: skip
        g.feeds = {key: array[:0] for key, array in g.feeds.items()}
        add(pack, f"empty/{name}", g, outputs)


def main():
    pack = Pack("networks.pack")
    torch_graphs(pack)
    for part in [
        activations,
        cells,
        windows,
        normalisations,
        indexing,
        products,
        control,
        transposed,
        curves,
        functions,
        empty,
    ]:
        before = len(pack.parts)
        part(pack)
        print(f"{part.__name__}: {len(pack.parts) - before} parts")
    pack.write()


if __name__ == "__main__":
    main()
