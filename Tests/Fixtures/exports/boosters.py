"""XGBoost and LightGBM through onnxmltools."""

import numpy as np

from .case import Case
from .data import problem

F32 = {"kinds": (np.float32,)}


def _ranked(kind, x, raw, **more):
    grades = np.digitize(raw, np.quantile(raw, [0.5, 0.8]))
    group = [20] * (len(x) // 20)
    return lambda estimator: estimator.fit(x, grades, group=group, **more)


def xgboost_cases():
    import xgboost

    x, y, raw = problem()
    x3, y3, _ = problem(1, classes=3)
    xm, ym, _ = problem(2, missing=0.1)
    small = {"n_estimators": 5, "max_depth": 3}
    classifier, regressor = xgboost.XGBClassifier, xgboost.XGBRegressor
    kind = {"exporter": "xgboost"} | F32
    yield Case("xgboost", classifier(**small), xm, ym, **kind)
    yield Case("xgboost-multi", classifier(**small), x3, y3, **kind)
    yield Case("xgboost-hinge", classifier(objective="binary:hinge", **small), x, y, **kind)
    yield Case("xgboost-regressor", regressor(**small), xm, problem(2, missing=0.1)[2], **kind)
    positive = np.abs(raw) + 0.5
    for objective in ["reg:gamma", "count:poisson", "reg:tweedie", "reg:logistic",
                      "reg:absoluteerror"]:  # fmt: skip
        target = {"reg:logistic": y}.get(objective, positive)
        yield Case(f"xgboost-{objective.split(':')[1]}", regressor(objective=objective, **small), x,
                   target, **kind)  # fmt: skip
    ranker = xgboost.XGBRanker(objective="rank:pairwise", **small)
    yield Case("xgboost-ranker", ranker, x, fit=_ranked("xgboost", x, raw), **kind)


def lightgbm_cases():
    import lightgbm

    x, y, raw = problem()
    x3, y3, _ = problem(1, classes=3)
    xm, ym, rawm = problem(2, missing=0.1)
    small = {"n_estimators": 5, "num_leaves": 6, "verbose": -1}
    kind = {"exporter": "lightgbm"} | F32
    off = {"zipmap": False}
    classifier, regressor = lightgbm.LGBMClassifier, lightgbm.LGBMRegressor
    yield Case("lightgbm", classifier(**small), xm, ym, options=off, **kind)
    yield Case("lightgbm-multi", classifier(**small), x3, y3, options=off, **kind)
    yield Case("lightgbm-zipmap", classifier(**small), x3, y3, options={"zipmap": True}, **kind)
    yield Case("lightgbm-regressor", regressor(**small), xm, rawm, **kind)
    yield Case("lightgbm-split", regressor(**small), xm, rawm, options={"split": 2}, **kind)
    for objective in ["poisson", "gamma", "tweedie", "huber", "quantile"]:
        yield Case(f"lightgbm-{objective}", regressor(objective=objective, **small), x,
                   np.abs(raw) + 0.5, **kind)  # fmt: skip
    yield Case("lightgbm-random-forest", regressor(boosting_type="rf", bagging_freq=1,
               bagging_fraction=0.7, **small), x, raw, **kind)  # fmt: skip
    yield Case("lightgbm-dart", classifier(boosting_type="dart", **small), x, y, options=off,
               **kind)  # fmt: skip
    xc = x.copy()
    xc[:, 2] = np.digitize(xc[:, 2], [-0.5, 0, 0.5])
    yield Case("lightgbm-categories", classifier(**small), xc, y, options=off, **kind,
               fit=lambda e: e.fit(xc, y, categorical_feature=[2]))  # fmt: skip
    # Sets of categories, whose tests share their children in the export.
    xs = x.copy()
    xs[:, 2] = np.round(np.abs(xs[:, 2]) * 9)
    sets = {"min_data_per_group": 2, "cat_smooth": 1.0, "max_cat_to_onehot": 2}
    yield Case("lightgbm-category-sets", classifier(**small, **sets), xs, y, options=off, **kind,
               fit=lambda e: e.fit(xs, (y + xs[:, 2]) % 2, categorical_feature=[2]))  # fmt: skip
    yield Case("lightgbm-ranker", lightgbm.LGBMRanker(**small), x, options={},
               fit=_ranked("lightgbm", x, raw), **kind)  # fmt: skip
