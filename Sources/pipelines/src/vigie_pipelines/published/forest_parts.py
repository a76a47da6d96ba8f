"""What each kind of scikit-learn tree model puts into a vigie-forest file."""

from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.ensemble._iforest import _average_path_length
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from vigie_pipelines.arrays import Floats
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.published.forest_histogram import histogram_boosting
from vigie_pipelines.published.forest_tree import Document, tree_document


def averaged(model: Any) -> Document:  # noqa: ANN401
    """A tree, or the mean of trees: probabilities of a classifier, values of a regressor."""
    trees = list(getattr(model, "estimators_", [model]))
    outputs = int(model.n_outputs_)
    document: Document = {"precision": "float32", "link": "identity"}
    if is_classifier(model):
        if outputs > 1:
            raise PipelineError("a classifier of several outputs is not supported")
        classes = len(model.classes_)
        if classes < 2:
            raise PipelineError("a classifier of one class has nothing to say")
        document["classes"] = [str(name) for name in model.classes_]
        outputs = 1 if classes == 2 else classes
    document |= {
        "outputCount": outputs,
        "base": np.zeros(outputs),
        "divisor": float(len(trees)),
        "trees": [
            tree_document(
                estimator.tree_, _answers(estimator, outputs), 0 if outputs == 1 else None
            )
            for estimator in trees
        ],
    }
    return document


def _answers(estimator: Any, outputs: int) -> Floats:  # noqa: ANN401
    """By node: the second class's share, or a value for each output."""
    values = estimator.tree_.value
    if not is_classifier(estimator):
        return values[:, :, 0]
    # Before scikit-learn 1.3 these were counts.
    shares = values[:, 0, :] / values[:, 0, :].sum(axis=1, keepdims=True)
    return shares[:, 1:] if outputs == 1 else shares


def gradient_boosting(model: Any) -> Document:  # noqa: ANN401
    """Start values and the trees' values times the learning rate."""
    outputs = model.estimators_.shape[1]
    rows = np.zeros((2, model.n_features_in_), np.float32)
    start = np.asarray(model._raw_predict_init(rows), np.float64)
    if model.init is not None and model.init != "zero":
        raise PipelineError("boosting from an estimator of one's own (init) is not supported")
    document: Document = {
        "precision": "float32",
        "outputCount": outputs,
        "base": start[0],
        "divisor": 1.0,
        "link": "identity",
        "trees": [
            tree_document(
                estimator.tree_, model.learning_rate * estimator.tree_.value[:, 0], output
            )
            for stage in model.estimators_
            for output, estimator in enumerate(stage)
        ],
    }
    if is_classifier(model):
        document["classes"] = [str(name) for name in model.classes_]
        document["link"] = "logit" if outputs == 1 else "softmax"
        if model.loss == "exponential":
            # Friedman 2000: the sum is half the log-odds.
            document["divisor"] = 0.5
    return document


def isolation(model: Any) -> Document:  # noqa: ANN401
    """Path lengths; see the format for what becomes of them. Liu, Ting, Zhou 2008."""
    normal = float(_average_path_length(np.array([model._max_samples]))[0])
    if normal <= 0:
        raise PipelineError("an isolation forest of one sample a tree has nothing to say")
    trees = []
    for estimator, features in zip(model.estimators_, model.estimators_features_, strict=True):
        tree = estimator.tree_
        depths = tree.compute_node_depths() - 1.0
        lengths = depths + _average_path_length(tree.n_node_samples)
        trees.append(tree_document(tree, lengths[:, None], 0, np.asarray(features)))
    return {
        "precision": "float32",
        "outputCount": 1,
        "base": np.zeros(1),
        "divisor": -len(trees) * normal,
        "link": "exp2",
        "offset": float(model.offset_),
        "trees": trees,
    }


FOREST_PARTS = {
    IsolationForest: isolation,
    HistGradientBoostingClassifier: histogram_boosting,
    HistGradientBoostingRegressor: histogram_boosting,
    GradientBoostingClassifier: gradient_boosting,
    GradientBoostingRegressor: gradient_boosting,
    RandomForestClassifier: averaged,
    RandomForestRegressor: averaged,
    # Also ExtraTreeClassifier and ExtraTreeRegressor, which are subclasses.
    DecisionTreeClassifier: averaged,
    DecisionTreeRegressor: averaged,
    ExtraTreesClassifier: averaged,
    ExtraTreesRegressor: averaged,
}
"""By class: what writes the parts that differ."""
