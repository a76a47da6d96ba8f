import numpy as np
import pytest

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.binning.bins import find_bins, merge_equal
from vigie_pipelines.binning.woe import conditional_weights, marginal_weights, with_trend
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import Feature
from vigie_pipelines.models.scorecard import WoeScorecard


def number(**more: object) -> Feature:
    return Feature(name="x", kind="number", description="", **more)


def noisy_column(seed: int = 1) -> tuple[Floats, Labels]:
    random = np.random.default_rng(seed)
    column = random.uniform(0, 10, 5_000)
    labels = (random.random(5_000) < 0.1 + 0.06 * column).astype(np.int8)
    return column, labels


def test_an_edge_belongs_to_the_bin_above_it() -> None:
    column, labels = noisy_column()
    bins = find_bins(number(), column, labels, bins_max=6, share_min=0.05)
    assert bins.edges is not None
    for index, edge in enumerate(bins.edges):
        below, on = bins.assign(np.array([np.nextafter(edge, -np.inf), edge]))
        assert (below, on) == (index, index + 1)


def test_no_bin_is_smaller_than_the_least_share() -> None:
    column, labels = noisy_column()
    bins = find_bins(number(), column, labels, bins_max=50, share_min=0.05)
    assert np.bincount(bins.assign(column)).min() >= 250


def test_missing_values_have_the_last_bin() -> None:
    column, labels = noisy_column()
    column[:100] = np.nan
    bins = find_bins(number(missing="allow"), column, labels, bins_max=6, share_min=0.05)
    assigned = bins.assign(column)
    assert set(assigned[:100]) == {bins.count}
    assert assigned[100:].max() == bins.count - 1


def test_codes_have_a_bin_of_their_own_that_the_trend_leaves_alone() -> None:
    column, labels = noisy_column()
    column[:500] = 98
    labels[:500] = 0
    feature = number(codes_from=96, monotone=1, monotone_because="test")
    bins = find_bins(feature, column, labels, bins_max=6, share_min=0.05)
    assert set(bins.assign(column[:500])) == {bins.count - 1}
    assert bins.assign(column[500:]).max() == bins.count - 2
    codes = bins.assign(column)
    weights = marginal_weights(codes, labels, bins.count + 1)
    mass = np.bincount(codes, minlength=bins.count + 1).astype(float)
    trended = with_trend(weights, mass, bins, 1)
    assert (np.diff(trended[: bins.ordered]) <= 0).all()
    assert trended[bins.count - 1] == weights[bins.count - 1] > 0


def test_marginal_weights_are_the_log_of_the_ratio_of_shares() -> None:
    # Bin 0: 30 good, 10 bad; bin 1: 20 good, 40 bad; bin 2 is empty.
    codes = np.repeat([0, 0, 1, 1], [30, 10, 20, 40])
    labels = np.repeat([0, 1, 0, 1], [30, 10, 20, 40]).astype(np.int8)
    weights = marginal_weights(codes, labels, 3)
    expected = [np.log((30.5 / 50) / (10.5 / 50)), np.log((20.5 / 50) / (40.5 / 50)), 0]
    np.testing.assert_allclose(weights, expected, rtol=1e-12)


@pytest.mark.parametrize("monotone", [-1, 1])
def test_a_fitted_scorecard_is_monotone_where_it_must_be(monotone: int) -> None:
    # The data's own trend is up; asked for the opposite one, the best monotone curve is flat.
    column, labels = noisy_column()
    wave = column + 2 * np.sin(3 * column)
    feature = number(monotone=monotone, monotone_because="test")
    model = WoeScorecard((feature, number()), rounds=6)
    model.features = (feature, Feature(name="y", kind="number", description=""))
    rows = np.column_stack([wave, np.random.default_rng(2).uniform(0, 1, len(column))])
    model.fit(rows, labels)
    grid = np.column_stack([np.linspace(-3, 13, 300), np.full(300, 0.5)])
    steps = np.diff(model.log_odds(grid))
    assert (steps * monotone >= -1e-12).all()
    assert (np.abs(steps).max() > 0.1) == (monotone == 1)


def test_an_unseen_category_says_nothing() -> None:
    random = np.random.default_rng(4)
    codes = random.integers(0, 2, 2_000).astype(np.float64)
    labels = (random.random(2_000) < 0.2 + 0.4 * codes).astype(np.int8)
    feature = Feature(name="c", kind="category", description="", categories=("a", "b", "never"))
    model = WoeScorecard((feature,))
    model.fit(codes[:, None], labels)
    unseen = model.log_odds(np.array([[2.0]]))[0]
    assert unseen == pytest.approx(model.regression.intercept_[0])
    assert model.log_odds(np.array([[0.0]]))[0] < unseen < model.log_odds(np.array([[1.0]]))[0]


def test_merging_bins_of_equal_weight_changes_no_score() -> None:
    column, labels = noisy_column()
    bins = find_bins(number(), column, labels, bins_max=8, share_min=0.05)
    values = np.repeat([0.3, 0.1, -0.2], [3, 2, bins.count - 5])
    merged, fewer = merge_equal(bins, values)
    assert merged.count == merged.ordered == len(fewer) == 3
    np.testing.assert_array_equal(fewer[merged.assign(column)], values[bins.assign(column)])


def test_conditional_weights_do_not_count_a_doubled_feature_twice() -> None:
    column, labels = noisy_column()
    bins = find_bins(number(), column, labels, bins_max=6, share_min=0.05)
    codes = bins.assign(column)
    start = marginal_weights(codes, labels, bins.count + 1)
    doubled = conditional_weights(
        [codes, codes], [bins, bins], [0, 0], labels, [start, start], rounds=40, ridge=0.1
    )
    centred = start - np.average(start, weights=np.bincount(codes, minlength=len(start)))
    together = (doubled[0] + doubled[1])[: bins.count]
    np.testing.assert_allclose(together, centred[: bins.count], atol=0.02)


def test_conditional_weights_beat_marginal_ones_on_real_data(gmsc: Dataset) -> None:
    from sklearn.metrics import roc_auc_score

    order = np.random.default_rng(5).permutation(len(gmsc))
    train, test = gmsc.take(order[:60_000]), gmsc.take(order[60_000:])
    auc = {}
    for rounds in (0, 12):
        model = WoeScorecard(gmsc.features, rounds=rounds)
        model.fit(train.rows, train.labels)
        auc[rounds] = roc_auc_score(test.labels, model.log_odds(test.rows))
    assert auc[12] > auc[0] + 0.002
