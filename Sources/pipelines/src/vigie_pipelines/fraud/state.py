"""Four features more than the handbook's: what a scoring service knows besides sliding means.

The handbook's terminal risk over a day forgets a compromised terminal that is used once a day, and
its mean amounts hold the very amount that they should be compared with.
"""

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.features import Feature
from vigie_pipelines.fraud.features import FEATURES, features
from vigie_pipelines.fraud.scenarios import CUSTOMER_DAYS, TERMINAL_DAYS
from vigie_pipelines.fraud.transactions import SECONDS_A_DAY, Transactions
from vigie_pipelines.fraud.windows import Grouped

_MEAN_DAYS = 30

STATE_FEATURES: tuple[Feature, ...] = (
    *FEATURES,
    Feature(
        name=f"terminal_frauds_{TERMINAL_DAYS}d",
        kind="integer",
        unit="transactions",
        description=f"Known frauds at the terminal in {TERMINAL_DAYS} days up to the label delay",
        minimum=0,
        maximum=1_000_000,
        code="F07",
        reason="Frauds were reported at this terminal",
    ),
    Feature(
        name="terminal_last_was_fraud",
        kind="boolean",
        description="The terminal's latest transaction whose label is known was a fraud",
        code="F07",
        reason="Frauds were reported at this terminal",
    ),
    Feature(
        name=f"customer_frauds_{CUSTOMER_DAYS}d",
        kind="integer",
        unit="transactions",
        description=f"Known frauds with the customer's card in {CUSTOMER_DAYS} days up to the "
        "label delay",
        minimum=0,
        maximum=1_000_000,
        code="F08",
        reason="Frauds were reported with this card",
    ),
    Feature(
        name="amount_ratio",
        kind="number",
        unit="ratio",
        description=f"The amount over the mean of the customer's others in {_MEAN_DAYS} days; 1 "
        "when there are none; means under one unit count as one",
        minimum=0,
        maximum=1e9,
        code="F05",
        reason="The amount does not fit what the customer usually pays",
    ),
)


def state_features(data: Transactions, *, delay: int) -> Floats:
    """Rows × STATE_FEATURES; `delay` in seconds from a transaction to its label."""
    more = [*_terminal_columns(data, delay), *_customer_columns(data, delay)]
    return np.column_stack([features(data, delay=delay), *more])


def _terminal_columns(data: Transactions, delay: int) -> list[Floats]:
    rows = Grouped(data.terminal, data.seconds, TERMINAL_DAYS * SECONDS_A_DAY + delay)
    frauds = rows.cumulative(data.fraud)
    window = rows.known(TERMINAL_DAYS * SECONDS_A_DAY, delay)
    before_last = np.maximum(window.high - 1, window.low)
    last = frauds[window.high] - frauds[before_last]
    return [rows.back(window.sum(frauds)), rows.back(last)]


def _customer_columns(data: Transactions, delay: int) -> list[Floats]:
    rows = Grouped(data.customer, data.seconds, _MEAN_DAYS * SECONDS_A_DAY + delay)
    frauds = rows.cumulative(data.fraud)
    known = rows.known(CUSTOMER_DAYS * SECONDS_A_DAY, delay)
    cents = rows.cumulative(data.cents)
    window = rows.until_now(_MEAN_DAYS * SECONDS_A_DAY)
    others = window.count - 1
    own = np.diff(cents)
    mean = np.where(others > 0, (window.sum(cents) - own) / np.maximum(others, 1), own)
    return [rows.back(known.sum(frauds)), rows.back(own / np.maximum(mean, 100))]
