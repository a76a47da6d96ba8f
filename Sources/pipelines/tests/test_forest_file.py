"""vigie-forest files: what they say, evaluated here by the format's own definition."""

import json
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pytest
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.linear_model import LinearRegression

from vigie_pipelines.cli.main import main
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.published.forest_file import forest_document, write_forest
from vigie_pipelines.published.ubjson import dumps
from vigie_pipelines.published.version import PublishedVersion


def _data(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(300, 5))
    x[random.random(x.shape) < 0.1] = np.nan
    return x, (np.nan_to_num(x[:, 0]) + np.nan_to_num(x[:, 1]) > 0).astype(int)


def _scores(document: dict[str, Any], rows: np.ndarray) -> np.ndarray:
    """By the definition in forest_file, a row and a tree at a time; no categories."""
    rows = rows.astype(document["precision"])
    sums = np.tile(np.asarray(document["base"], np.float64), (len(rows), 1))
    for tree in document["trees"]:
        leaf = np.cumsum(np.asarray(tree["left"]) < 0) - 1
        width = document["outputCount"] if "output" not in tree else 1
        values = np.reshape(tree["value"], (-1, width))
        for index, row in enumerate(rows):
            node = 0
            while tree["left"][node] >= 0:
                value = row[tree["feature"][node]]
                left = value <= tree["threshold"][node]
                if np.isnan(value):
                    left = bool(tree.get("missingLeft", [0] * len(leaf))[node])
                node = tree["left" if left else "right"][node]
            if "output" in tree:
                sums[index, tree["output"]] += values[leaf[node], 0]
            else:
                sums[index] += values[leaf[node]]
    return sums / document["divisor"]


@pytest.mark.parametrize("form", ["json", "ubj"])
def test_an_isolation_forest_gives_its_anomaly_scores(form: str, tmp_path: Path) -> None:
    x, _ = _data()
    model = IsolationForest(n_estimators=20, random_state=1, contamination=0.1).fit(x)
    document = forest_document(model, ["a", "b", "c", "d", "e"])
    anomaly = 2 ** _scores(document, x)[:, 0]
    assert np.abs(anomaly + model.score_samples(x)).max() < 1e-12
    assert np.abs(-anomaly - document["offset"] - model.decision_function(x)).max() < 1e-12
    path = tmp_path / f"forest.{form}"
    write_forest(model, path)
    assert b"vigie-forest" in path.read_bytes()[:64]


def test_classes_targets_and_losses_come_out_as_scikit_learn_has_them() -> None:
    x, y = _data(1)
    three = y + (np.nan_to_num(x[:, 2]) > 1)
    binary = RandomForestClassifier(10, random_state=1).fit(x, y)
    assert np.allclose(
        _scores(forest_document(binary), x)[:, 0], binary.predict_proba(x)[:, 1], atol=1e-12
    )
    classes = RandomForestClassifier(10, random_state=1).fit(x, three)
    assert np.allclose(_scores(forest_document(classes), x), classes.predict_proba(x), atol=1e-12)
    whole = np.nan_to_num(x)
    targets = ExtraTreesRegressor(5, random_state=1).fit(whole, np.column_stack([y, -three]))
    assert np.allclose(_scores(forest_document(targets), whole), targets.predict(whole))
    boosted = GradientBoostingClassifier(n_estimators=5, loss="exponential").fit(whole, y)
    odds = _scores(forest_document(boosted), whole)[:, 0]
    assert np.allclose(1 / (1 + np.exp(-odds)), boosted.predict_proba(whole)[:, 1], atol=1e-12)
    poisson = HistGradientBoostingRegressor(loss="poisson", max_iter=5).fit(x, y + 1)
    assert np.allclose(np.exp(_scores(forest_document(poisson), x)[:, 0]), poisson.predict(x))


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (LinearRegression(), "is none of"),
        (AdaBoostClassifier(), "is none of"),
        (RandomForestClassifier(), "not fitted"),
    ],
)
def test_what_cannot_be_written_is_refused(model: object, problem: str) -> None:
    with pytest.raises(PipelineError, match=problem):
        forest_document(model)


