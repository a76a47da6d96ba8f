"""Makes the ONNX fixtures in Tests/Fixtures/onnx: models, rows, and what ONNX Runtime answers.

    python Tests/Fixtures/make_onnx.py

`onnx_pack` says what a pack is.
"""

import warnings

import lightgbm
import numpy as np
import onnx
import onnx.helper as oh
import onnxmltools
import onnxruntime as ort
import pandas as pd
import shap
import xgboost
from exports.pack import unzip
from onnx import TensorProto, numpy_helper
from onnx_pack import FOLDER, Pack, run
from onnxmltools.convert.common.data_types import FloatTensorType as MLFloat
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

warnings.filterwarnings("ignore")
ML = "ai.onnx.ml"

# skl2onnx 1.20 hands numpy's numbers and truth values to onnx, which takes only Python's numbers.
_make_attribute = oh.make_attribute


def _plain(value):
    if isinstance(value, bool | np.bool_):
        return int(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item) for item in value]
    return value


oh.make_attribute = lambda key, value, *a, **k: _make_attribute(
    key, value if isinstance(value, onnx.TensorProto) else _plain(value), *a, **k
)


# --- models -------------------------------------------------------------------------------------


def problem(seed, rows, classes=2, missing=0.0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 8)) * [1, 2, 0.5, 10, 1, 3, 1, 0.1] + [0, 1, 0, 5, 0, -2, 0, 0]
    raw = x[:, 0] + 0.5 * x[:, 1] - 0.1 * x[:, 3] + 0.4 * x[:, 0] * x[:, 4]
    raw = raw + rng.normal(size=rows) * 0.7
    y = np.digitize(raw, np.quantile(raw, np.arange(1, classes) / classes))
    if missing:
        x[rng.random(x.shape) < missing] = np.nan
    return x.astype(np.float32), y, raw


def add_model(pack, name, model, x, rows, check=None):
    data = model.SerializeToString()
    feeds = x if isinstance(x, dict) else {model.graph.input[0].name: x}
    feeds = {key: value[:rows] for key, value in feeds.items()}
    try:
        outputs = {key: unzip(value) for key, value in run(data, feeds).items()}
    except ort.capi.onnxruntime_pybind11_state.NotImplemented as error:
        # Float64 imputers: the trained model itself says what is right.
        print(f"  {name}: {str(error)[-80:]}")
        outputs = {model.graph.output[-1].name: check(rows)}
    if check is not None:
        expected = check(rows)
        got = list(outputs.values())[-1].reshape(expected.shape)
        error = np.abs(got - expected)
        share = (error > 1e-5 * np.maximum(1, np.abs(expected))).mean()
        print(f"  {name}: {len(data):,} bytes, furthest from the trained model {error.max():.1e}")
        # A value within a float's width of a threshold may fall on its other side.
        assert share < 0.002, (name, share)
    tensors = [(0, key, value) for key, value in feeds.items()]
    tensors += [(1, key, value) for key, value in outputs.items()]
    pack.add(name, data, tensors)


def sklearn_models(pack):
    x, y, raw = problem(0, 2000)
    x3, y3, _ = problem(1, 2000, classes=3)
    xm, ym, rawm = problem(2, 2000, missing=0.1)
    f32 = [("input", FloatTensorType([None, 8]))]
    f64 = [("input", DoubleTensorType([None, 8]))]

    def add(name, estimator, x=x, y=y, types=f32, rows=300, zipmap=False):
        estimator.fit(x, y)
        options = None
        if hasattr(estimator, "predict_proba"):
            options = {id(estimator): {"zipmap": zipmap}}
        model = convert_sklearn(estimator, name, types, options=options)
        inputs = x.astype(np.float64) if types is f64 else x

        def check(rows):
            if hasattr(estimator, "predict_proba"):
                return estimator.predict_proba(inputs[:rows])
            return estimator.predict(inputs[:rows])

        add_model(pack, name, model, inputs, rows, check)

    lr = LogisticRegression
    add("scaler-lr", make_pipeline(StandardScaler(), lr()), rows=2000)
    add("scaler-lr-zipmap", make_pipeline(StandardScaler(), lr()), rows=200, zipmap=True)
    add("scaler-lr-f64", make_pipeline(StandardScaler(), lr()), types=f64)
    add("normalizer-l2-lr", make_pipeline(Normalizer(), lr()))
    add("normalizer-l1-lr", make_pipeline(Normalizer("l1"), lr()), rows=200)
    add("minmax-lr3", make_pipeline(MinMaxScaler(), lr()), x3, y3)
    add("lr3-f64", lr(), x3, y3, types=f64, rows=200)
    add("robust-maxabs-lr", make_pipeline(RobustScaler(), MaxAbsScaler(), lr()), rows=200)
    add("imputer-scaler-lr", make_pipeline(SimpleImputer(), StandardScaler(), lr()), xm, ym)
    add(
        "imputer-scaler-lr-f64", make_pipeline(SimpleImputer(), StandardScaler(), lr()), xm, ym, f64
    )
    add("tree", DecisionTreeClassifier(max_depth=5, random_state=0))
    add("forest", RandomForestClassifier(15, max_depth=5, random_state=0), rows=2000)
    add("extra-trees3", ExtraTreesClassifier(10, max_depth=5, random_state=0), x3, y3)
    add("boosting", GradientBoostingClassifier(n_estimators=25, random_state=0), rows=2000)
    add("boosting3", GradientBoostingClassifier(n_estimators=8, random_state=0), x3, y3)
    small = {"max_leaf_nodes": 12, "random_state": 0}
    add("hist", HistGradientBoostingClassifier(max_iter=25, **small), xm, ym, rows=2000)
    add("hist-regressor", HistGradientBoostingRegressor(max_iter=15, **small), xm, rawm)
    add("forest-regressor", RandomForestRegressor(10, max_depth=5, random_state=0), y=raw)
    add("linear-regressor", LinearRegression(), y=raw, rows=200)
    add("ridge-f64", Ridge(), y=raw, types=f64, rows=200)
    names = np.array(["good", "bad"])[y]
    add("lr-string-labels", make_pipeline(StandardScaler(), lr()), y=names, rows=100)
    add("tree-string-labels", DecisionTreeClassifier(max_depth=3), y=names, rows=100)


