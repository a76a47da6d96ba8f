import numpy as np
import pytest

from vigie_pipelines.anomaly.figures import Alerts, at_budget, precise_threshold
from vigie_pipelines.evaluation.detection import (
    precision_at,
    rate_at_recall,
    recall_at_rate,
    threshold_at_recall,
    wilson,
)

# Ten good rows and four bad ones, well mixed at the lower end.
SCORE = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 0.35, 0.95, 2.0, 3.0])
LABELS = np.array([0] * 10 + [1] * 4, dtype=np.int8)


def test_recall_counts_the_bad_rows_above_the_good_ones_share() -> None:
    # No good row above: only 2.0 and 3.0 are over 1.0.
    assert recall_at_rate(SCORE, LABELS, 0.0) == 0.5
    assert recall_at_rate(SCORE, LABELS, 0.1) == 0.75
    assert recall_at_rate(SCORE, LABELS, 0.7) == 1.0


def test_the_rate_at_a_recall_is_that_of_the_least_threshold_that_reaches_it() -> None:
    assert threshold_at_recall(SCORE, LABELS, 0.75) == 0.95
    assert rate_at_recall(SCORE, LABELS, 0.75) == 0.1
    assert rate_at_recall(SCORE, LABELS, 1.0) == 0.7


def test_precision_at_a_budget() -> None:
    assert precision_at(SCORE, LABELS, 2) == 1.0
    assert precision_at(SCORE, LABELS, 4) == 0.75


# From statsmodels' proportion_confint(method="wilson").
@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(8, 10, 0.490162, 0.943318), (0, 20, 0.0, 0.161125), (887, 1000, 0.865878, 0.905160)],
)
def test_wilsons_interval(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=2e-6)


def test_no_trial_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_claim_needs_the_whole_interval() -> None:
    few = at_budget(SCORE, LABELS, 2)
    assert (few.precision, few.count, few.recall) == (1.0, 2, 0.5)
    assert not few.holds
    score = np.arange(1_000.0)
    labels = (score >= 900).astype(np.int8)
    assert at_budget(score, labels, 100).holds
    assert Alerts.of(score, labels, 850).precision == pytest.approx(2 / 3)
    assert not Alerts.of(score, labels, 850).holds


def test_the_precise_threshold_is_the_least_that_holds_and_takes_ties_whole() -> None:
    score = np.arange(1_000.0)
    labels = (score >= 900).astype(np.int8)
    threshold = precise_threshold(score, labels, 0.9)
    assert threshold is not None
    assert 890 <= threshold <= 900
    assert wilson(100, int((score >= threshold).sum()))[0] > 0.9
    assert precise_threshold(np.zeros(1_000), labels, 0.9) is None
