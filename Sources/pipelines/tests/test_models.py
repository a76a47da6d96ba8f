import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shap
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import Feature
from vigie_pipelines.models.boosted import BoostedTrees, Boosting
from vigie_pipelines.models.linear import OneHotRegression
from vigie_pipelines.models.scorecard import WoeScorecard
from vigie_pipelines.published.onnx_graph import OnnxGraph
from vigie_pipelines.published.scorecard_file import ScorecardFile
from vigie_pipelines.published.xgboost_file import XGBoostFile

SOURCES = Path(__file__).resolve().parents[1] / "src"


@pytest.fixture(scope="module")
def scorecard(candidates: Dataset) -> WoeScorecard:
    model = WoeScorecard(candidates.features, bins_max=8, share_min=0.02)
    model.fit(candidates.rows, candidates.labels)
    return model


def test_the_scorecard_is_scikit_learns_regression_on_the_weights(
    scorecard: WoeScorecard, candidates: Dataset
) -> None:
    evidence = scorecard.evidence(candidates.rows)
    own = LogisticRegression(C=1e3, tol=1e-10, max_iter=2_000).fit(evidence, candidates.labels)
    np.testing.assert_allclose(
        scorecard.log_odds(candidates.rows), own.decision_function(evidence), atol=1e-9
    )


def test_scorecard_json_scores_as_the_pipeline_to_1e_9(
    scorecard: WoeScorecard, candidates: Dataset, tmp_path: Path
) -> None:
    file = tmp_path / scorecard.write(tmp_path)
    read = ScorecardFile.open(file, candidates.features)
    np.testing.assert_allclose(
        read.log_odds(candidates.rows), scorecard.log_odds(candidates.rows), atol=1e-9, rtol=0
    )
    base, contributions = read.explain(candidates.rows)
    own_base, own = scorecard.explain(candidates.rows)
    assert base == pytest.approx(own_base, abs=1e-9)
    np.testing.assert_allclose(contributions, own, atol=1e-9, rtol=0)


def by_the_contract(document: dict, row: Floats, features: tuple[Feature, ...]) -> float:
    """The contract's words, bin by bin, without any of the package's code."""
    total = document["intercept"]
    for entry, x, feature in zip(document["features"], row, features, strict=True):
        if np.isnan(x):
            woe = entry["missingWoe"]
        elif "categories" in entry:
            woe = entry["categories"].get(feature.categories[int(x)], entry["otherWoe"])
        else:
            edges = [-np.inf, *entry["edges"], np.inf]
            woe = next(w for i, w in enumerate(entry["woe"]) if edges[i] <= x < edges[i + 1])
        total += entry["coefficient"] * woe
    return total


def test_scorecard_json_means_what_the_contract_says(
    scorecard: WoeScorecard, candidates: Dataset
) -> None:
    document = json.loads(json.dumps(scorecard.document()))
    for row, expected in zip(
        candidates.rows[:200], scorecard.log_odds(candidates.rows[:200]), strict=True
    ):
        assert by_the_contract(document, row, candidates.features) == pytest.approx(
            expected, abs=1e-9
        )


def test_scorecard_contributions_are_shaps(scorecard: WoeScorecard, candidates: Dataset) -> None:
    evidence = scorecard.evidence(candidates.rows)
    explainer = shap.LinearExplainer(
        scorecard.regression, shap.maskers.Independent(evidence, max_samples=len(evidence))
    )
    base, contributions = scorecard.explain(candidates.rows[:100])
    np.testing.assert_allclose(contributions, explainer.shap_values(evidence[:100]), atol=1e-9)
    assert base == pytest.approx(float(explainer.expected_value), abs=1e-9)


def test_an_onnx_graph_scores_and_explains_as_its_pipeline(german: Dataset, tmp_path: Path) -> None:
    rows = german.rows.copy()
    optional = german.names.index("residence_since")
    rows[::7, optional] = np.nan
    model = OneHotRegression(german.features)
    model.fit(rows, german.labels)
    file = tmp_path / model.write(tmp_path)
    explanation = model.explanation()
    graph = OnnxGraph(file, german.features, explanation["meanTerms"])
    expected = model.log_odds(rows)
    np.testing.assert_allclose(graph.log_odds(rows), expected, atol=2e-6)
    np.testing.assert_allclose(
        graph.probabilities(rows)[:, 1], 1 / (1 + np.exp(-expected)), atol=1e-6
    )
    base, contributions = graph.explain(rows)
    own_base, own = model.explain(rows)
    assert base == pytest.approx(own_base, abs=1e-5)
    np.testing.assert_allclose(contributions, own, atol=2e-6)
    np.testing.assert_allclose(own_base + own.sum(axis=1), expected, atol=1e-9)