def boosters(pack):
    x, _, raw = problem(0, 2000)
    x3, y3, _ = problem(1, 2000, classes=3)
    xm, ym, _ = problem(2, 2000, missing=0.1)
    types = [("input", MLFloat([None, 8]))]
    small = {"n_estimators": 20, "max_depth": 4}
    for name, estimator, xs, ys, rows in [
        ("xgboost", xgboost.XGBClassifier(**small), xm, ym, 2000),
        ("xgboost3", xgboost.XGBClassifier(**(small | {"n_estimators": 8})), x3, y3, 300),
        ("xgboost-regressor", xgboost.XGBRegressor(**small), x, raw, 300),
    ]:
        estimator.fit(xs, ys)
        predict = estimator.predict_proba if "reg" not in name else estimator.predict
        model = onnxmltools.convert_xgboost(estimator, initial_types=types)
        add_model(pack, name, model, xs, rows, lambda n, p=predict, v=xs: p(v[:n]))
    small = {"n_estimators": 20, "num_leaves": 15, "verbose": -1}
    for name, estimator, xs, ys, zipmap in [
        ("lightgbm", lightgbm.LGBMClassifier(**small), xm, ym, False),
        (
            "lightgbm3-zipmap",
            lightgbm.LGBMClassifier(**(small | {"n_estimators": 6})),
            x3,
            y3,
            True,
        ),
        ("lightgbm-regressor", lightgbm.LGBMRegressor(**small), x, raw, None),
    ]:
        estimator.fit(xs, ys)
        predict = estimator.predict_proba if "reg" not in name else estimator.predict
        options = {} if zipmap is None else {"zipmap": zipmap}
        model = onnxmltools.convert_lightgbm(estimator, initial_types=types, **options)
        add_model(pack, name, model, xs, 300, lambda n, p=predict, v=xs: p(v[:n]))


def mixed(pack):
    """One input a column, of different types; with SHAP values summed by column."""
    rng = np.random.default_rng(5)
    x, y, _ = problem(3, 2000, missing=0.05)
    frame = pd.DataFrame({"age": x[:, 0], "income": x[:, 3]})
    frame["purpose"] = rng.choice(["car", "tv", "home", "éducation"], 2000)
    frame["owner"] = rng.choice(["yes", "no"], 2000)
    frame["loans"] = rng.integers(0, 5, 2000)
    y = ((y + (frame["purpose"] == "car") + (frame["loans"] > 2)) > 1).astype(int)
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    encoder = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer(
        [
            ("numbers", numbers, ["age", "income"]),
            ("categories", encoder, ["purpose", "owner"]),
            ("counts", StandardScaler(), ["loans"]),
        ]
    )
    pipeline = make_pipeline(columns, LogisticRegression()).fit(frame, y)
    one = [None, 1]
    model = convert_sklearn(
        pipeline,
        "mixed",
        [
            ("age", FloatTensorType(one)),
            ("income", FloatTensorType(one)),
            ("purpose", StringTensorType(one)),
            ("owner", StringTensorType(one)),
            ("loans", Int64TensorType(one)),
        ],
        options={id(pipeline): {"zipmap": False}},
    )
    data = model.SerializeToString()
    frame.loc[7, "purpose"] = "boat"
    feeds = {name: frame[[name]].to_numpy() for name in frame.columns}
    feeds = {name: (v.astype(object) if v.dtype == object else v) for name, v in feeds.items()}
    outputs = run(data, feeds)
    expected = pipeline.predict_proba(frame)
    assert np.abs(outputs["probabilities"] - expected).max() < 1e-5
    z = np.asarray(columns.transform(frame))
    explainer = shap.LinearExplainer(pipeline[-1], shap.maskers.Independent(z, max_samples=2000))
    values = explainer.shap_values(z)
    owners = [0, 1, 2, 2, 2, 2, 3, 3, 4]
    by_feature = np.zeros((len(z), 5))
    means = np.zeros(5)
    for column, owner in enumerate(owners):
        by_feature[:, owner] += values[:, column]
        means[owner] += pipeline[-1].coef_[0, column] * z[:, column].mean()
    tensors = [(0, name, value) for name, value in feeds.items()]
    tensors += [(1, name, value) for name, value in outputs.items()]
    tensors += [
        (2, "contributions", by_feature),
        (2, "means", means),
        (2, "base", np.array([explainer.expected_value])),
        (2, "log-odds", pipeline.decision_function(frame)),
    ]
    pack.add("mixed", data, tensors)


