"""Trains small LightGBM models and writes them with what LightGBM itself answers.

    python Tests/Fixtures/make_lightgbm.py        (made with lightgbm 4.7.0, shap 0.52, numpy 2)

See tree_cases.py for the files. Contributions are pred_contrib's, except that those of random forests
(boosting=rf), which LightGBM sums over the rounds, are divided by them, and those of `sigmoid` models
multiplied by it: they add up to the log-odds. Interventional ones are shap's.
"""

import warnings

import lightgbm as lgb
import numpy as np
import pandas as pd
import shap
from tree_cases import EXPLAINED, FEATURES, Folder, background, rows, training

warnings.filterwarnings("ignore")
ROUNDS = 6
NAMES = ["black", "white", "Vert d'eau", "ünïcode", "", "0", "x y", "last"]


def main() -> None:
    """All cases."""
    folder = Folder("lightgbm")
    x, y = training(1)
    q = rows()
    three = (y > 0).astype(float) + (y > 1)
    probability = 1 / (1 + np.exp(-y))

    def add(name, parameters, label, data=x, categories="auto", scale=1.0, against=False, **more):
        base = dict(num_leaves=7, min_data_in_leaf=5, verbose=-1, num_threads=1, seed=3)
        base |= dict(deterministic=True, force_row_wise=True)
        group = more.pop("group", None)
        set_ = lgb.Dataset(data, label, categorical_feature=categories, group=group)
        booster = lgb.train(base | parameters, set_, ROUNDS)
        booster.save_model(folder.path / f"{name}.txt")
        outputs = booster.predict(q)
        contributions = None
        if not parameters.get("linear_tree"):
            contributions = booster.predict(q[:EXPLAINED], pred_contrib=True) * scale
            contributions = np.reshape(contributions, (EXPLAINED, -1, FEATURES + 1))
            if parameters.get("boosting") == "rf":
                contributions = contributions / ROUNDS
        values = None
        if against:
            b = background(q)
            masker = shap.maskers.Independent(b, max_samples=len(b))
            explainer = shap.TreeExplainer(
                booster, masker, feature_perturbation="interventional", model_output="raw"
            )
            values = explainer.shap_values(q[:EXPLAINED], check_additivity=False)
            base_values = np.full((EXPLAINED, 1), explainer.expected_value)
            values = np.concatenate([values, base_values], axis=1)[:, None, :]
        folder.add(name, f"{name}.txt", outputs, contributions, values, **more)

    add("regression", {"objective": "regression"}, y, against=True)
    add("sqrt", {"objective": "regression", "reg_sqrt": True}, y)
    add("quantile", {"objective": "quantile", "alpha": 0.3}, y)
    add("poisson", {"objective": "poisson"}, np.exp(y))
    add("tweedie", {"objective": "tweedie"}, np.exp(y))
    add("binary", {"objective": "binary"}, y > 0, against=True)
    add("sigmoid", {"objective": "binary", "sigmoid": 1.7}, y > 0, scale=1.7)
    add("multiclass", {"objective": "multiclass", "num_class": 3}, three)
    ova = {"objective": "multiclassova", "num_class": 3, "sigmoid": 0.8}
    add("multiclassova", ova, three, scale=0.8)
    add("cross-entropy", {"objective": "cross_entropy"}, probability)
    add("cross-entropy-lambda", {"objective": "cross_entropy_lambda"}, probability)
    ranks = np.clip(np.round(y + 2), 0, 4).astype(int)
    add("lambdarank", {"objective": "lambdarank"}, ranks, group=[50] * 10)

    def custom(predictions, data):
        return predictions - data.get_label(), np.ones(len(predictions))

    add("custom", {"objective": custom}, y)
    add("dart", {"objective": "binary", "boosting": "dart", "drop_rate": 0.5}, y > 0)
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}
    add("rf", {"objective": "binary", **forest}, y > 0)
    one_hot = {"objective": "binary", "max_cat_to_onehot": 16}
    add("categories-one-hot", one_hot, y > 0, categories=[4, 5])
    sets = {"objective": "regression", "max_cat_to_onehot": 1, "min_data_per_group": 5}
    add("categories", sets | {"cat_smooth": 1, "cat_l2": 1}, y, categories=[4, 5])
    add("zero-as-missing", {"objective": "regression", "zero_as_missing": True}, y)
    add("no-missing", {"objective": "regression", "use_missing": False}, y)
    add("linear", {"objective": "regression", "linear_tree": True}, y)
    add("one-leaf", {"objective": "regression", "min_data_in_leaf": 400}, y)
    frame = pd.DataFrame(x, columns=[f"f{column}" for column in range(FEATURES)])
    frame["f4"] = pd.Categorical.from_codes(
        np.nan_to_num(x[:, 4], nan=-1).astype(int), categories=NAMES
    )
    add("pandas", sets, y, data=frame, names=NAMES)
    folder.close()


if __name__ == "__main__":
    main()
