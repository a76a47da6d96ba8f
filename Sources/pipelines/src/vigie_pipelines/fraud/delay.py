"""What a label's age costs: recall at fixed false-positive rates, by label delay.

Most of the simulator's frauds happen at compromised terminals with ordinary amounts: only a fraud
already known there gives them away, so recall is a matter of how soon labels come in.
"""

from dataclasses import dataclass

from sklearn.metrics import average_precision_score, roc_auc_score

from vigie_pipelines.evaluation.detection import rate_at_recall, recall_at_rate
from vigie_pipelines.fraud.protocol import Protocol
from vigie_pipelines.fraud.served import boosting
from vigie_pipelines.fraud.state import STATE_FEATURES, state_features
from vigie_pipelines.fraud.transactions import SECONDS_A_DAY, Transactions
from vigie_pipelines.models.boosted import BoostedTrees

DELAYS = {
    "0": 0,
    "1 h": 3_600,
    "1 d": SECONDS_A_DAY,
    "2 d": 2 * SECONDS_A_DAY,
    "3 d": 3 * SECONDS_A_DAY,
    "7 d": 7 * SECONDS_A_DAY,
}
RATES = (0.001, 0.005, 0.01, 0.05)
RECALL_GOAL = 0.95
DEPTH = 6


@dataclass(frozen=True)
class DelayPoint:
    """One row of the curve, measured on the test days."""

    recall: tuple[float, ...]
    """At each of RATES."""
    rate_at_goal: float
    """The false-positive rate at which RECALL_GOAL of the frauds are found."""
    auc: float
    average_precision: float


def measure_delay(
    data: Transactions, delay: int, protocol: Protocol, *, trees: int, seed: int
) -> DelayPoint:
    """Trains and measures with labels `delay` seconds old; the protocol says on which days."""
    rows, labels = state_features(data, delay=delay), data.fraud
    train, test = protocol.split(data)
    model = BoostedTrees(STATE_FEATURES, boosting(trees, DEPTH), seed=seed)
    model.fit(rows[train], labels[train])
    score, truth = model.log_odds(rows[test]), labels[test]
    return DelayPoint(
        tuple(recall_at_rate(score, truth, rate) for rate in RATES),
        rate_at_recall(score, truth, RECALL_GOAL),
        float(roc_auc_score(truth, score)),
        float(average_precision_score(truth, score)),
    )