# --- single operators ---------------------------------------------------------------------------


class Micro:
    """Graphs of one or a few nodes against ONNX Runtime."""

    def __init__(self, pack):
        self.pack = pack
        self.rng = np.random.default_rng(11)
        self.count = 0
        self.skipped = []

    def graph(self, name, nodes, feeds, outputs, opset=17, ml=3, constants=None):
        """`outputs`: names with numpy types."""

        def info(key, kind):
            return oh.make_tensor_value_info(key, kind, None)

        constants = constants or {}
        feeds = {key: np.asarray(value) for key, value in feeds.items()}
        inputs = [
            oh.make_tensor_value_info(
                key,
                TensorProto.STRING
                if value.dtype.kind in "OU"
                else oh.np_dtype_to_tensor_dtype(value.dtype),
                list(value.shape),
            )
            for key, value in feeds.items()
        ]
        kinds = {
            key: TensorProto.STRING if kind is str else oh.np_dtype_to_tensor_dtype(np.dtype(kind))
            for key, kind in outputs.items()
        }
        graph = oh.make_graph(
            nodes,
            name,
            inputs,
            [info(key, kind) for key, kind in kinds.items()],
            [numpy_helper.from_array(np.asarray(v), key) for key, v in constants.items()],
        )
        model = oh.make_model(
            graph,
            opset_imports=[oh.make_opsetid("", opset), oh.make_opsetid(ML, ml)],
            ir_version=8,
        )
        data = model.SerializeToString()
        try:
            results = run(data, feeds)
        except Exception as error:  # noqa: BLE001 (ONNX Runtime's own types are not public)
            self.skipped.append(f"{name}: {str(error)[:150]}")
            return
        tensors = [(0, key, value) for key, value in feeds.items()]
        tensors += [(1, key, unzip(value)) for key, value in results.items()]
        self.pack.add(name, data, tensors)
        self.count += 1

    def op(self, name, op, feeds, out, opset=17, ml=3, domain="", constants=None, **attributes):
        """One node with all of `feeds` and `constants` as inputs; `out`: numpy type or a list."""
        kinds = out if isinstance(out, list) else [out]
        outputs = {f"y{index}": kind for index, kind in enumerate(kinds)}
        inputs = list(feeds) + list(constants or {})
        node = oh.make_node(op, inputs, list(outputs), "n", domain=domain, **attributes)
        self.graph(name, [node], feeds, outputs, opset, ml, constants)

    def numbers(self, shape, kind=np.float32):
        if np.dtype(kind).kind == "f":
            return self.rng.normal(size=shape).astype(kind) * 2
        if np.dtype(kind).kind == "b":
            return self.rng.random(shape) < 0.5
        low = 0 if np.dtype(kind).kind == "u" else -9
        return self.rng.integers(low, 9, shape).astype(kind)


FLOATS = [np.float32, np.float64]
WHOLE = [np.int32, np.int64]
TYPES = [
    np.bool_, np.uint8, np.uint16, np.uint32, np.uint64, np.int8, np.int16, np.int32, np.int64,
    np.float16, np.float32, np.float64,
]  # fmt: skip
SHAPES = [
    ((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (2, 3)), ((2, 1, 4), (3, 1)),
    ((5,), ()), ((2, 3, 4), (2, 1, 1)), ((0, 3), (3,)),
]  # fmt: skip


def elementwise(m):
    for op in ["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max"]:
        for kind in FLOATS + WHOLE:
            for a, b in SHAPES if kind == np.float32 else SHAPES[1:4]:
                x, y = m.numbers(a, kind), m.numbers(b, kind)
                if op == "Div" and kind in WHOLE:
                    y = np.where(y == 0, 3, y).astype(kind)
                if op == "Pow":
                    x, y = (np.abs(x) + 1).astype(kind), np.abs(y).astype(kind) % 4
                m.op(f"{op} {np.dtype(kind)} {a} {b}", op, {"a": x, "b": y}, kind)
    m.op("Pow mixed", "Pow", {"a": m.numbers((3, 4)), "b": np.array([2, 3, 0, 1])}, np.float32)
    for op in ["Sum", "Mean", "Min", "Max"]:
        feeds = {"a": m.numbers((3, 4)), "b": m.numbers((4,)), "c": m.numbers((3, 1))}
        m.op(f"{op} of three", op, feeds, np.float32)
        m.op(f"{op} of one", op, {"a": m.numbers((3, 4))}, np.float32)
    for op in ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"]:
        for kind in FLOATS + WHOLE:
            for a, b in SHAPES[1:5]:
                x, y = m.numbers(a, kind), m.numbers(b, kind)
                m.op(f"{op} {np.dtype(kind)} {a} {b}", op, {"a": x.round(), "b": y.round()}, bool)
    for op in ["And", "Or", "Xor"]:
        for a, b in SHAPES[:5]:
            feeds = {"a": m.numbers(a, bool), "b": m.numbers(b, bool)}
            m.op(f"{op} {a} {b}", op, feeds, bool)
    m.op("Not", "Not", {"a": m.numbers((3, 4), bool)}, bool)
    words = np.array(["a", "", "né", "d" * 40], dtype=object)
    m.op("Equal bool", "Equal", {"a": m.numbers((6,), bool), "b": m.numbers((6,), bool)}, bool)
    other = np.array([["a"], ["né"]], dtype=object)
    m.op("Equal string", "Equal", {"a": words, "b": other}, bool, opset=19)
    for kind in FLOATS:
        special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, 2.5, -2.5, 1e-8, 30], kind)
        m.op(f"IsNaN {np.dtype(kind)}", "IsNaN", {"a": special}, bool)
        for op in [
            "Abs",
            "Neg",
            "Sign",
            "Floor",
            "Ceil",
            "Round",
            "Relu",
            "Sigmoid",
            "Tanh",
            "Exp",
        ]:
            x = special[3:] if op in ("Sign", "Relu", "Sigmoid", "Tanh", "Exp") else special
            m.op(f"{op} {np.dtype(kind)}", op, {"a": x}, kind)
        for op in ["Sqrt", "Log", "Reciprocal"]:
            m.op(f"{op} {np.dtype(kind)}", op, {"a": np.abs(m.numbers((4, 5), kind)) + 0.1}, kind)
        for op in ["Erf", "Softplus"]:
            m.op(f"{op} {np.dtype(kind)}", op, {"a": m.numbers((4, 5), kind)}, kind)
    m.op("LeakyRelu", "LeakyRelu", {"a": m.numbers((4, 5))}, np.float32, alpha=0.2)
    m.op("Elu", "Elu", {"a": m.numbers((4, 5))}, np.float32, alpha=0.7)
    for kind in WHOLE:
        for op in ["Abs", "Neg", "Sign"]:
            m.op(f"{op} {np.dtype(kind)}", op, {"a": m.numbers((3, 4), kind)}, kind)
    for kind in FLOATS + WHOLE:
        limits = {"lo": np.array(-1, kind), "hi": np.array(2, kind)}
        m.op(f"Clip {np.dtype(kind)}", "Clip", {"a": m.numbers((4, 5), kind), **limits}, kind)
    m.op("Clip opset 6", "Clip", {"a": m.numbers((4, 5))}, np.float32, opset=10, min=-1.0, max=0.5)
    for kind in FLOATS + WHOLE + [np.uint8]:
        feeds = {
            "c": m.numbers((3, 1), bool),
            "a": m.numbers((1, 4), kind),
            "b": m.numbers((), kind),
        }
        m.op(f"Where {np.dtype(kind)}", "Where", feeds, kind)
    feeds = {"c": m.numbers((2, 4), bool), "a": words, "b": np.array([["x"], ["yy"]], dtype=object)}
    m.op("Where string", "Where", feeds, str)


