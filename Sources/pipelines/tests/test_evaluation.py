import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import ks_2samp
from sklearn.metrics import f1_score

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.evaluation.calibration import Calibration, cross_fitted, fit_calibration
from vigie_pipelines.evaluation.crossval import CrossValidation
from vigie_pipelines.evaluation.decisions import DecisionRule, decide
from vigie_pipelines.evaluation.evaluation import choose_method
from vigie_pipelines.evaluation.metrics import (
    best_f1_threshold,
    calibration_error,
    kolmogorov_smirnov,
)


def overconfident(count: int = 40_000) -> tuple[Floats, Labels, Labels]:
    """Log-odds that are twice what they should be, and shifted; labels; folds."""
    random = np.random.default_rng(1)
    true = random.normal(-2, 1.2, count)
    labels = (random.random(count) < expit(true)).astype(np.int8)
    return 2 * true + 1, labels, random.integers(0, 5, count).astype(np.int8)


def test_platt_finds_the_slope_and_intercept_that_undo_the_distortion() -> None:
    log_odds, labels, _ = overconfident()
    fitted = fit_calibration("platt", log_odds, labels)
    assert fitted.slope == pytest.approx(0.5, abs=0.02)
    assert fitted.intercept == pytest.approx(-0.5, abs=0.05)


@pytest.mark.parametrize("method", ["platt", "isotonic"])
def test_calibration_brings_the_error_down(method: str) -> None:
    log_odds, labels, folds = overconfident()
    raw = calibration_error(expit(log_odds), labels, equal_mass=True)
    calibrated = cross_fitted(method, log_odds, labels, folds)
    assert raw > 0.05
    assert calibration_error(calibrated, labels, equal_mass=True) < 0.006


def test_an_isotonic_map_never_descends_and_promises_nothing_certain() -> None:
    log_odds, labels, _ = overconfident(3_000)
    fitted = fit_calibration("isotonic", log_odds, labels)
    assert (np.diff(fitted.x) > 0).all()
    assert (np.diff(fitted.y) >= 0).all()
    ends = fitted.apply(np.array([-50.0, 50.0]))
    assert 0 < ends[0] < ends[1] < 1


def test_tied_scores_make_one_knot_and_get_their_rate() -> None:
    log_odds = np.repeat([-2.0, 0.0, 1.0], 1_000)
    labels = np.concatenate(
        [np.arange(1_000) < bad for bad in (100, 500, 700)], dtype=np.int8, casting="unsafe"
    )
    fitted = fit_calibration("isotonic", log_odds, labels)
    assert len(fitted.x) == 3
    np.testing.assert_allclose(fitted.apply(np.array([-2.0, 0.0, 1.0])), [0.1, 0.5, 0.7], atol=0.01)


@pytest.mark.parametrize("method", ["none", "platt", "isotonic"])
def test_a_calibration_survives_its_manifest(method: str) -> None:
    log_odds, labels, _ = overconfident(2_000)
    fitted = fit_calibration(method, log_odds, labels)
    read = Calibration.read(fitted.manifest())
    np.testing.assert_array_equal(read.apply(log_odds), fitted.apply(log_odds))


def test_platt_is_chosen_when_the_distortion_is_a_line_and_isotonic_when_it_is_not() -> None:
    log_odds, labels, folds = overconfident()
    assert choose_method(CrossValidation(log_odds, folds, ()), labels) == "platt"
    # A kink that no line can undo; the order of the rows is the same.
    kinked = np.where(log_odds < -3, log_odds - 9, log_odds)
    assert choose_method(CrossValidation(kinked, folds, ()), labels) == "isotonic"


def test_calibration_error_by_hand() -> None:
    probability = np.array([0.05, 0.05, 0.95, 0.95])
    labels = np.array([0, 1, 1, 1], dtype=np.int8)
    # |1 - 0.1| over the first two, |2 - 1.9| over the last two, of 4 rows.
    assert calibration_error(probability, labels, equal_mass=False) == pytest.approx(0.25)


def test_kolmogorov_smirnov_is_scipys() -> None:
    log_odds, labels, _ = overconfident(3_000)
    ties = np.round(log_odds, 1)
    expected = ks_2samp(ties[labels == 1], ties[labels == 0]).statistic
    assert kolmogorov_smirnov(ties, labels) == pytest.approx(expected, abs=1e-12)


def test_the_f1_threshold_is_the_best_there_is() -> None:
    log_odds, labels, _ = overconfident(1_000)
    probability = expit(log_odds)
    best = best_f1_threshold(probability, labels)
    of_all = max(f1_score(labels, probability >= t) for t in np.unique(probability))
    assert f1_score(labels, probability >= best) == pytest.approx(of_all)


def test_chows_rule_is_the_cheapest_of_the_three_at_every_probability() -> None:
    rule = DecisionRule(bad_cost=10, review_cost=0.5)
    for pd in np.linspace(0.001, 0.999, 500):
        costs = {"APPROVE": pd * 10, "DECLINE": 1 - pd, "REFER": 0.5}
        chosen = decide(pd, rule.approve_below, rule.decline_from)
        assert costs[chosen] <= min(costs.values()) + 1e-9


def test_a_rule_that_never_declines_refers_even_the_worst() -> None:
    rule = DecisionRule(bad_cost=8, review_cost=0.5, never_decline=True)
    assert decide(0.999_999, rule.approve_below, rule.decline_from) == "REFER"


def test_not_a_number_is_referred() -> None:
    assert decide(float("nan"), 0.05, 0.5) == "REFER"
