"""A linear ONNX graph with one input a feature, run by ONNX Runtime and explained."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.features import Feature
from vigie_pipelines.errors import PipelineError

_Inputs = dict[str, npt.NDArray[np.generic]]


class OnnxGraph:
    """Runs everything before the graph's LinearClassifier, and sums the classifier in float64.

    Which of the classifier's columns are a feature's is found by moving that feature alone and
    watching which columns move.
    """

    def __init__(
        self, file: Path, features: tuple[Feature, ...], mean_terms: dict[str, float]
    ) -> None:
        """Reads the file. Raises PipelineError without the `onnx` extra, or for another graph."""
        try:
            import onnx
            import onnxruntime
        except ImportError:
            raise PipelineError(
                "scoring an ONNX model needs the onnx extra: pip install 'vigie-pipelines[onnx]'"
            ) from None
        model = onnx.load(file)
        found = [node for node in model.graph.node if node.op_type == "LinearClassifier"]
        if len(found) != 1:
            raise PipelineError(f"{file}: not one LinearClassifier in the graph, but {len(found)}")
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in found[0].attribute}
        coefficients = np.array(attributes["coefficients"], dtype=np.float64).reshape(2, -1)
        intercepts = np.array(attributes["intercepts"], dtype=np.float64)
        if attributes.get("post_transform", b"NONE") == b"LOGISTIC":
            # The second class's score goes through the logistic function: it is the log-odds.
            self._coefficients, self._intercept = coefficients[1], float(intercepts[1])
        else:
            self._coefficients = coefficients[1] - coefficients[0]
            self._intercept = float(intercepts[1] - intercepts[0])
        model.graph.output.append(onnx.ValueInfoProto(name=found[0].input[0]))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._types = {i.name: i.type for i in self._session.get_inputs()}
        self._features = features
        self._means = np.array([mean_terms.get(feature.name, 0.0) for feature in features])
        self._owner = self._find_owners()

    def _inputs(self, rows: Floats) -> _Inputs:
        inputs: _Inputs = {}
        for feature, column in zip(self._features, rows.T, strict=True):
            match self._types[feature.name]:
                case "tensor(string)":
                    names = ["" if np.isnan(x) else feature.categories[int(x)] for x in column]
                    values: npt.NDArray[np.generic] = np.array(names, dtype=object)
                case "tensor(int64)":
                    values = column.astype(np.int64)
                case _:
                    values = column.astype(np.float32)
            inputs[feature.name] = values[:, None]
        return inputs

    def _run(self, rows: Floats) -> list[npt.NDArray[np.generic]]:
        return self._session.run(None, self._inputs(rows))

    def _find_owners(self) -> npt.NDArray[np.intp]:
        """For each of the classifier's columns, the feature that moves it; -1 for a constant."""
        owner = np.full(len(self._coefficients), -1, dtype=np.intp)
        for j, feature in enumerate(self._features):
            # Every category once; for a number any two values inside its range.
            low, high = feature.minimum or 0.0, feature.maximum or 1.0
            values = (
                np.arange(len(feature.categories), dtype=np.float64)
                if feature.categories
                else np.array([low, high])
            )
            rows = np.tile(
                [0.0 if f.categories else (f.minimum or 0.0) for f in self._features],
                (len(values), 1),
            )
            rows[:, j] = values
            columns = self._run(rows)[-1]
            owner[(columns != columns[0]).any(axis=0)] = j
        return owner

    def probabilities(self, rows: Floats) -> npt.NDArray[np.float32]:
        """The graph's own output, rows × 2 classes."""
        return self._run(rows)[1].astype(np.float32)

    def log_odds(self, rows: Floats) -> Floats:
        """Of default, uncalibrated."""
        columns = self._run(rows)[-1].astype(np.float64)
        return columns @ self._coefficients + self._intercept

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """Each feature's columns' terms less the manifest's mean term."""
        parts = self._run(rows)[-1].astype(np.float64) * self._coefficients
        terms = np.column_stack(
            [parts[:, self._owner == j].sum(axis=1) for j in range(len(self._features))]
        )
        constant = float(parts[0, self._owner < 0].sum())
        return self._intercept + constant + float(self._means.sum()), terms - self._means

    def cuts(self, name: str) -> list[float]:
        """None: a linear model is continuous."""
        return []