def casts(m):
    for source in TYPES:
        x = m.numbers((3, 5), source)
        m.op(f"Identity {np.dtype(source)}", "Identity", {"a": x}, source)
        for target in TYPES:
            # Out of range is undefined in ONNX Runtime.
            y = np.abs(x) if np.dtype(target).kind == "u" and source != np.bool_ else x
            code = oh.np_dtype_to_tensor_dtype(np.dtype(target))
            m.op(f"Cast {np.dtype(source)} {np.dtype(target)}", "Cast", {"a": y}, target, to=code)
        if source not in (np.bool_,):
            m.op(f"Cast {np.dtype(source)} string", "Cast", {"a": x}, str, to=TensorProto.STRING)
    special = np.array([np.nan, np.inf, -np.inf, 1e20, 1.5e-7, 3.0, 0.1], np.float32)
    m.op("Cast special string", "Cast", {"a": special}, str, to=TensorProto.STRING)
    m.op("Cast special f64", "Cast", {"a": special}, np.float64, to=TensorProto.DOUBLE)
    text = np.array(["1", "-3", "12"], dtype=object)
    for target in [np.int32, np.int64, np.float32, np.float64, np.int8, np.int16]:
        code = oh.np_dtype_to_tensor_dtype(np.dtype(target))
        m.op(f"Cast string {np.dtype(target)}", "Cast", {"a": text}, target, to=code)
    text = np.array(["1.5", "-3e5", "NaN", "inf", "-inf", "INF"], dtype=object)
    m.op("Cast string special", "Cast", {"a": text}, np.float32, to=TensorProto.FLOAT)
    words = np.array([["a", "", "né"], ["d" * 40, "x", "y"]], dtype=object)
    m.op("Identity string", "Identity", {"a": words}, str)


