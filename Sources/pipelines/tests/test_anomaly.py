import json
from pathlib import Path

import numpy as np
import pytest

from vigie_pipelines.anomaly import benchmarks
from vigie_pipelines.anomaly.autoencoder import CLIP, Autoencoder, hidden_for
from vigie_pipelines.anomaly.detector import (
    Detector,
    ForestSize,
    forest_scores,
    isolation_forest,
)
from vigie_pipelines.anomaly.figures import Ranking
from vigie_pipelines.anomaly.level import Level
from vigie_pipelines.errors import DataNotFoundError


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Six features that lie near a plane."""
    random = np.random.default_rng(1)
    two = random.standard_normal((3_000, 2))
    return two @ random.standard_normal((2, 6)) + 0.1 * random.standard_normal((3_000, 6))


def test_a_level_is_the_logarithm_of_the_rows_beyond() -> None:
    reference = np.arange(10_000.0)
    level = Level.of(reference, 1e6)
    for tail in (0.5, 0.1, 0.01, 0.001):
        assert level(np.array([1e4 * (1 - tail)]))[0] == pytest.approx(-np.log10(tail), abs=0.07)
    assert level(np.array([-1.0]))[0] == 0


def test_levels_keep_the_order_beyond_all_that_was_seen() -> None:
    level = Level.of(np.random.default_rng(2).random(1_000), 9.0)
    beyond = level(np.array([1.0, 2.0, 5.0, 9.0, 10.0]))
    assert (np.diff(beyond)[:3] > 0).all()
    assert beyond[3] == beyond[4] == pytest.approx(5)
    assert list(level.x) == sorted(set(level.x))
    assert list(level.y) == sorted(level.y)


def test_levels_of_scores_that_many_rows_share() -> None:
    level = Level.of(np.array([1.0] * 900 + [2.0] * 100), 3.0)
    assert list(level.x) == sorted(set(level.x))
    assert level(np.array([2.0]))[0] > level(np.array([1.0]))[0]
    constant = Level.of(np.ones(50), 1.0)
    assert constant(np.array([0.0, 1.0, 2.0])).tolist() == [constant.y[-1]] * 3


def test_an_autoencoder_misses_what_it_has_not_learnt(rows: np.ndarray) -> None:
    model = Autoencoder((8, 2, 8), seed=1, epochs=30)
    model.fit(rows)
    strange = rows[:200].copy()
    strange[:, 0] *= -1
    assert np.median(model.errors(strange)) > 5 * np.median(model.errors(rows))
    assert abs(model.standardise(1e9 * rows)).max() == CLIP


def test_a_constant_feature_is_no_division_by_nothing(rows: np.ndarray) -> None:
    constant = rows.copy()
    constant[:, 2] = 4
    model = Autoencoder((4, 2, 4), seed=1, epochs=1)
    model.fit(constant)
    assert np.isfinite(model.errors(constant)).all()


def test_onnx_runtime_gives_the_autoencoders_errors(rows: np.ndarray, tmp_path: Path) -> None:
    import onnxruntime

    model = Autoencoder(hidden_for(6), seed=1, epochs=2)
    model.fit(rows)
    session = onnxruntime.InferenceSession(tmp_path / model.write(tmp_path))
    standard = model.standardise(rows).astype(np.float32)
    (output,) = session.run(None, {"input": standard})
    error = ((output.astype(np.float64) - standard) ** 2).mean(axis=1)
    np.testing.assert_allclose(error, model.errors(rows), rtol=1e-4, atol=1e-6)


def test_the_detector_is_as_alarmed_as_the_more_alarmed_of_both(rows: np.ndarray) -> None:
    detector = Detector.train(rows, size=ForestSize(trees=20, rows=64), epochs=2, seed=1)
    forest, error, both = detector.levels(rows)
    assert (both == np.maximum(forest, error)).all()
    assert (both > forest).any()
    assert (both > error).any()


def test_the_same_seed_gives_the_same_detector(rows: np.ndarray) -> None:
    one, again = (
        Detector.train(rows, size=ForestSize(trees=5, rows=64), epochs=1, seed=4).levels(rows)[2]
        for _ in range(2)
    )
    assert (one == again).all()


@pytest.mark.parametrize("key", ["shuttle", "mammography", "shuttle-river"])
def test_the_isolation_forest_ranks_as_measured_before(key: str) -> None:
    try:
        data = benchmarks.read(key)
    except DataNotFoundError as error:
        pytest.skip(f"DATA MISSING, NOT TESTED: {error}")
    auc = [
        Ranking.of(
            forest_scores(isolation_forest(data.rows, ForestSize(), seed), data.rows), data.labels
        ).auc
        for seed in range(3)
    ]
    before = benchmarks.MEASURED_BEFORE[key.removesuffix("-river")][0]
    assert np.mean(auc) == pytest.approx(before, abs=0.01)


def test_a_missing_set_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="--data"):
        benchmarks.read("http", tmp_path)


def test_the_committed_detector_claims_only_what_holds(demo_registry: Path) -> None:
    manifest = json.loads((demo_registry / "anomaly/1/manifest.json").read_text())
    metrics = manifest["metrics"]
    assert metrics["alert_precision_low"] > 0.9
    assert metrics["alert_fpr"] < 0.1
    assert manifest["alert"]["from"] > 2
    document = json.loads((demo_registry / "anomaly/1/pipeline.json").read_text())
    alert = next(step for step in document["steps"] if step.get("name") == "alert")
    assert f"level >= {manifest['alert']['from']} " in alert["expression"]
