"""What a detector is worth to people who look at its alerts."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.evaluation.detection import precision_at, wilson

PRECISION_CLAIM = 0.9
RATE_CLAIM = 0.1


@dataclass(frozen=True)
class Ranking:
    """How well scores rank."""

    auc: float
    average_precision: float
    precision_at_n: float
    """At as many alerts as there are anomalies."""

    @staticmethod
    def of(score: Floats, labels: Labels) -> "Ranking":
        """Of one score a row."""
        return Ranking(
            float(roc_auc_score(labels, score)),
            float(average_precision_score(labels, score)),
            precision_at(score, labels, int(labels.sum())),
        )


@dataclass(frozen=True)
class Alerts:
    """What happens when all rows from a threshold on are looked at."""

    threshold: float
    count: int
    precision: float
    low: float
    high: float
    """The precision's 95 % interval."""
    recall: float
    false_positive_rate: float

    @property
    def holds(self) -> bool:
        """Whether a precision over 90 % and a false-positive rate under 10 % may be claimed."""
        return self.low > PRECISION_CLAIM and self.false_positive_rate < RATE_CLAIM

    @staticmethod
    def of(score: Floats, labels: Labels, threshold: float) -> "Alerts":
        """All rows that score at least `threshold`."""
        alert = score >= threshold
        hits, count = int(labels[alert].sum()), int(alert.sum())
        low, high = wilson(hits, count)
        return Alerts(
            threshold,
            count,
            hits / count if count else 0.0,
            low,
            high,
            hits / max(int(labels.sum()), 1),
            float(alert[labels == 0].mean()),
        )


def at_budget(score: Floats, labels: Labels, budget: int) -> Alerts:
    """The `budget` highest scores, and those equal to the last of them."""
    return Alerts.of(score, labels, float(np.sort(score)[-budget]))


def precise_threshold(score: Floats, labels: Labels, precision: float) -> float | None:
    """The least threshold whose precision's interval lies above `precision`; None: there is none.

    Ties are taken whole.
    """
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(labels[order], dtype=np.int64)
    last = np.append(np.diff(score[order]) < 0, True)
    for at in np.flatnonzero(last)[::-1]:
        if hits[at] / (at + 1) > precision and wilson(int(hits[at]), int(at) + 1)[0] > precision:
            return float(score[order[at]])
    return None
