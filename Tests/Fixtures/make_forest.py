"""Trains small scikit-learn tree models and writes them with what scikit-learn itself answers.

    python Tests/Fixtures/make_forest.py    (made with scikit-learn 1.9.1, shap 0.52, numpy 2)

See tree_cases.py for the files. The models are written by vigie_pipelines' write_forest. Models that
take no NaN are asked about `finite` rows, `infinite` ones about all, the others about rows clipped to
±3e38. Contributions are shap's (an isolation forest's divided by
minus its mean path length, so that they add up to the score); shap knows no categorical splits.
"""

import pathlib
import sys
import warnings

import numpy as np
import pandas as pd
import shap
from sklearn.ensemble import (
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
from sklearn.tree import DecisionTreeClassifier
from tree_cases import EXPLAINED, Folder, background, finite, rows, training

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Sources/pipelines/src"))
from vigie_pipelines.published.forest_file import write_forest  # noqa: E402

warnings.filterwarnings("ignore")
NAMES = np.array(["black", "white", "Vert d'eau", "ünïcode", "", "0", "x y", "last"], object)


def answers(model, q: np.ndarray) -> np.ndarray:
    """What the pod answers: a column an output, then an isolation forest's decision function."""
    if isinstance(model, IsolationForest):
        return np.concatenate([-model.score_samples(q), model.decision_function(q)])
    if not hasattr(model, "predict_proba"):
        return model.predict(q)
    probabilities = model.predict_proba(q)
    return probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities


def explain(model, q: np.ndarray, data=None) -> np.ndarray:
    """shap's values with the base value last: (rows, outputs, features + 1)."""
    if not isinstance(model, HistGradientBoostingClassifier | HistGradientBoostingRegressor):
        # Which scikit-learn does itself, and shap does not.
        q = q.astype(np.float32).astype(np.float64)
        data = None if data is None else data.astype(np.float32).astype(np.float64)
    if data is None:
        explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    else:
        masker = shap.maskers.Independent(data, max_samples=len(data))
        explainer = shap.TreeExplainer(model, masker, feature_perturbation="interventional")
    values = explainer.shap_values(q[:EXPLAINED], check_additivity=False)
    base = np.ravel(explainer.expected_value)
    values = values[:, :, None] if values.ndim == 2 else values
    if values.shape[2] == 2 and hasattr(model, "classes_"):
        values, base = values[:, :, 1:], base[1:]
    bases = np.broadcast_to(base[-values.shape[2] :], (EXPLAINED, values.shape[2]))
    whole = np.concatenate([np.moveaxis(values, 1, 2), bases[:, :, None]], axis=2)
    if isinstance(model, IsolationForest):
        whole = -whole / _average_path_length(np.array([model._max_samples]))[0]
    return whole


def main() -> None:
    """All cases."""
    folder = Folder("forest")
    x, y = training(2)
    whole = finite(x)
    q = rows()
    three = (y > 0).astype(int) + (y > 1)

    def add(name, model, label, form, data=x, explains=True, against=False, **more):
        model.set_params(random_state=5).fit(data, label)
        write_forest(model, folder.path / f"{name}.{form}")
        asked = finite(q) if data is whole else np.clip(q, -3e38, 3e38)
        if more.get("infinite"):
            asked = q
        folder.add(
            name,
            f"{name}.{form}",
            answers(model, asked),
            explain(model, asked) if explains else None,
            explain(model, asked, background(q)) if against else None,
            finite=data is whole,
            **more,
        )

    small = dict(n_estimators=6, max_depth=4)
    add("isolation", IsolationForest(n_estimators=8, max_samples=64), None, "ubj", against=True)
    features = IsolationForest(n_estimators=6, max_samples=32, max_features=0.5, contamination=0.1)
    add("isolation-features", features, None, "json")
    add("forest-binary", RandomForestClassifier(**small), y > 0, "ubj", against=True)
    add("forest-classes", RandomForestClassifier(**small), three, "json", against=True)
    targets = np.column_stack([y, -y, y * y])
    add("forest-targets", RandomForestRegressor(**small), targets, "ubj")
    weighted = RandomForestClassifier(class_weight="balanced", **small)
    add("forest-weighted", weighted, y > 1, "ubj")
    add("extra-trees", ExtraTreesRegressor(**small), y, "ubj")
    add("tree", DecisionTreeClassifier(max_depth=5), three, "json")
    boosting = dict(n_estimators=8, max_depth=3)
    logistic = GradientBoostingClassifier(**boosting)
    add("boosting-binary", logistic, y > 0, "ubj", data=whole, against=True)
    exponential = GradientBoostingClassifier(loss="exponential", **boosting)
    add("boosting-exponential", exponential, y > 0, "json", data=whole, explains=False)
    classes = GradientBoostingClassifier(**boosting)
    add("boosting-classes", classes, three, "ubj", data=whole, explains=False)
    huber = GradientBoostingRegressor(loss="huber", **boosting)
    add("boosting-huber", huber, y, "ubj", data=whole)
    histogram = dict(max_iter=8, max_leaf_nodes=12)
    binary = HistGradientBoostingClassifier(**histogram)
    add("histogram-binary", binary, y > 0, "ubj", against=True, infinite=True)
    poisson = HistGradientBoostingRegressor(loss="poisson", **histogram)
    add("histogram-poisson", poisson, np.exp(y), "ubj", infinite=True)
    spread = x.copy()
    spread[:, 4] = spread[:, 4] * 1.5 - 2
    codes = HistGradientBoostingClassifier(categorical_features=[4, 5], **histogram)
    add("histogram-categories", codes, three, "json", data=spread, explains=False)
    add_names(folder, x, y, q)


def add_names(folder: Folder, x: np.ndarray, y: np.ndarray, q: np.ndarray) -> None:
    """Categories that are names: tensors carry their codes, in the file's (sorted) order."""

    def frame(values: np.ndarray) -> pd.DataFrame:
        columns = {f"f{column}": values[:, column] for column in range(values.shape[1])}
        known = np.isin(values[:, 4], np.arange(len(NAMES)))
        codes = np.where(known, values[:, 4], 0).astype(int)
        columns["f4"] = np.where(known, np.sort(NAMES)[codes], None)
        return pd.DataFrame(columns)

    data = frame(x)
    model = HistGradientBoostingRegressor(
        max_iter=8, max_leaf_nodes=12, categorical_features=["f4"], random_state=5
    ).fit(data, y)
    write_forest(model, folder.path / "histogram-names.ubj")
    outputs = model.predict(frame(np.clip(q, -3e38, 3e38)))
    folder.add("histogram-names", "histogram-names.ubj", outputs, finite=False, named=True)
    folder.close(names=sorted(NAMES))


if __name__ == "__main__":
    main()
