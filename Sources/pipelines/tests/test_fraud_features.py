"""Features against their definition, row by row, and against pandas' rolling windows."""

import numpy as np
import pandas as pd
import pytest

from vigie_pipelines.data.features import violations
from vigie_pipelines.fraud.features import FEATURES, WINDOWS_DAYS, features
from vigie_pipelines.fraud.simulator import simulate
from vigie_pipelines.fraud.state import STATE_FEATURES, state_features
from vigie_pipelines.fraud.transactions import SECONDS_A_DAY, Transactions
from vigie_pipelines.fraud.world import START, Size

DELAYS = [0, 1, 3_600, SECONDS_A_DAY, 7 * SECONDS_A_DAY]


@pytest.fixture(scope="module")
def few() -> Transactions:
    """Two thousand transactions with many frauds, and many in the same second."""
    data = simulate(4, Size(customers=40, terminals=150, days=45))
    same = data.seconds - data.seconds % 600
    return Transactions(same, data.customer, data.terminal, data.cents, data.scenario)


def by_definition(data: Transactions, row: int, delay: int) -> list[float]:
    """What the features of one row are, from a look at all rows before it."""
    rows = np.arange(len(data))
    now, before = data.seconds[row], rows < row
    date = START + np.timedelta64(int(now), "s")
    hour = (date - date.astype("datetime64[D]")) // np.timedelta64(1, "h")
    values = [data.cents[row] / 100, float(pd.Timestamp(date).dayofweek >= 5), float(hour <= 6)]
    own = (data.customer == data.customer[row]) & (before | (rows == row))
    for days in WINDOWS_DAYS:
        inside = own & (data.seconds > now - days * SECONDS_A_DAY)
        values += [inside.sum(), data.cents[inside].mean() / 100]
    there = (data.terminal == data.terminal[row]) & before & (data.seconds <= now - delay)
    for days in WINDOWS_DAYS:
        inside = there & (data.seconds > now - delay - days * SECONDS_A_DAY)
        values += [inside.sum(), data.fraud[inside].mean() if inside.any() else 0.0]
    inside = there & (data.seconds > now - delay - 28 * SECONDS_A_DAY)
    values += [data.fraud[inside].sum()]
    values += [float(data.fraud[np.flatnonzero(inside)[-1]]) if inside.any() else 0.0]
    known = (data.customer == data.customer[row]) & before & (data.seconds <= now - delay)
    values += [data.fraud[known & (data.seconds > now - delay - 14 * SECONDS_A_DAY)].sum()]
    others = own & before & (data.seconds > now - 30 * SECONDS_A_DAY)
    mean = data.cents[others].mean() if others.any() else data.cents[row]
    return [*values, data.cents[row] / max(mean, 100)]


@pytest.mark.parametrize("delay", DELAYS)
def test_every_feature_is_what_its_definition_says(few: Transactions, delay: int) -> None:
    rows = state_features(few, delay=delay)
    checked = np.random.default_rng(delay).choice(len(few), 400, replace=False)
    expected = np.array([by_definition(few, int(row), delay) for row in checked], dtype=np.float64)
    for at, feature in enumerate(STATE_FEATURES):
        np.testing.assert_allclose(
            rows[checked, at], expected[:, at], rtol=1e-12, err_msg=feature.name
        )
    # The sample would prove nothing if frauds were never known in it.
    assert (expected[:, -4] > 0).any()


def test_the_handbooks_own_way_gives_the_same(few: Transactions) -> None:
    """Chapter 3's rolling sums in pandas, with its seven days of delay."""
    frame = pd.DataFrame(
        {
            "at": START + few.seconds.astype("timedelta64[s]"),
            "customer": few.customer,
            "terminal": few.terminal,
            "amount": few.cents / 100,
            "fraud": few.fraud,
        }
    )
    expected = features(few)
    names = [feature.name for feature in FEATURES]
    for _, own in frame.groupby("customer"):
        rolled = own.set_index("at")["amount"].rolling("7D")
        at = names.index("customer_count_7d")
        np.testing.assert_array_equal(expected[own.index, at], rolled.count())
        np.testing.assert_allclose(expected[own.index, at + 1], rolled.mean(), rtol=1e-9)
    for _, own in frame.groupby("terminal"):
        fraud = own.set_index("at")["fraud"]
        counts = {d: fraud.rolling(f"{d}D").count().to_numpy() for d in (7, 37)}
        sums = {d: fraud.rolling(f"{d}D").sum().to_numpy() for d in (7, 37)}
        at = names.index("terminal_count_30d")
        np.testing.assert_array_equal(expected[own.index, at], counts[37] - counts[7])
        risk = (sums[37] - sums[7]) / np.maximum(counts[37] - counts[7], 1)
        np.testing.assert_allclose(expected[own.index, at + 1], risk, atol=1e-9)


def test_rows_keep_their_signature(few: Transactions) -> None:
    assert violations(state_features(few, delay=0), STATE_FEATURES) == []


def test_no_transactions_have_no_features() -> None:
    none = np.zeros(0, dtype=np.int64)
    empty = Transactions(none, none, none, none, none.astype(np.int8))
    assert state_features(empty, delay=3_600).shape == (0, len(STATE_FEATURES))