_EXPORT = """
import hashlib, sys
from pathlib import Path
from vigie_pipelines.data import german
from vigie_pipelines.models.linear import OneHotRegression
data = german.read()
model = OneHotRegression(data.features)
model.fit(data.rows, data.labels)
print(hashlib.sha256((Path(sys.argv[1]) / model.write(Path(sys.argv[1]))).read_bytes()).hexdigest())
"""


def test_an_export_is_the_same_bytes_in_every_process(german: Dataset, tmp_path: Path) -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _EXPORT, str(tmp_path)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(SOURCES)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(digests) == 1


def test_onnx_contributions_are_shaps(german: Dataset) -> None:
    model = OneHotRegression(german.features)
    model.fit(german.rows, german.labels)
    columns = model.pipeline["columns"].transform(model._frame(german.rows))
    explainer = shap.LinearExplainer(
        model.pipeline["regression"], shap.maskers.Independent(columns, max_samples=len(columns))
    )
    by_column = explainer.shap_values(columns[:50])
    names = model.pipeline["columns"].get_feature_names_out()
    base, contributions = model.explain(german.rows[:50])
    assert base == pytest.approx(float(explainer.expected_value), abs=1e-9)
    for j, feature in enumerate(german.features):
        # "category__purpose_car_new", "whole__duration": made of the feature's name.
        own = [
            k
            for k, name in enumerate(names)
            if name.split("__")[1] == feature.name
            or (
                name.startswith("category__")
                and name.split("__")[1]
                in [f"{feature.name}_{category}" for category in feature.categories]
            )
        ]
        assert own
        np.testing.assert_allclose(contributions[:, j], by_column[:, own].sum(axis=1), atol=1e-9)


def test_boosted_trees_repeat_themselves_whatever_the_threads(german: Dataset) -> None:
    models = []
    for seed, threads in ((5, 1), (5, 2), (6, 1)):
        model = BoostedTrees(
            german.features, Boosting(trees=20, depth=3), seed=seed, threads=threads
        )
        model.fit(german.rows, german.labels)
        models.append(model.log_odds(german.rows))
    np.testing.assert_array_equal(models[0], models[1])
    assert not np.array_equal(models[0], models[2])


def test_boosted_trees_obey_their_monotone_constraints(gmsc: Dataset) -> None:
    sample = gmsc.take(np.arange(0, len(gmsc), 10))
    model = BoostedTrees(gmsc.features, Boosting(trees=60), seed=1)
    model.fit(sample.rows, sample.labels)
    for j, feature in enumerate(gmsc.features):
        if not feature.monotone:
            continue
        for row in sample.rows[:20]:
            rows = np.tile(row, (60, 1))
            rows[:, j] = np.arange(60) + (18 if feature.name == "age" else 0)
            steps = np.diff(model.log_odds(rows)) * feature.monotone
            assert steps.min() >= -1e-6, feature.name


def test_boosted_trees_split_on_categories_and_explain_their_margin(
    german: Dataset, tmp_path: Path
) -> None:
    model = BoostedTrees(german.features, Boosting(trees=40, depth=3), seed=1)
    model.fit(german.rows, german.labels)
    file = tmp_path / model.write(tmp_path)
    read = XGBoostFile(file, german.features)
    np.testing.assert_array_equal(read.log_odds(german.rows), model.log_odds(german.rows))
    base, contributions = read.explain(german.rows)
    np.testing.assert_allclose(
        base + contributions.sum(axis=1), read.log_odds(german.rows), atol=1e-5
    )
    assert model.booster is not None
    trees = model.booster.trees_to_dataframe()
    assert trees["Category"].notna().any()


def test_a_quick_scorecard_on_a_sample_of_real_borrowers_reaches_an_auc_of_0_85(
    gmsc: Dataset,
) -> None:
    order = np.random.default_rng(3).permutation(len(gmsc))
    train, test = gmsc.take(order[:15_000]), gmsc.take(order[15_000:45_000])
    model = WoeScorecard(gmsc.features, bins_max=8, share_min=0.01)
    model.fit(train.rows, train.labels)
    assert roc_auc_score(test.labels, model.log_odds(test.rows)) >= 0.85


def test_quick_trees_on_a_sample_of_real_borrowers_reach_an_auc_of_0_855(gmsc: Dataset) -> None:
    order = np.random.default_rng(3).permutation(len(gmsc))
    train, test = gmsc.take(order[:15_000]), gmsc.take(order[15_000:45_000])
    model = BoostedTrees(gmsc.features, Boosting(trees=100), seed=1)
    model.fit(train.rows, train.labels)
    assert roc_auc_score(test.labels, model.log_odds(test.rows)) >= 0.855
