"""Trees and their ensembles."""

import numpy as np
import sklearn.ensemble as ensemble
import sklearn.tree as tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .case import Case
from .data import problem, table
from .preparation import columns

SEED = {"random_state": 0}


def cases():
    x, y, raw = problem()
    x3, y3, _ = problem(1, classes=3)
    xm, ym, rawm = problem(2, missing=0.1)
    both = np.column_stack([raw, -2 * raw])
    small = {"n_estimators": 5, "max_depth": 3} | SEED
    single = {"max_depth": 4} | SEED
    for name, kind, more in [
        ("tree", tree.DecisionTreeClassifier, single),
        ("extra-tree", tree.ExtraTreeClassifier, single),
        ("forest", ensemble.RandomForestClassifier, small),
        ("extra-trees", ensemble.ExtraTreesClassifier, small),
        ("boosting", ensemble.GradientBoostingClassifier, small),
        ("hist", ensemble.HistGradientBoostingClassifier,
         {"max_iter": 5, "max_leaf_nodes": 6} | SEED),
    ]:  # fmt: skip
        missing = name in {"hist", "forest"}
        yield Case(name, kind(**more), xm if missing else x, ym if missing else y)
        yield Case(f"{name}-multi", kind(**more), x3, y3)
    for name, kind, more in [
        ("tree-regressor", tree.DecisionTreeRegressor, single),
        ("extra-tree-regressor", tree.ExtraTreeRegressor, single),
        ("forest-regressor", ensemble.RandomForestRegressor, small),
        ("extra-trees-regressor", ensemble.ExtraTreesRegressor, small),
        ("boosting-regressor", ensemble.GradientBoostingRegressor, small),
        ("hist-regressor", ensemble.HistGradientBoostingRegressor,
         {"max_iter": 5, "max_leaf_nodes": 6} | SEED),
    ]:  # fmt: skip
        missing = name == "hist-regressor"
        yield Case(name, kind(**more), xm if missing else x, rawm if missing else raw)
    yield Case("forest-regressor-multi", ensemble.RandomForestRegressor(**small), x, both)
    yield Case("tree-decision-path", tree.DecisionTreeClassifier(**single), x, y,
               options={"decision_path": True, "zipmap": False})  # fmt: skip
    yield Case("forest-decision-leaf", ensemble.RandomForestClassifier(**small), x3, y3,
               options={"decision_leaf": True, "zipmap": False})  # fmt: skip
    yield Case("boosting-raw", ensemble.GradientBoostingClassifier(**small), x, y, exact=False,
               options={"raw_scores": True, "zipmap": False})  # fmt: skip
    forest = ensemble.IsolationForest(n_estimators=10, max_samples=64, random_state=0)
    yield Case("isolation-forest", forest, x)
    forest = ensemble.IsolationForest(
        n_estimators=4, max_samples=32, contamination=0.1, random_state=0
    )
    yield Case("isolation-forest-contamination", forest, x)
    scaled = make_pipeline(StandardScaler(), ensemble.RandomForestClassifier(**small))
    yield Case("scaler-forest", scaled, x, y)
    frame, labels = table()
    yield Case("columns-forest", columns(ensemble.RandomForestClassifier(**small)), frame, labels,
               kinds=(None,))  # fmt: skip
    yield from _together(x, y, raw, x3, y3)


def _together(x, y, raw, x3, y3):
    stump = tree.DecisionTreeClassifier(max_depth=2)
    boost = ensemble.AdaBoostClassifier
    yield Case("ada-boost", boost(stump, n_estimators=4, **SEED), x, y)
    yield Case("ada-boost-multi", boost(stump, n_estimators=4, **SEED), x3, y3)
    yield Case("ada-boost-regressor", ensemble.AdaBoostRegressor(n_estimators=4, **SEED), x, raw)
    yield Case("bagging", ensemble.BaggingClassifier(stump, 4, **SEED), x, y)
    yield Case("bagging-features", ensemble.BaggingClassifier(stump, 4, max_features=0.5, **SEED),
               x3, y3)  # fmt: skip
    yield Case("bagging-logistic", ensemble.BaggingClassifier(LogisticRegression(), 3, **SEED),
               x, y)  # fmt: skip
    yield Case("bagging-regressor", ensemble.BaggingRegressor(n_estimators=3, max_samples=0.1,
               **SEED), x, raw)  # fmt: skip
    members = [("linear", LogisticRegression()), ("bayes", GaussianNB()), ("tree", stump)]
    yield Case(
        "voting-soft",
        ensemble.VotingClassifier(members, voting="soft", flatten_transform=False),
        x3,
        y3,
    )
    yield Case("voting-weights", ensemble.VotingClassifier(members, voting="soft",
               weights=np.array([3, 1, 2]), flatten_transform=False), x, y)  # fmt: skip
    yield Case(
        "voting-hard",
        ensemble.VotingClassifier(members, voting="hard", flatten_transform=False),
        x3,
        y3,
    )
    numbers = [("linear", LinearRegression()), ("tree", tree.DecisionTreeRegressor(max_depth=3))]
    yield Case("voting-regressor", ensemble.VotingRegressor(numbers), x, raw)
    yield Case("stacking", ensemble.StackingClassifier(members, LogisticRegression(), cv=3), x, y)
    yield Case(
        "stacking-multi",
        ensemble.StackingClassifier(members, LogisticRegression(), cv=3, passthrough=True),
        x3,
        y3,
    )
    yield Case("stacking-regressor", ensemble.StackingRegressor(numbers, cv=3), x, raw)
    for method in ["sigmoid", "isotonic"]:
        for problem_name, rows, labels in [("", x, y), ("-multi", x3, y3)]:
            calibrated = CalibratedClassifierCV(LogisticRegression(), method=method, cv=2)
            yield Case(f"calibrated-{method}{problem_name}", calibrated, rows, labels)
    calibrated = CalibratedClassifierCV(stump, method="sigmoid", cv=2)
    yield Case("calibrated-tree", calibrated, x, y)
    from sklearn.svm import LinearSVC

    calibrated = CalibratedClassifierCV(LinearSVC(random_state=0), cv=2)
    yield Case("calibrated-svc", calibrated, x, y)
