"""The fraud model that a pod serves: trained, calibrated and measured on days in that order."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from vigie_pipelines.arrays import Floats, Indices
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.evaluation.calibration import Calibration, fit_calibration
from vigie_pipelines.evaluation.detection import (
    recall_at_rate,
    threshold_at_recall,
    wilson,
)
from vigie_pipelines.evaluation.metrics import calibration_error
from vigie_pipelines.fraud.state import STATE_FEATURES, state_features
from vigie_pipelines.fraud.transactions import Transactions
from vigie_pipelines.models.boosted import BoostedTrees, Boosting
from vigie_pipelines.registry.draft import draft
from vigie_pipelines.registry.reference import reference

DELAY = 3_600
"""Labels are fed back within an hour: what the operating point needs (see `delay.py`)."""
RECALL_GOAL = 0.965
"""On the calibration days: enough above 0.95 that days to come keep that too."""
PRECISION_GOAL = 0.9
"""Of the transactions that are declined without a person looking, on the calibration days."""


@dataclass(frozen=True, kw_only=True)
class Periods:
    """Days, counted from the first: `train_from` to `calibrate_from`, to `test_from`, to the end.

    All cards are kept: a card known to be stolen still pays until somebody blocks it.
    """

    train_from: int = 71
    calibrate_from: int = 141
    test_from: int = 155

    def rows(self, data: Transactions) -> tuple[Indices, Indices, Indices]:
        """The rows of the three periods."""
        day = data.day
        of = np.digitize(day, [self.train_from, self.calibrate_from, self.test_from])
        return np.flatnonzero(of == 1), np.flatnonzero(of == 2), np.flatnonzero(of == 3)


def boosting(trees: int, depth: int) -> Boosting:
    """Frauds are few but many alike: no sampling, small leaves."""
    return Boosting(
        trees=trees, depth=depth, rate=0.1, row_share=1, column_share=1, child_weight_min=5, l2=1
    )


@dataclass(frozen=True)
class FraudModel:
    """A trained model with what was measured of it on the test days."""

    model: BoostedTrees
    training: Dataset
    calibration: Calibration
    refer_from: float
    """The calibrated probability from which on a transaction is an alert: RECALL_GOAL."""
    decline_from: float
    """… from which on it is declined: PRECISION_GOAL."""
    metrics: dict[str, float]
    probability: Floats
    """Calibrated, of the test rows: what production's scores will look like."""
    test: Dataset
    seed: int


def train_served(
    data: Transactions, source: str, *, seed: int, trees: int, depth: int, periods: Periods
) -> FraudModel:
    """`source`: where the transactions come from, for the manifest."""
    whole = Dataset(
        key="fraud",
        title="Fraud Detection Handbook simulator, 19 features",
        source=source,
        licence="simulated: free",
        features=STATE_FEATURES,
        rows=state_features(data, delay=DELAY),
        labels=data.fraud,
        notes=(
            f"days {periods.train_from} to {periods.calibrate_from - 1} train, to "
            f"{periods.test_from - 1} calibrate, the rest test",
            f"labels are known after {DELAY} seconds",
        ),
    )
    train, calibrate, test = (whole.take(rows) for rows in periods.rows(data))
    model = BoostedTrees(STATE_FEATURES, boosting(trees, depth), seed=seed)
    model.fit(train.rows, train.labels)
    raw = model.log_odds(calibrate.rows)
    calibration = fit_calibration("platt", raw, calibrate.labels)
    known = calibration.apply(raw)
    refer_from = _down(threshold_at_recall(known, calibrate.labels, RECALL_GOAL))
    decline_from = max(refer_from, _precise_from(known, calibrate))
    probability = calibration.apply(model.log_odds(test.rows))
    metrics = _metrics(probability, test, refer_from, decline_from)
    raw_train = model.log_odds(train.rows)
    metrics["auc_training"] = float(roc_auc_score(train.labels, raw_train))
    return FraudModel(
        model, train, calibration, refer_from, decline_from, metrics, probability, test, seed
    )


def _down(probability: float) -> float:
    """Four significant digits, never above: a threshold that a person can read and repeat."""
    step = 10.0 ** (np.floor(np.log10(probability)) - 3)
    return float(f"{np.floor(probability / step) * step:.4g}")


def _precise_from(probability: Floats, data: Dataset) -> float:
    """The least threshold with at least PRECISION_GOAL of frauds from it on."""
    order = np.argsort(-probability, kind="stable")
    precision = np.cumsum(data.labels[order], dtype=np.int64) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= PRECISION_GOAL)
    return float(f"{probability[order[enough[-1]]]:.4g}") if len(enough) else 1.0


def _metrics(probability: Floats, test: Dataset, refer: float, decline: float) -> dict[str, float]:
    labels = test.labels
    alerts, declined = probability >= refer, probability >= decline
    low, high = wilson(int(labels[declined].sum()), int(declined.sum()))
    found = wilson(int(labels[alerts].sum()), int(labels.sum()))
    return {
        "auc": float(roc_auc_score(labels, probability)),
        "average_precision": float(average_precision_score(labels, probability)),
        **{
            f"recall_at_fpr_{rate:g}": recall_at_rate(probability, labels, rate)
            for rate in (0.001, 0.005, 0.01, 0.05)
        },
        "alert_recall": float(alerts[labels == 1].mean()),
        "alert_recall_low": found[0],
        "alert_recall_high": found[1],
        "alert_fpr": float(alerts[labels == 0].mean()),
        "alert_precision": float(labels[alerts].mean()) if alerts.any() else 0.0,
        "decline_recall": float(declined[labels == 1].mean()),
        "decline_precision": float(labels[declined].mean()) if declined.any() else 0.0,
        "decline_precision_low": low,
        "decline_precision_high": high,
        "ece": calibration_error(probability, labels, equal_mass=False),
        "bad_rate": float(labels.mean()),
    }


def manifest_of(fraud: FraudModel) -> dict[str, object]:
    """The manifest, without what depends on where it is published."""
    return draft(
        namespace="fraud",
        description="Card fraud: probability that a transaction is one. Gradient-boosted trees on "
        "the Fraud Detection Handbook's 15 features and 4 more, labels known after an hour. "
        "TRAINED ON SIMULATED TRANSACTIONS.",
        flavor=fraud.model.flavor,
        dataset=fraud.training,
        library=fraud.model.library,
        seed=fraud.seed,
        metrics=fraud.metrics,
        reference=reference(fraud.test, fraud.probability),
        calibration=fraud.calibration.manifest(),
        decision={
            "approveBelow": fraud.refer_from,
            "declineFrom": fraud.decline_from,
            "rule": f"refer from a recall of {RECALL_GOAL:.1%} on, decline from a precision of "
            f"{PRECISION_GOAL:.0%} on, both of the calibration days",
        },
    )