def shaping(m):
    words = np.array([[f"w{i}{j}" * j for j in range(4)] for i in range(3)], dtype=object)
    data = {"float32": m.numbers((3, 4)), "string": words, "int8": m.numbers((3, 4), np.int8)}
    data["int64"] = m.numbers((3, 4), np.int64)
    data["float16"] = m.numbers((3, 4), np.float16)
    for label, x in data.items():
        out = str if label == "string" else x.dtype
        cube = x.reshape(3, 2, 2)
        for target in [[4, 3], [-1], [0, 2, -1], [1, 12, 1]]:
            feeds = {"a": x, "s": np.array(target)}
            m.op(f"Reshape {label} {target}", "Reshape", feeds, out)
        for axis in [0, 1, 2, -1]:
            m.op(f"Flatten {label} {axis}", "Flatten", {"a": cube}, out, axis=axis)
        for order in [None, [1, 0, 2], [2, 0, 1]]:
            more = {} if order is None else {"perm": order}
            m.op(f"Transpose {label} {order}", "Transpose", {"a": cube}, out, **more)
        for axis in [0, 1, -1]:
            m.op(f"Concat {label} {axis}", "Concat", {"a": x, "b": x, "c": x}, out, axis=axis)
        feeds = {"a": x.reshape(3, 1, 4, 1), "s": np.array([1, -1])}
        m.op(f"Squeeze {label}", "Squeeze", feeds, out)
        m.op(f"Squeeze all {label}", "Squeeze", {"a": x.reshape(3, 1, 4, 1)}, out)
        m.op(f"Squeeze 11 {label}", "Squeeze", {"a": x.reshape(3, 1, 4)}, out, opset=12, axes=[1])
        m.op(f"Unsqueeze {label}", "Unsqueeze", {"a": x, "s": np.array([0, -1])}, out)
        m.op(f"Unsqueeze 11 {label}", "Unsqueeze", {"a": x}, out, opset=12, axes=[1])
        for starts, ends, axes, steps in [
            ([1], [3], [0], [1]), ([0, 3], [2, -9], [0, 1], [1, -1]), ([-2], [99], [1], [2]),
            ([5], [-100], [1], [-2]), ([2], [1], [0], [1]),
        ]:  # fmt: skip
            feeds = {"a": x, "s": starts, "e": ends, "x": axes, "t": steps}
            feeds = {k: v if k == "a" else np.array(v) for k, v in feeds.items()}
            m.op(f"Slice {label} {starts}{ends}{axes}{steps}", "Slice", feeds, out)
        m.op(f"Slice 9 {label}", "Slice", {"a": x}, out, opset=9, starts=[1], ends=[3], axes=[1])
        for axis in [0, 1]:
            for kind in WHOLE:
                if label == "string" and axis == 0:
                    continue  # ONNX Runtime 1.32 gives empty strings here.
                feeds = {"a": x, "i": np.array([[0, -1], [2, 1]], kind)}
                name = f"Gather {label} {axis} {np.dtype(kind)}"
                m.op(name, "Gather", feeds, out, axis=axis)
        m.op(f"Gather scalar {label}", "Gather", {"a": x, "i": np.array(1)}, out, axis=1)
        feeds = {"a": x, "s": np.array([1, 3])}
        m.op(f"Split {label}", "Split", feeds, [out, out], axis=1)
        m.op(f"Split equal {label}", "Split", {"a": x}, [out, out], axis=1, opset=12)
        m.op(f"Split 18 {label}", "Split", {"a": x}, [out, out], axis=0, opset=18, num_outputs=2)
        m.op(f"Expand {label}", "Expand", {"a": x, "s": np.array([2, 1, 4])}, out)
        m.op(f"Expand one {label}", "Expand", {"a": x[:, :1], "s": np.array([3, 2])}, out)
        m.op(f"Tile {label}", "Tile", {"a": x, "r": np.array([2, 3])}, out)
        feeds = {"a": x, "i": np.array([[3, 0, 1]])}
        m.op(f"Extract {label}", "ArrayFeatureExtractor", feeds, out, domain=ML)
    row = {"a": m.numbers((5,)), "i": np.array([3, 0])}
    m.op("Extract row", "ArrayFeatureExtractor", row, np.float32, domain=ML)
    m.op("Shape", "Shape", {"a": m.numbers((2, 0, 3))}, np.int64)
    m.op("Shape part", "Shape", {"a": m.numbers((2, 5, 3))}, np.int64, start=-2, end=3)
    m.op("Size", "Size", {"a": m.numbers((2, 5, 3))}, np.int64)
    for value in [np.array([7], np.int64), np.array([1.5], np.float32), np.array([True])]:
        tensor = numpy_helper.from_array(value, "v")
        feeds = {"s": np.array([2, 3])}
        name = f"ConstantOfShape {value.dtype}"
        m.op(name, "ConstantOfShape", feeds, value.dtype, value=tensor)
    constant = oh.make_node("Constant", [], ["k"], value_floats=[1.0, 2.0])
    add = oh.make_node("Add", ["a", "k"], ["y0"])
    m.graph("Constant", [constant, add], {"a": m.numbers((3, 2))}, {"y0": np.float32})


def reducing(m):
    for op in ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare"]:
        for kind in FLOATS + WHOLE:
            if op in ("Mean", "L2") and kind not in FLOATS:
                continue
            x = m.numbers((2, 3, 4), kind)
            for axes in [[0], [1], [-1], [0, 2], None]:
                for keep in [0, 1]:
                    name = f"Reduce{op} {np.dtype(kind)} {axes} {keep}"
                    if axes is None:
                        feeds, more = {"a": x}, {"keepdims": keep}
                    elif op == "Sum":
                        feeds, more = {"a": x, "x": np.array(axes)}, {"keepdims": keep}
                    else:
                        feeds, more = {"a": x}, {"keepdims": keep, "axes": axes}
                    m.op(name, f"Reduce{op}", feeds, kind, **more)
    feeds = {"a": m.numbers((2, 3)), "x": np.array([1])}
    m.op("ReduceMax 18", "ReduceMax", feeds, np.float32, opset=18)
    more = {"noop_with_empty_axes": 1}
    m.op("ReduceSum noop", "ReduceSum", {"a": m.numbers((2, 3))}, np.float32, **more)
    for op in ["ArgMax", "ArgMin"]:
        for kind in FLOATS + WHOLE:
            x = m.numbers((3, 4, 2), kind).round()
            for axis in [0, 1, -1]:
                for last in [0, 1]:
                    more = {"axis": axis, "select_last_index": last, "keepdims": last}
                    name = f"{op} {np.dtype(kind)} {axis} {last}"
                    m.op(name, op, {"a": x}, np.int64, **more)
    for opset in [9, 12, 13]:
        for axis in [None, 0, 1, 2] + ([-1] if opset > 10 else []):
            more = {} if axis is None else {"axis": axis}
            for op in ["Softmax", "LogSoftmax"]:
                name = f"{op} {opset} {axis}"
                m.op(name, op, {"a": m.numbers((2, 3, 4))}, np.float32, opset=opset, **more)
    m.op("Softmax f64", "Softmax", {"a": m.numbers((2, 3), np.float64)}, np.float64)
    for kind in FLOATS + WHOLE:
        for largest in [0, 1]:
            x = m.rng.permutation(24).reshape(2, 3, 4).astype(kind)
            feeds = {"a": x, "k": np.array([2])}
            for axis in [1, -1]:
                name = f"TopK {np.dtype(kind)} {largest} {axis}"
                more = {"largest": largest, "axis": axis}
                m.op(name, "TopK", feeds, [kind, np.int64], **more)