def test_a_starting_estimator_of_ones_own_is_refused() -> None:
    x, y = _data(2)
    x = np.nan_to_num(x)
    model = GradientBoostingClassifier(n_estimators=2, init=RandomForestClassifier(3)).fit(x, y)
    with pytest.raises(PipelineError, match="init"):
        forest_document(model)


def test_ubjson_takes_the_least_type_that_holds_all() -> None:
    assert dumps(np.array([1.0, 255.0])) == b"[$U#U\x02\x01\xff"
    assert dumps(np.array([1.0, 256.0])) == b"[$l#U\x02\x00\x00\x00\x01\x00\x00\x01\x00"
    assert dumps(np.array([-0.0])).startswith(b"[$D#U\x01\x80")
    assert dumps(np.array([np.inf])).startswith(b"[$D")
    assert dumps({"a": [True, None, "é"]}) == b"{U\x01a[TZSU\x02\xc3\xa9]}"


def test_a_pickled_forest_is_registered_with_a_background(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = _data(3)
    joblib.dump(RandomForestClassifier(3).fit(x, y), tmp_path / "m.joblib")
    signature = [{"name": name, "kind": "number", "missing": "allow"} for name in "abcde"]
    (tmp_path / "s.json").write_text(json.dumps(signature))
    background = tmp_path / "b.json"
    background.write_text(json.dumps({"rows": [[0, 1, None, 3, 4]]}))
    arguments = ["register", str(tmp_path / "m.joblib"), f"--registry={tmp_path / 'r'}"]
    arguments += ["--name=n", "--flavor=forest", f"--signature={tmp_path / 's.json'}"]
    assert main([*arguments, f"--background={background}"]) == 0
    manifest = json.loads((tmp_path / "r/n/1/manifest.json").read_text())
    assert manifest["explanation"] == {"method": "interventional", "background": "background.json"}
    assert [file["path"] for file in manifest["files"]] == ["forest.ubj", "background.json"]
    background.write_text(json.dumps({"rows": [[0, 1]]}))
    assert main([*arguments, f"--background={background}"]) == 1
    assert "rows[0] must have 5 values" in capsys.readouterr().err


def test_a_lightgbm_model_is_registered_and_scored(tmp_path: Path) -> None:
    x, y = _data(4)
    model = lightgbm.LGBMClassifier(n_estimators=5, sigmoid=1.5, verbose=-1).fit(x, y)
    joblib.dump(model, tmp_path / "m.pkl")
    names = model.booster_.feature_name()
    signature = [{"name": name, "kind": "number", "missing": "allow"} for name in names]
    (tmp_path / "s.json").write_text(json.dumps(signature))
    arguments = ["register", str(tmp_path / "m.pkl"), f"--registry={tmp_path / 'r'}"]
    arguments += ["--name=n", "--flavor=lightgbm", f"--signature={tmp_path / 's.json'}"]
    assert main(arguments) == 0
    version = PublishedVersion.open(tmp_path / "r/n/1")
    assert np.allclose(version.probability(x), model.predict_proba(x)[:, 1], atol=1e-12)
    for scored in version.score(x[:20]):
        total = scored.base_value + sum(scored.contributions.values())
        assert abs(total - scored.log_odds) < 1e-9
    assert version.scorer.cuts(names[0])


def test_files_of_another_format_are_not_registered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.txt").write_text("not a tree")
    for flavor in ("lightgbm", "forest"):
        arguments = ["register", str(tmp_path / "m.txt"), f"--registry={tmp_path / 'r'}"]
        assert main([*arguments, "--name=n", f"--flavor={flavor}"]) == 1
        assert "m.txt is no" in capsys.readouterr().err
