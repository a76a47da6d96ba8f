"""scikit-learn's histogram gradient boosting in the vigie-forest format."""

from typing import Any

import numpy as np
from sklearn.base import is_classifier

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.published.forest_tree import Document

_LOG_LOSSES = {"gamma", "poisson"}


def histogram_boosting(model: Any) -> Document:  # noqa: ANN401
    """HistGradientBoostingClassifier and -Regressor, with missing values and categories."""
    outputs = int(model.n_trees_per_iteration_)
    link = "log" if model.loss in _LOG_LOSSES else "identity"
    if is_classifier(model):
        link = "logit" if outputs == 1 else "softmax"
    elif not isinstance(model.loss, str):
        raise PipelineError("a loss of one's own is not supported")
    document: Document = {
        # Histogram boosting compares doubles; the other models of scikit-learn floats.
        "precision": "float64",
        "outputCount": outputs,
        "base": np.asarray(model._baseline_prediction, np.float64).ravel(),
        "divisor": 1.0,
        "link": link,
    }
    if is_classifier(model):
        document["classes"] = [str(name) for name in model.classes_]
    columns = np.arange(model.n_features_in_)
    if model.is_categorical_ is not None:
        columns, document["categories"] = _categories(model)
    document["trees"] = [
        _tree(predictor, output, columns)
        for stage in model._predictors
        for output, predictor in enumerate(stage)
    ]
    return document


def _categories(model: Any) -> tuple[np.ndarray, list[Document]]:  # noqa: ANN401
    """The model's column for each column of its trees, which have the categorical ones first."""
    is_categorical = np.asarray(model.is_categorical_)
    categorical = np.flatnonzero(is_categorical)
    encoder = model._preprocessor.named_transformers_["encoder"]
    tables = []
    for feature, values in zip(categorical, encoder.categories_, strict=True):
        known = [value for value in values.tolist() if value == value and value is not None]
        if not all(isinstance(value, (bool, int, float)) for value in known):
            known = [str(value) for value in known]
        else:
            known = [float(value) for value in known]
        tables.append({"feature": int(feature), "values": known})
    return np.concatenate([categorical, np.flatnonzero(~is_categorical)]), tables


def _tree(predictor: Any, output: int, columns: np.ndarray) -> Document:  # noqa: ANN401
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    split = ~leaf & nodes["is_categorical"].astype(bool)
    document: Document = {
        "output": output,
        "feature": np.where(leaf, 0, columns[np.where(leaf, 0, nodes["feature_idx"])]),
        "threshold": np.where(leaf | split, 0.0, nodes["num_threshold"]),
        "left": np.where(leaf, -1, nodes["left"].astype(np.int64)),
        "right": np.where(leaf, -1, nodes["right"].astype(np.int64)),
        "missingLeft": np.where(leaf, 0, nodes["missing_go_to_left"]).astype(np.uint8),
        "cover": nodes["count"].astype(np.float64),
        "value": nodes["value"][leaf].astype(np.float64),
    }
    if split.any():
        document["setNodes"] = np.flatnonzero(split)
        bitsets = predictor.raw_left_cat_bitsets[nodes["bitset_idx"][split]]
        document["sets"] = [_members(bitset) for bitset in bitsets]
    return document


def _members(bitset: np.ndarray) -> np.ndarray:
    bits = np.unpackbits(np.asarray(bitset, "<u4").view(np.uint8), bitorder="little")
    return np.flatnonzero(bits)