def products(m):
    for kind in FLOATS + WHOLE:
        for a, b in [
            ((3, 4), (4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4, 5)),
            ((2, 1, 3, 4), (5, 4, 2)), ((0, 4), (4, 2)), ((7, 4), (4, 1)),
        ]:  # fmt: skip
            feeds = {"a": m.numbers(a, kind), "b": m.numbers(b, kind)}
            m.op(f"MatMul {np.dtype(kind)} {a} {b}", "MatMul", feeds, kind)
    for kind in FLOATS:
        for ta in [0, 1]:
            for tb in [0, 1]:
                for c in [None, (5,), (3, 1), (3, 5), ()]:
                    feeds = {"a": m.numbers((4, 3) if ta else (3, 4), kind)}
                    feeds["b"] = m.numbers((5, 4) if tb else (4, 5), kind)
                    if c is not None:
                        feeds["c"] = m.numbers(c, kind)
                    more = {"transA": ta, "transB": tb, "alpha": 0.5, "beta": 2.0}
                    m.op(f"Gemm {np.dtype(kind)} {ta}{tb} {c}", "Gemm", feeds, kind, **more)


def learning(m):
    x = m.numbers((6, 3))
    x[2] = 0
    for norm in ["MAX", "L1", "L2"]:
        m.op(f"Normalizer {norm}", "Normalizer", {"a": x}, np.float32, domain=ML, norm=norm)
    for kind in FLOATS + WHOLE:
        feeds = {"a": m.numbers((5, 3), kind)}
        more = {"offset": [0.5, -1.0, 2.0], "scale": [2.0, 0.5, -1.0], "domain": ML}
        m.op(f"Scaler {np.dtype(kind)}", "Scaler", feeds, np.float32, **more)
    more = {"offset": [0.5], "scale": [2.0], "domain": ML}
    m.op("Scaler one", "Scaler", {"a": x}, np.float32, **more)
    m.op("Binarizer", "Binarizer", {"a": x}, np.float32, domain=ML, threshold=0.3)
    holes = x.copy()
    holes[1, 1] = np.nan
    for value in [[1.0, 2.0, 3.0], [9.0]]:
        more = {"imputed_value_floats": value, "replaced_value_float": float("nan"), "domain": ML}
        m.op(f"Imputer {value}", "Imputer", {"a": holes}, np.float32, **more)
    more = {"imputed_value_floats": [5.0], "replaced_value_float": 0.0, "domain": ML}
    m.op("Imputer zero", "Imputer", {"a": x}, np.float32, **more)
    more = {"imputed_value_int64s": [5, 6, 7], "replaced_value_int64": -1, "domain": ML}
    m.op("Imputer int64", "Imputer", {"a": np.array([[-1, 2, -1], [3, -1, 4]])}, np.int64, **more)
    words = np.array([["a"], ["né"], ["zz"], ["a"]], dtype=object)
    more = {"cats_strings": ["zz", "a", "né"], "domain": ML}
    for shape in [(4, 1), (4,), (2, 2)]:
        m.op(
            f"OneHot string {shape}",
            "OneHotEncoder",
            {"a": words.reshape(shape)},
            np.float32,
            **more,
        )
    more = {"cats_strings": ["zz", "a"], "zeros": 1, "domain": ML}
    m.op("OneHot unknown", "OneHotEncoder", {"a": words}, np.float32, **more)
    for kind in FLOATS + WHOLE:
        more = {"cats_int64s": [3, 1, 2], "domain": ML}
        feeds = {"a": np.array([[1, 2], [3, 9]], kind)}
        m.op(f"OneHot {np.dtype(kind)}", "OneHotEncoder", feeds, np.float32, **more)
    keys = {
        "strings": (["a", "né", "b"], np.array(["né", "q", "a"], dtype=object)),
        "int64s": ([5, -1, 7], np.array([7, 7, 3])),
        "floats": ([0.5, float("nan"), 2.0], np.array([np.nan, 0.5, 8.0], np.float32)),
    }
    values = {
        "strings": (["x", "yy", "é"], str),
        "int64s": ([10, 20, 30], np.int64),
        "floats": ([1.5, 2.5, -1.0], np.float32),
    }
    for key, (known, x1) in keys.items():
        for value, (targets, out) in values.items():
            more = {f"keys_{key}": known, f"values_{value}": targets, "domain": ML}
            m.op(f"Label {key} {value}", "LabelEncoder", {"a": x1}, out, ml=2, **more)
    more = {"keys_strings": ["a"], "values_int64s": [1], "default_int64": 77, "domain": ML}
    m.op("Label default", "LabelEncoder", {"a": keys["strings"][1]}, np.int64, ml=2, **more)
    from_strings = numpy_helper.from_array(np.array(["a", "b"], dtype=object), "k")
    more = {
        "keys_tensor": from_strings,
        "values_tensor": numpy_helper.from_array(np.array([4, 5], np.int16), "v"),
        "default_tensor": numpy_helper.from_array(np.array([-3], np.int16), "d"),
        "domain": ML,
    }
    m.op("Label tensor i16", "LabelEncoder", {"a": keys["strings"][1]}, np.int16, ml=4, **more)
    more = {
        "keys_tensor": numpy_helper.from_array(np.array([0.5, np.nan]), "k"),
        "values_tensor": numpy_helper.from_array(np.array([4.0, 5.0]), "v"),
        "default_tensor": numpy_helper.from_array(np.array([-3.0]), "d"),
        "domain": ML,
    }
    doubles = np.array([0.5, np.nan, 7.0])
    m.op("Label tensor f64", "LabelEncoder", {"a": doubles}, np.float64, ml=4, **more)
    more = {"classes_strings": ["a", "b"], "domain": ML}
    m.op("Label 1", "LabelEncoder", {"a": keys["strings"][1]}, np.int64, ml=1, **more)
    m.op("Label 1 back", "LabelEncoder", {"a": np.array([1, 0, 5])}, str, ml=1, **more)
    more = {"cats_strings": ["a", "b"], "cats_int64s": [4, 9], "domain": ML}
    m.op("Mapper", "CategoryMapper", {"a": keys["strings"][1]}, np.int64, **more)
    m.op("Mapper back", "CategoryMapper", {"a": np.array([9, 0, 4])}, str, **more)
    feeds = {"a": m.numbers((3, 2)), "b": m.numbers((3, 1))}
    more = {"inputdimensions": [2, 1], "domain": ML}
    m.op("Vectorizer", "FeatureVectorizer", feeds, np.float32, **more)
    linear(m)
    trees(m)


