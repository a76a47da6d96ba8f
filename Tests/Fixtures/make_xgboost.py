"""Trains small XGBoost models and writes them with what XGBoost itself answers.

    python Tests/Fixtures/make_xgboost.py        (made with xgboost 3.2.0, numpy 2, pandas 2)

For each case of Tests/Fixtures/xgboost/cases.json there are
    <case>.ubj or <case>.json    the model
    <case>.outputs.f32           Booster.predict (little-endian float32, row-major)
    <case>.margins.f32           the same with output_margin=True
    <case>.contributions.f32     pred_contribs=True for the first rows: a value a feature, then the bias
The rows are not stored: both sides draw them from SplitMix64 (see `rows`), so that thousands of rows
cost nothing.
"""

import json
import pathlib
import shutil
import warnings

import numpy as np
import pandas as pd
import xgboost as xgb

HERE = pathlib.Path(__file__).parent / "xgboost"
CASES = []
SPECIALS = np.array([0.0, -0.0, np.inf, -np.inf, 3e38, -3e38, 1e-44, -1e-44], np.float32)


def splitmix(seed, count):
    """The first `count` numbers of SplitMix64."""
    gamma = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        mixed = np.uint64(seed) + gamma * np.arange(1, count + 1, dtype=np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def rows(seed, count, features, missing, specials=False, categories=()):
    """Rows of float32: in [-4, 4), every third feature in steps of 1/8 so that values meet
    thresholds exactly; NaN for `missing` of 256 values; with `specials`, one value in 256 is an
    extreme one. Feature j < len(categories) is a code below categories[j], or of 64 one above."""
    bits = splitmix(seed, count * features).reshape(count, features)
    unit = (bits >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
    values = unit * np.float32(8) - np.float32(4)
    values[:, ::3] = np.floor(unit[:, ::3] * np.float32(64)) / np.float32(8) - np.float32(4)
    middle = (bits >> np.uint64(16)) & np.uint64(0xFFFF)
    for feature, size in enumerate(categories):
        codes = (middle[:, feature] % np.uint64(size)).astype(np.float32)
        if specials:
            rare = (middle[:, feature] >> np.uint64(10)) == 0
            codes[rare] = np.float32(size) + (middle[rare, feature] % np.uint64(5)).astype(
                np.float32
            )
        values[:, feature] = codes
    if specials:
        chosen = ((bits >> np.uint64(8)) & np.uint64(0xFF)) == 0
        chosen[:, : len(categories)] = False
        values[chosen] = SPECIALS[(middle % np.uint64(8)).astype(int)][chosen]
    values[(bits & np.uint64(0xFF)) < missing] = np.nan
    return values


def target(values, seed, weights=(1.0, -0.7, 0.5)):
    filled = np.nan_to_num(values[:, -3:].astype(np.float64), nan=0.7)
    noise = np.random.default_rng(seed).normal(size=len(values))
    return filled @ np.array(weights) + 0.5 * filled[:, 0] * (filled[:, 1] > 0) + noise


def write(
    name,
    booster,
    seed,
    count,
    features,
    missing,
    *,
    form="ubj",
    categories=(),
    explained=100,
    edit=None,
    specials=True,
    rounds=0,
):
    path = HERE / f"{name}.{form}"
    booster.save_model(path)
    if edit:
        model = json.loads(path.read_text())
        edit(model)
        path.write_text(json.dumps(model, separators=(",", ":")))
        booster = xgb.Booster(model_file=path)
    types = booster.feature_types

    def matrix(values):
        # The booster's names and types, so that nothing is compared; codes go in as they are.
        return xgb.DMatrix(
            values,
            feature_names=booster.feature_names,
            feature_types=types,
            enable_categorical=bool(categories),
        )

    x = rows(seed, count, features, missing, specials, categories)
    finite = ~np.isinf(x).any(axis=1)
    outputs, margins = None, None
    for margin in (False, True):
        # DMatrix refuses infinities; inplace_predict, which serves requests, takes them.
        answer = booster.predict(
            matrix(x[finite]), output_margin=margin, iteration_range=(0, rounds)
        )
        if not finite.all():
            plain = xgb.Booster(model_file=path)
            whole = plain.inplace_predict(
                x,
                predict_type="margin" if margin else "value",
                validate_features=False,
                iteration_range=(0, rounds),
            )
            # dart's sums are rounded otherwise by inplace_predict.
            assert np.allclose(whole[finite], answer, rtol=0, atol=1e-6), name
            answer = whole
        answer = np.asarray(answer, np.float32)
        answer.tofile(HERE / f"{name}.{'margins' if margin else 'outputs'}.f32")
        if margin:
            margins = answer
        else:
            outputs = answer
    assert np.isfinite(outputs).all() and np.isfinite(margins).all(), name
    explained_rows = rows(seed + 1, explained, features, missing, False, categories)
    try:
        contributions = booster.predict(
            matrix(explained_rows),
            pred_contribs=True,
            strict_shape=True,
            iteration_range=(0, rounds),
        )
    except xgb.core.XGBoostError:
        # Of vector leaves, XGBoost has no contributions (yet).
        explained = 0
        contributions = []
    np.asarray(contributions, np.float32).tofile(HERE / f"{name}.contributions.f32")
    CASES.append(
        {
            "name": name,
            "file": path.name,
            "seed": seed,
            "rows": count,
            "features": features,
            "missing": missing,
            "specials": specials,
            "categories": list(categories),
            "outputs": int(np.prod(outputs.shape[1:])),
            "groups": int(np.prod(margins.shape[1:])),
            "explainedSeed": seed + 1,
            "explained": explained,
        }
    )


def train(parameters, values, labels, rounds, **matrix):
    base = {"max_depth": 4, "eta": 0.3, "nthread": 2, "seed": 1, "tree_method": "hist"}
    return xgb.train(base | parameters, xgb.DMatrix(values, label=labels, **matrix), rounds)


def large():
    """The benchmark's model: 200 trees of depth 6 over 30 features."""
    x = rows(1, 20_000, 30, 12)
    noise = np.random.default_rng(1).normal(size=len(x))
    score = np.nan_to_num(x) @ np.random.default_rng(2).normal(size=30) * 0.3
    labels = (score + np.sin(np.nan_to_num(x[:, 3]) * 2) + noise > 0.5).astype(int)
    booster = train(
        {"objective": "binary:logistic", "max_depth": 6, "eta": 0.1, "min_child_weight": 25},
        x,
        labels,
        200,
        feature_names=[f"feature_{index}" for index in range(30)],
    )
    write("large", booster, 100, 6_000, 30, 12, explained=200)


def objectives():
    x = rows(2, 2_000, 6, 20)
    y = target(x, 3)
    binary = (y > 0.5).astype(int)
    classes = np.digitize(y, [-1.5, 1.5])
    positive = np.exp(y * 0.3)
    cases = {
        "logistic": ({"objective": "binary:logistic"}, binary),
        "logitraw": ({"objective": "binary:logitraw", "base_score": 0.3}, binary),
        "regression-logistic": ({"objective": "reg:logistic", "base_score": 0.2}, binary),
        "hinge": ({"objective": "binary:hinge"}, binary),
        "squared": ({"objective": "reg:squarederror"}, y * 1000 + 5000),
        "squared-log": ({"objective": "reg:squaredlogerror"}, positive),
        "absolute": ({"objective": "reg:absoluteerror"}, y),
        "pseudo-huber": ({"objective": "reg:pseudohubererror"}, y),
        "quantiles": (
            {"objective": "reg:quantileerror", "quantile_alpha": np.array([0.1, 0.9])},
            y,
        ),
        "poisson": ({"objective": "count:poisson"}, np.floor(positive * 2)),
        "gamma": ({"objective": "reg:gamma"}, positive),
        "tweedie": ({"objective": "reg:tweedie"}, positive),
        "cox": ({"objective": "survival:cox"}, positive),
        "softprob": ({"objective": "multi:softprob", "num_class": 3}, classes),
        "softmax": (
            {"objective": "multi:softmax", "num_class": 3, "num_parallel_tree": 2},
            classes,
        ),
        "dart": (
            {"objective": "binary:logistic", "booster": "dart", "rate_drop": 0.3, "one_drop": 1},
            binary,
        ),
        "dart-softprob": (
            {"objective": "multi:softprob", "num_class": 3, "booster": "dart", "rate_drop": 0.3},
            classes,
        ),
        "two-targets": ({"objective": "reg:squarederror"}, np.stack([y, -y * y], axis=1)),
        "stumps": ({"objective": "binary:logistic", "max_depth": 1}, binary),
        "leaves": ({"objective": "binary:logistic", "min_child_weight": 1e9}, binary),
        "depth-7": ({"objective": "binary:logistic", "max_depth": 7}, binary),
        "lossguide": (
            {
                "objective": "binary:logistic",
                "grow_policy": "lossguide",
                "max_leaves": 90,
                "max_depth": 0,
                "min_child_weight": 0,
            },
            binary,
        ),
    }
    for index, (name, (parameters, labels)) in enumerate(cases.items()):
        rounds = 3 if name in ("depth-7", "lossguide", "softmax") else 6
        write(name, train(parameters, x, labels, rounds), 200 + 2 * index, 600, 6, 20)

    vectors = {"multi_strategy": "multi_output_tree", "objective": "binary:logistic"}
    booster = train(vectors, x, np.stack([binary, classes == 1, classes == 2], axis=1), 6)
    write("vector-leaves", booster, 308, 600, 6, 20)
    bounds = xgb.DMatrix(x)
    bounds.set_float_info("label_lower_bound", positive)
    bounds.set_float_info("label_upper_bound", np.where(binary == 1, np.inf, positive + 0.1))
    aft = {"objective": "survival:aft", "aft_loss_distribution": "logistic", "max_depth": 3}
    write("aft", xgb.train(aft, bounds, 6), 310, 600, 6, 20)

    rank = xgb.DMatrix(x, label=np.digitize(y, [-1, 0, 1]), group=[100] * 20)
    booster = xgb.train({"objective": "rank:ndcg", "max_depth": 3, "seed": 1}, rank, 5)
    write("rank", booster, 300, 600, 6, 20)

    linear = {"objective": "binary:logistic", "booster": "gblinear", "eta": 0.5}
    booster = xgb.train(linear, xgb.DMatrix(x, label=binary), 10)
    write("linear", booster, 302, 600, 6, 20, specials=False)
    linear |= {"objective": "multi:softprob", "num_class": 3}
    booster = xgb.train(linear, xgb.DMatrix(x, label=classes), 10)
    write("linear-softprob", booster, 304, 600, 6, 20, specials=False)

    # Without a base score of its own, an untrained model answers with one that is not in its file.
    parameters = {"objective": "binary:logistic", "base_score": 0.3}
    empty = xgb.train(parameters, xgb.DMatrix(x, label=binary), 0)
    write("no-trees", empty, 306, 600, 6, 20)


def forms():
    """JSON, and what older versions wrote."""
    x = rows(2, 2_000, 6, 20)
    binary = (target(x, 3) > 0.5).astype(int)
    booster = train({"objective": "binary:logistic", "base_score": 0.3}, x, binary, 5)
    write("json", booster, 400, 600, 6, 20, form="json")

    def old(model):
        """As XGBoost 1.3 had it."""
        model["version"] = [1, 3, 0]
        learner = model["learner"]
        learner["learner_model_param"] = {
            "base_score": "3E-1",
            "num_class": "0",
            "num_feature": "6",
        }
        del learner["feature_names"], learner["feature_types"]
        body = learner["gradient_booster"]["model"]
        del body["cats"], body["iteration_indptr"]
        body["gbtree_model_param"]["size_leaf_vector"] = "0"
        for tree in body["trees"]:
            tree["default_left"] = [bool(value) for value in tree["default_left"]]
            tree["tree_param"]["size_leaf_vector"] = "0"

    write("json-1.3", booster, 402, 600, 6, 20, form="json", edit=old)

    def one_class(model):
        """What labels that are all 0 lead to."""
        model["learner"]["learner_model_param"]["base_score"] = "[0E0]"

    write("base-score-0", booster, 404, 600, 6, 20, form="json", edit=one_class)

    def stopped(model):
        """As XGBClassifier saves itself after early stopping; it then predicts with 3 rounds."""
        model["learner"]["attributes"] = {
            "best_iteration": "2",
            "scikit_learn": '{"_estimator_type": "classifier"}',
        }

    def stopped_old(model):
        """Before 2.0, without the places where rounds begin."""
        stopped(model)
        del model["learner"]["gradient_booster"]["model"]["iteration_indptr"]

    write("early-stopping", booster, 406, 600, 6, 20, form="json", edit=stopped, rounds=3)
    parameters = {"objective": "binary:logistic", "num_parallel_tree": 2, "subsample": 0.7}
    booster = train(parameters, x, binary, 5)
    write("early-stopping-1.6", booster, 408, 600, 6, 20, form="json", edit=stopped_old, rounds=3)


def categorical():
    sizes = (12, 40)
    x = rows(5, 4_000, 5, 20, categories=sizes)
    effects = np.random.default_rng(6).normal(size=(2, 64)) * 2
    filled = np.nan_to_num(x, nan=0).astype(int)
    labels = (target(x, 7) + effects[0, filled[:, 0]] + effects[1, filled[:, 1]] > 0.5).astype(int)
    towns = [f"town {code}" for code in range(12)]
    frame = pd.DataFrame({f"x{index}": x[:, index] for index in range(5)})
    frame = frame.rename(columns={"x0": "town", "x1": "branch"})
    codes = np.where(np.isnan(x[:, 0]), -1, x[:, 0]).astype(int)
    frame["town"] = pd.Categorical.from_codes(codes, categories=towns)
    codes = np.where(np.isnan(x[:, 1]), -1, x[:, 1]).astype(int)
    frame["branch"] = pd.Categorical.from_codes(codes, categories=list(range(100, 140)))
    for name, onehot in (("partition", 1), ("onehot", 64), ("mixed", 20)):
        parameters = {"objective": "binary:logistic", "max_cat_to_onehot": onehot}
        booster = train(parameters, frame, labels, 8, enable_categorical=True)
        write(f"categories-{name}", booster, 500 + 2 * onehot, 600, 5, 20, categories=sizes)
    # Without pyarrow, XGBoost writes names that are not ASCII cut short: only codes are left.
    frame["town"] = frame["town"].cat.rename_categories([f"ville {code} é" for code in range(12)])
    booster = train({"objective": "binary:logistic"}, frame, labels, 8, enable_categorical=True)
    write("categories-not-ascii", booster, 702, 600, 5, 20, categories=sizes)
    # Codes without names, as a matrix of numbers gives them.
    booster = train(
        {"objective": "binary:logistic", "max_cat_to_onehot": 1},
        x,
        labels,
        8,
        feature_types=["c", "c", "float", "float", "float"],
        enable_categorical=True,
    )
    write("categories-codes", booster, 700, 600, 5, 20, form="json", categories=sizes)


def main():
    warnings.simplefilter("ignore")
    print("xgboost", xgb.__version__, "numpy", np.__version__, "pandas", pd.__version__)
    shutil.rmtree(HERE, ignore_errors=True)
    HERE.mkdir(parents=True)
    large()
    objectives()
    forms()
    categorical()
    index = ",\n".join(json.dumps(case) for case in CASES)
    (HERE / "cases.json").write_text(
        f'{{"xgboost": "{xgb.__version__}", "cases": [\n{index}\n]}}\n'
    )
    size = sum(path.stat().st_size for path in HERE.iterdir())
    print(len(CASES), "cases,", size, "bytes")


if __name__ == "__main__":
    main()
