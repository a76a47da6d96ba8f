"""A plain logistic regression on imputed, one-hot encoded and scaled columns, exported to ONNX."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.data.features import Feature
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.models.node_order import sort_nodes

if TYPE_CHECKING:
    from skl2onnx.common.data_types import DataType


class OneHotRegression:
    """Flavor `onnx`: one graph input a feature, of its own type: string, int64 or float.

    Features that may be missing go in as float, NaN when missing, and are imputed by their median.
    """

    flavor = "onnx"
    library = f"scikit-learn {sklearn.__version__}"

    def __init__(self, features: tuple[Feature, ...], *, inverse_penalty: float = 0.1) -> None:
        """`inverse_penalty` is scikit-learn's C."""
        self.features = features
        named = {
            kind: [f.name for f in features if self._input(f) == kind]
            for kind in ("string", "int64", "float")
        }
        number = [("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
        self.pipeline = Pipeline(
            [
                (
                    "columns",
                    ColumnTransformer(
                        [
                            (
                                "category",
                                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                                named["string"],
                            ),
                            ("whole", StandardScaler(), named["int64"]),
                            ("number", Pipeline(number), named["float"]),
                        ]
                    ),
                ),
                ("regression", LogisticRegression(C=inverse_penalty, tol=1e-8, max_iter=2_000)),
            ]
        )
        self.mean_terms = np.zeros(len(features))

    @staticmethod
    def _input(feature: Feature) -> str:
        if feature.kind == "category":
            return "string"
        whole = feature.kind in ("integer", "boolean") and feature.missing == "reject"
        return "int64" if whole else "float"

    def _frame(self, rows: Floats) -> pd.DataFrame:
        columns: dict[str, object] = {}
        for feature, column in zip(self.features, rows.T, strict=True):
            match self._input(feature):
                case "string":
                    columns[feature.name] = np.array(
                        ["" if np.isnan(v) else feature.categories[int(v)] for v in column],
                        dtype=object,
                    )
                case "int64":
                    columns[feature.name] = column.astype(np.int64)
                case _:
                    columns[feature.name] = column
        return pd.DataFrame(columns)

    def fit(self, rows: Floats, labels: Labels) -> None:
        """Trains the whole pipeline; nothing in it is random."""
        self.pipeline.fit(self._frame(rows), labels)
        self.mean_terms = self._terms(rows).mean(axis=0)

    def log_odds(self, rows: Floats) -> Floats:
        """Of default, uncalibrated."""
        return self.pipeline.decision_function(self._frame(rows))

    def _terms(self, rows: Floats) -> Floats:
        """Each feature's part of the linear sum: the sum over the columns that it became."""
        columns: ColumnTransformer = self.pipeline["columns"]
        regression: LogisticRegression = self.pipeline["regression"]
        parts = columns.transform(self._frame(rows)) * regression.coef_[0]
        order = [f.name for f in self.features]
        terms = np.zeros((len(rows), len(order)))
        at = 0
        for name, _, inputs in columns.transformers_:
            if name == "remainder":
                continue
            encoder = columns.named_transformers_[name]
            widths = (
                [len(found) for found in encoder.categories_]
                if name == "category"
                else [1] * len(inputs)
            )
            for feature, width in zip(inputs, widths, strict=True):
                terms[:, order.index(feature)] = parts[:, at : at + width].sum(axis=1)
                at += width
        return terms

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """Each term less its mean over the training rows: exact for a linear model."""
        regression: LogisticRegression = self.pipeline["regression"]
        base = float(regression.intercept_[0] + self.mean_terms.sum())
        return base, self._terms(rows) - self.mean_terms

    def explanation(self) -> dict[str, object]:
        """The mean terms, which an ONNX graph cannot say."""
        names = [feature.name for feature in self.features]
        return {"meanTerms": dict(zip(names, self.mean_terms.tolist(), strict=True))}

    def write(self, folder: Path) -> str:
        """Writes model.onnx. Raises PipelineError when the `onnx` extra is not installed."""
        try:
            from skl2onnx import to_onnx
            from skl2onnx.common.data_types import (
                FloatTensorType,
                Int64TensorType,
                StringTensorType,
            )
        except ImportError as error:
            raise PipelineError(
                f"ONNX export needs the onnx extra: pip install 'vigie-pipelines[onnx]' ({error})"
            ) from None
        types: dict[str, type[DataType]] = {
            "string": StringTensorType,
            "int64": Int64TensorType,
            "float": FloatTensorType,
        }
        inputs = [(f.name, types[self._input(f)]([None, 1])) for f in self.features]
        graph = to_onnx(
            self.pipeline,
            initial_types=inputs,
            options={"zipmap": False},
            target_opset={"": 18, "ai.onnx.ml": 3},
        )
        sort_nodes(graph)
        (folder / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
        return "model.onnx"