def linear(m):
    transforms = ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"]
    for transform in transforms:
        for scores, labels in [(1, [0, 1]), (2, [4, 7]), (3, [0, 1, 2]), (1, ["n", "y"])]:
            if transform == "PROBIT" and scores == 1:
                # ONNX Runtime leaves the other column uninitialised; refused at load.
                continue
            scale = 0.1 if transform == "PROBIT" else 1
            coefficients = (m.numbers(scores * 3) * scale).tolist()
            more = {
                "coefficients": coefficients,
                "intercepts": [0.4 + 0.05 * i for i in range(scores)],
                "post_transform": transform,
                "domain": ML,
            }
            is_text = isinstance(labels[0], str)
            more["classlabels_strings" if is_text else "classlabels_ints"] = labels
            x = m.numbers((9, 3)) * (0.2 if transform == "PROBIT" else 1)
            out = [str if is_text else np.int64, np.float32]
            name = f"LinearClassifier {transform} {scores} {labels[0]}"
            m.op(name, "LinearClassifier", {"a": x.astype(np.float32)}, out, **more)
        for targets in [1, 2]:
            if transform == "SOFTMAX_ZERO":
                continue
            more = {
                "coefficients": m.numbers(targets * 3).tolist(),
                "targets": targets,
                "domain": ML,
            }
            more |= {"intercepts": [0.25] * targets, "post_transform": transform}
            x = m.numbers((5, 3))
            name = f"LinearRegressor {transform} {targets}"
            if transform != "PROBIT":
                m.op(name, "LinearRegressor", {"a": x}, np.float32, **more)


def random_trees(m, count, features, modes, outputs):
    """Arrays of nodes, and for each leaf weights of some `outputs`."""
    nodes = {
        key: []
        for key in [
            "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_modes",
            "nodes_truenodeids", "nodes_falsenodeids", "nodes_missing_value_tracks_true",
        ]
    }  # fmt: skip
    leaves = {"treeids": [], "nodeids": [], "ids": [], "weights": []}
    for tree in range(count):
        next_id = [0]

        def grow(depth, tree=tree, next_id=next_id):
            own = next_id[0]
            next_id[0] += 1
            leaf = depth == 0 or (depth < 3 and m.rng.random() < 0.2)
            place = len(nodes["nodes_treeids"])
            row = [tree, own, 0, 0.0, "LEAF", 0, 0, 0]
            for key, item in zip(nodes, row, strict=True):
                nodes[key].append(item)
            if leaf:
                for target in outputs:
                    leaves["treeids"].append(tree)
                    leaves["nodeids"].append(own)
                    leaves["ids"].append(target)
                    leaves["weights"].append(float(np.float32(m.rng.normal())))
                return own
            yes = grow(depth - 1)
            no = grow(depth - 1)
            mode = str(m.rng.choice(modes))
            value = float(m.rng.integers(-2, 3)) if "EQ" in mode else float(m.rng.normal())
            nodes["nodes_featureids"][place] = int(m.rng.integers(features))
            nodes["nodes_values"][place] = float(np.float32(value))
            nodes["nodes_modes"][place] = mode
            nodes["nodes_truenodeids"][place] = yes
            nodes["nodes_falsenodeids"][place] = no
            nodes["nodes_missing_value_tracks_true"][place] = int(m.rng.integers(2))
            return own

        grow(3)
    return nodes, leaves


