"""One estimator with its data, and its conversions."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnx.helper as oh
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.base import is_classifier, is_outlier_detector

# Targets of a conversion by name: None is the converter's own default.
OPSETS = {
    "default": None,
    "newest": {"": 22, "ai.onnx.ml": 5, "com.microsoft": 1},
    "ml-4": {"": 20, "ai.onnx.ml": 4, "com.microsoft": 1},
    "ml-3": {"": 18, "ai.onnx.ml": 3, "com.microsoft": 1},
    "older": {"": 15, "ai.onnx.ml": 2, "com.microsoft": 1},
    "oldest": {"": 11, "ai.onnx.ml": 1, "com.microsoft": 1},
}

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


@dataclass
class Case:
    """An estimator, what it is trained on, and the rows that it is asked about."""

    name: str
    estimator: Any
    x: Any
    y: Any = None
    #: Rows to ask about; the first of `x` if None.
    rows: Any = None
    #: float32, float64, or None for a table of columns of different types.
    kinds: tuple = (np.float32, np.float64)
    options: dict = field(default_factory=dict)
    #: How far ONNX Runtime's own float32 arithmetic may be from ours, relative to the greater of 1
    #: and the value.
    tolerance: float = 1e-6
    note: str = ""
    #: Whether the graph computes what the estimator does.
    exact: bool = True
    #: "sklearn", "xgboost", "lightgbm".
    exporter: str = "sklearn"
    fitted: Any = None
    fit: Any = None

    def trained(self):
        """The estimator after training: once."""
        if self.fitted is None:
            if self.fit is not None:
                self.fitted = self.fit(self.estimator)
            else:
                self.fitted = self.estimator.fit(self.x, self.y)
        return self.fitted

    def feeds(self, kind, count):
        """The rows as the graph's inputs."""
        rows = self.x if self.rows is None else self.rows
        if kind is None:
            table = rows.iloc[:count]
            return {name: _column(table[name]) for name in table.columns}
        if getattr(rows, "dtype", None) is not None and rows.dtype.kind in "OU":
            rows = np.asarray(rows, dtype=object)[:count]
            return {"input": rows if rows.ndim == 2 else rows.reshape(-1, 1)}
        return {"input": np.asarray(rows)[:count].astype(kind)}

    def expected(self, kind, count):
        """What the trained model itself says, by the names that converters give outputs."""
        rows = (self.x if self.rows is None else self.rows)[:count]
        if kind is not None and np.asarray(rows).dtype.kind == "f":
            rows = np.asarray(rows).astype(kind)
        estimator = self.trained()
        found = {}
        if hasattr(estimator, "predict"):
            found["label"] = np.asarray(estimator.predict(rows))
            if found["label"].dtype.kind == "f":
                found["variable"] = found.pop("label").reshape(len(rows), -1).astype(kind)
            elif is_outlier_detector(estimator):
                found["label"] = found["label"].reshape(-1, 1)
            if hasattr(estimator, "predict_proba"):
                found["probabilities"] = estimator.predict_proba(rows).astype(kind)
        elif hasattr(estimator, "transform"):
            found["variable"] = np.asarray(estimator.transform(rows)).astype(kind)
        return found

    def types(self, kind):
        """The inputs as skl2onnx wants them declared."""
        return [(name, _declare(value)) for name, value in self.feeds(kind, 2).items()]

    def convert(self, kind, opset):
        """The ONNX model."""
        if self.exporter != "sklearn":
            return self._convert_boosters(kind, opset)
        estimator = self.trained()
        options = dict(self.options)
        if is_classifier(estimator):
            options = {"zipmap": False} | options
        target = OPSETS[opset]
        try:
            return convert_sklearn(
                estimator, "m", self.types(kind), options={id(estimator): options},
                target_opset=target,
            )  # fmt: skip
        except NameError:
            # Converters without labels do not know the option.
            return convert_sklearn(
                estimator, "m", self.types(kind), options={id(estimator): self.options} or None,
                target_opset=target,
            )  # fmt: skip

    def _convert_boosters(self, kind, opset):
        import onnxmltools
        from onnxmltools.convert.common.data_types import FloatTensorType as MLFloat

        types = [("input", MLFloat([None, np.asarray(self.x).shape[1]]))]
        # onnxmltools 1.16 knows no newer set than 15.
        target = {"default": None, "older": 12, "oldest": 9}.get(opset, 15)
        convert = getattr(onnxmltools, f"convert_{self.exporter}")
        return convert(self.trained(), initial_types=types, target_opset=target, **self.options)


def operators(model):
    """(operator set, operator) of every node, those in bodies too."""
    found = set()

    def walk(graph):
        for node in graph.node:
            found.add((node.domain or "ai.onnx", node.op_type))
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    walk(attribute.g)

    walk(model.graph)
    return frozenset(found)


def _column(values):
    array = values.to_numpy().reshape(-1, 1)
    if array.dtype.kind in "OU":
        return array.astype(object)
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _declare(array):
    shape = [None, array.shape[1]]
    if array.dtype.kind == "O":
        return StringTensorType(shape)
    if array.dtype.kind == "i":
        return Int64TensorType(shape)
    return FloatTensorType(shape) if array.dtype == np.float32 else DoubleTensorType(shape)
