"""The handbook's fifteen features of a transaction, with the label delay as a parameter.

Chapter 3, "Baseline feature transformation": the amount, two flags of the time, count and mean
amount of the customer's last 1, 7 and 30 days (the current transaction with them), count and share
of frauds of the terminal's 1, 7 and 30 days that end `delay` before the transaction, because a
fraud is not known for one until somebody has complained. The handbook's delay is 7 days.
"""

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.features import Feature
from vigie_pipelines.fraud.transactions import SECONDS_A_DAY, Transactions
from vigie_pipelines.fraud.windows import Grouped
from vigie_pipelines.fraud.world import START

WINDOWS_DAYS = (1, 7, 30)
PUBLISHED_DELAY = 7 * SECONDS_A_DAY
NIGHT_LAST_HOUR = 6

_AMOUNT_MAX = 100_000.0
_COUNT_MAX = 1_000_000.0

_NOW = (
    Feature(
        name="amount",
        kind="number",
        unit="currency units",
        description="What is to be paid",
        minimum=0,
        maximum=_AMOUNT_MAX,
        code="F01",
        reason="The amount is unusually high",
    ),
    Feature(
        name="weekend",
        kind="boolean",
        description="Saturday or Sunday",
        code="F02",
        reason="The day of the week is unusual",
    ),
    Feature(
        name="night",
        kind="boolean",
        description="Between 0:00 and 6:59",
        code="F03",
        reason="The time of day is unusual",
    ),
)


def _plural(days: int) -> str:
    return "day" if days == 1 else f"{days} days"


def _customer_features(days: int) -> tuple[Feature, Feature]:
    return (
        Feature(
            name=f"customer_count_{days}d",
            kind="integer",
            unit="transactions",
            description=f"The customer's in the last {_plural(days)}, this one included",
            minimum=1,
            maximum=_COUNT_MAX,
            code="F04",
            reason="The card is used unusually often",
        ),
        Feature(
            name=f"customer_amount_{days}d",
            kind="number",
            unit="currency units",
            description=f"The customer's mean amount in the last {_plural(days)}, this one "
            "included",
            minimum=0,
            maximum=_AMOUNT_MAX,
            code="F05",
            reason="The amount does not fit what the customer usually pays",
        ),
    )


def _terminal_features(days: int) -> tuple[Feature, Feature]:
    return (
        Feature(
            name=f"terminal_count_{days}d",
            kind="integer",
            unit="transactions",
            description=f"The terminal's in {_plural(days)} up to the label delay",
            minimum=0,
            maximum=_COUNT_MAX,
            code="F06",
            reason="The terminal is used unusually often",
        ),
        Feature(
            name=f"terminal_risk_{days}d",
            kind="number",
            unit="share",
            description=f"The share of known frauds among the terminal's in {_plural(days)} up to "
            "the label delay",
            minimum=0,
            maximum=1,
            code="F07",
            reason="Frauds were reported at this terminal",
        ),
    )


FEATURES: tuple[Feature, ...] = (
    *_NOW,
    *(feature for days in WINDOWS_DAYS for feature in _customer_features(days)),
    *(feature for days in WINDOWS_DAYS for feature in _terminal_features(days)),
)


def features(data: Transactions, *, delay: int = PUBLISHED_DELAY) -> Floats:
    """Rows × FEATURES; `delay` in seconds from a transaction to its label.

    With a delay of 0 the labels of all transactions before the current one are known.
    """
    # 1970-01-01 was a Thursday; Monday is 0.
    weekday = (data.day + START.astype("datetime64[D]").astype(int) + 3) % 7
    hour = data.seconds % SECONDS_A_DAY // 3_600
    columns = [data.cents / 100, weekday >= 5, hour <= NIGHT_LAST_HOUR]
    columns += _customer_columns(data) + _terminal_columns(data, delay)
    return np.column_stack(columns).astype(np.float64)


def _customer_columns(data: Transactions) -> list[Floats]:
    rows = Grouped(data.customer, data.seconds, WINDOWS_DAYS[-1] * SECONDS_A_DAY)
    cents = rows.cumulative(data.cents)
    columns = []
    for days in WINDOWS_DAYS:
        window = rows.until_now(days * SECONDS_A_DAY)
        columns.append(rows.back(window.count))
        columns.append(rows.back(window.sum(cents) / window.count / 100))
    return columns


def _terminal_columns(data: Transactions, delay: int) -> list[Floats]:
    rows = Grouped(data.terminal, data.seconds, WINDOWS_DAYS[-1] * SECONDS_A_DAY + delay)
    frauds = rows.cumulative(data.fraud)
    columns = []
    for days in WINDOWS_DAYS:
        window = rows.known(days * SECONDS_A_DAY, delay)
        columns.append(rows.back(window.count))
        # No transaction there, no risk known.
        columns.append(rows.back(window.sum(frauds) / np.maximum(window.count, 1)))
    return columns