def trees(m):
    modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]

    def rows(kind=np.float32):
        x = m.rng.normal(size=(40, 4)).round(1).astype(kind)
        x[::3] = x[::3].round()
        if np.dtype(kind).kind == "f":
            x[m.rng.random(x.shape) < 0.1] = np.nan
        return x

    for index, mode in enumerate([[mode] for mode in modes] + [modes]):
        for outputs in [[0], [0, 1]]:
            nodes, leaves = random_trees(m, 5, 4, mode, outputs)
            more = nodes | {f"target_{key}": value for key, value in leaves.items()}
            more |= {"n_targets": len(outputs), "domain": ML}
            for aggregate in ["SUM", "AVERAGE", "MIN", "MAX"]:
                name = f"TreeRegressor {index} {len(outputs)} {aggregate}"
                extra = {"base_values": [0.5] * len(outputs)} if index % 2 else {}
                feeds = {"a": rows()}
                more["aggregate_function"] = aggregate
                m.op(name, "TreeEnsembleRegressor", feeds, np.float32, **more, **extra)
    for kind in [np.float64, np.int64, np.int32]:
        nodes, leaves = random_trees(m, 5, 4, modes[:1], [0])
        more = nodes | {f"target_{key}": value for key, value in leaves.items()}
        m.op(f"TreeRegressor {np.dtype(kind)}", "TreeEnsembleRegressor", {"a": rows(kind)},
             np.float32, n_targets=1, domain=ML, **more)  # fmt: skip
    nodes, leaves = random_trees(m, 5, 4, modes[:1], [0])
    for key in ["nodes_values", "target_weights"]:
        name = key.removeprefix("target_")
        array = np.array(nodes.pop(key) if key in nodes else leaves.pop(name)) + 1e-12
        nodes[f"{key}_as_tensor"] = numpy_helper.from_array(array, key)
    more = nodes | {f"target_{key}": value for key, value in leaves.items()}
    m.op("TreeRegressor as tensor", "TreeEnsembleRegressor", {"a": rows(np.float64)}, np.float32,
         n_targets=1, domain=ML, **more)  # fmt: skip
    for transform in ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"]:
        for outputs, labels in [([0], 2), ([0, 1], 2), ([0, 1, 2], 3)]:
            # Of two classes, other base values are refused at load.
            for base in {1: [0, 1], 2: [0], 3: [0, 3]}[len(outputs)]:
                for positive in [False, True]:
                    if transform == "PROBIT" and outputs == [0]:
                        continue
                    nodes, leaves = random_trees(m, 3, 4, modes[:1], outputs)
                    if positive:
                        leaves["weights"] = [abs(w) * 0.2 for w in leaves["weights"]]
                    more = nodes | {f"class_{key}": value for key, value in leaves.items()}
                    more |= {"post_transform": transform, "domain": ML}
                    more["classlabels_int64s"] = list(range(labels))
                    if base:
                        more["base_values"] = [0.1 * (i + 1) for i in range(base)]
                    name = f"TreeClassifier {transform} {outputs} {base} {positive}"
                    out = [np.int64, np.float32]
                    m.op(name, "TreeEnsembleClassifier", {"a": rows()}, out, **more)


def chains(m):
    """Random graphs of several nodes."""
    binary = ["Add", "Sub", "Mul", "Max", "Min"]
    unary = ["Abs", "Neg", "Sigmoid", "Tanh", "Relu", "Floor", "Identity", "Softmax"]
    for index in range(60):
        columns = int(m.rng.integers(1, 6))
        feeds = {"a": m.numbers((4, columns)), "b": m.numbers((4, columns))}
        known, nodes, constants = list(feeds), [], {}
        for step in range(int(m.rng.integers(2, 9))):
            name = f"v{step}"
            left = str(m.rng.choice(known))
            kind = m.rng.integers(4)
            if kind == 0:
                nodes.append(oh.make_node(str(m.rng.choice(unary)), [left], [name]))
            elif kind == 1:
                op = str(m.rng.choice(binary))
                nodes.append(oh.make_node(op, [left, str(m.rng.choice(known))], [name]))
            elif kind == 2:
                constants[f"c{step}"] = m.numbers((columns,))
                op = str(m.rng.choice(binary))
                nodes.append(oh.make_node(op, [left, f"c{step}"], [name]))
            else:
                constants[f"c{step}"] = m.numbers((columns, columns)) * 0.3
                nodes.append(oh.make_node("MatMul", [left, f"c{step}"], [name]))
            known.append(name)
        m.graph(f"chain {index}", nodes, feeds, {known[-1]: np.float32}, constants=constants)


def main():
    FOLDER.mkdir(exist_ok=True)
    models = Pack("models.pack")
    sklearn_models(models)
    boosters(models)
    mixed(models)
    models.write()
    pack = Pack("operators.pack")
    m = Micro(pack)
    for part in [elementwise, casts, shaping, reducing, products, learning, chains]:
        part(m)
    pack.write()
    print(f"{m.count} graphs; ONNX Runtime cannot run {len(m.skipped)}:")
    for line in m.skipped:
        print("  " + line)


if __name__ == "__main__":
    main()
