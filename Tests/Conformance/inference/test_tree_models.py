"""Random LightGBM, XGBoost and scikit-learn tree models through `vigie serve`, against themselves.

VIGIE_FUZZ_SEED asks for other models than the usual ones; the seed is printed with a failure.
"""

import os
import sys

import lightgbm
import numpy
import pytest
import tritonclient.grpc as triton
import xgboost
from harness import ROOT, Process
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeRegressor

sys.path.append(str(ROOT / "Sources/pipelines/src"))
from vigie_pipelines.published.forest_file import write_forest  # noqa: E402
from vigie_pipelines.registry.publish import publish  # noqa: E402

SEED = int(os.environ.get("VIGIE_FUZZ_SEED", "20261125"))
ROWS, FEATURES = 400, 7
SPECIALS = [0.0, -0.0, numpy.nan, 1e-36, -1e-36, 1e-35, 5e-324, 1e30, -1e30, -1.0, -0.5, 3.9]


def data(random):
    """Rows with steps, categories and gaps; and a target."""
    x = random.normal(size=(ROWS, FEATURES))
    x[:, 1] = numpy.round(x[:, 1] * 4) / 4
    x[:, 5:] = random.integers(0, 20, (ROWS, 2))
    y = x[:, 0] + x[:, 1] * (x[:, 2] > 0) + (x[:, 6] % 3 == 0)
    x[random.random(x.shape) < random.choice([0.0, 0.2])] = numpy.nan
    return x, y


def questions(x, random):
    """The training rows, and as many with a third of special values."""
    special = x.copy()
    chosen = random.random(x.shape) < 0.3
    special[chosen] = random.choice(SPECIALS, int(chosen.sum()))
    return numpy.concatenate([x, special])


def lightgbm_case(random, folder):
    """A booster of random parameters."""
    x, y = data(random)
    objective = str(random.choice(["binary", "regression", "multiclass", "poisson", "huber"]))
    parameters = {
        "objective": objective,
        "boosting": str(random.choice(["gbdt", "dart", "rf"])),
        "num_leaves": int(random.integers(2, 60)),
        "min_data_in_leaf": int(random.integers(1, 30)),
        "max_cat_to_onehot": int(random.choice([1, 4, 40])),
        "zero_as_missing": bool(random.random() < 0.3),
        "use_missing": bool(random.random() < 0.8),
        "extra_trees": bool(random.random() < 0.3),
        "bagging_freq": 1,
        "bagging_fraction": 0.8,
        "verbose": -1,
        "num_threads": 1,
        "seed": int(random.integers(1000)),
    }
    label = {"binary": y > 0, "multiclass": (y > 0) + (y > 1.0), "poisson": numpy.exp(y)}
    if objective == "multiclass":
        parameters["num_class"] = 3
    categories = [5, 6] if random.random() < 0.6 else []
    matrix = lightgbm.Dataset(x, label.get(objective, y), categorical_feature=categories)
    model = lightgbm.train(parameters, matrix, int(random.integers(1, 40)))
    model.save_model(folder / "model.txt")
    rows = questions(x, random)
    return "model.txt", rows, model.predict(rows), 1e-12


def xgboost_case(random, folder):
    """A booster of random parameters, asked as `inplace_predict` is."""
    x, y = data(random)
    objective = str(random.choice(["binary:logistic", "reg:absoluteerror", "multi:softprob"]))
    parameters = {
        "objective": objective,
        "max_depth": int(random.integers(1, 9)),
        "booster": str(random.choice(["gbtree", "dart"])),
        "nthread": 1,
        "seed": int(random.integers(1000)),
    }
    if parameters["booster"] == "dart":
        parameters["rate_drop"] = 0.2
    label = {"binary:logistic": y > 0, "multi:softprob": (y > 0) + (y > 1.0)}.get(objective, y)
    if objective == "multi:softprob":
        parameters["num_class"] = 3
    model = xgboost.train(parameters, xgboost.DMatrix(x, label), int(random.integers(1, 30)))
    model.save_model(folder / "model.ubj")
    rows = questions(x, random).astype(numpy.float32)
    return "model.ubj", rows, model.inplace_predict(rows), 2e-6


def forest_case(random, folder):
    """One of scikit-learn's models."""
    x, y = data(random)
    seed = {"random_state": int(random.integers(1000))}
    size = {"n_estimators": int(random.integers(1, 30))} | seed
    depth = {"max_depth": int(random.integers(1, 12))}
    model, label = [
        (IsolationForest(max_features=float(random.choice([0.5, 1.0])), **size), None),
        (RandomForestClassifier(**size, **depth), y > 0),
        (ExtraTreesClassifier(**size, **depth), (y > 0).astype(int) + (y > 1)),
        (RandomForestRegressor(**size, **depth), numpy.column_stack([y, -y])),
        (GradientBoostingRegressor(**size), y),
        (HistGradientBoostingClassifier(max_iter=10, **seed), (y > 0).astype(int) + (y > 1)),
        (DecisionTreeRegressor(**depth, **seed), y),
    ][int(random.integers(7))]
    whole = isinstance(model, GradientBoostingRegressor)
    rows = questions(x, random)
    if whole or not numpy.isnan(x).any():
        rows = numpy.nan_to_num(rows)
    model.fit(numpy.nan_to_num(x) if whole else x, label)
    write_forest(model, folder / "forest.ubj")
    if isinstance(model, IsolationForest):
        expected = -model.score_samples(rows)
    elif hasattr(model, "predict_proba"):
        expected = model.predict_proba(rows)
        expected = expected[:, 1] if expected.shape[1] == 2 else expected
    else:
        expected = model.predict(rows)
    return "forest.ubj", rows, expected, 1e-12


CASES = {"lightgbm": lightgbm_case, "xgboost": xgboost_case, "forest": forest_case}
COUNT = 12


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A pod that serves COUNT random models of each flavor, and what they must answer."""
    registry = tmp_path_factory.mktemp("registry")
    expected = {}
    for flavor, make in CASES.items():
        for index in range(COUNT):
            random = numpy.random.default_rng([SEED, len(flavor), index])

            def write(folder, make=make, random=random, key=(flavor, index)):
                name, *expected[key] = make(random, folder)
                return name

            publish(registry, f"{flavor}-{index}", {"flavor": flavor}, write)
    process = Process("vigie", "serve", "--registry", str(registry), "--listen", "127.0.0.1:0")
    client = triton.InferenceServerClient(process.address)
    yield client, expected
    client.close()
    assert process.stop() == 0


@pytest.mark.parametrize("flavor", CASES)
def test_the_pod_answers_as_the_library_does(served, flavor):
    client, expected = served
    for index in range(COUNT):
        rows, answers, tolerance = expected[flavor, index]
        kind = client.get_model_metadata(f"{flavor}-{index}").inputs[0].datatype
        values = rows.astype({"FP32": numpy.float32, "FP64": numpy.float64}[kind])
        made = triton.InferInput("input", list(values.shape), kind)
        made.set_data_from_numpy(values)
        output = client.infer(f"{flavor}-{index}", [made]).as_numpy("output")
        assert output.shape == numpy.shape(answers), (flavor, index, SEED)
        error = numpy.abs(output - answers) / numpy.maximum(1, numpy.abs(answers))
        assert error.max() <= tolerance, (flavor, index, SEED)
