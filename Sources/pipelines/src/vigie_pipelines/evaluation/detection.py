"""Figures of a detector that raises alerts on few rows: at a false-positive rate, at a budget."""

import math

import numpy as np

from vigie_pipelines.arrays import Floats, Labels

_NORMAL_95 = 1.959963984540054
"""The normal distribution's 97.5 % quantile."""


def threshold_at_rate(score: Floats, labels: Labels, rate: float) -> float:
    """The least threshold with at most `rate` of the good rows strictly above it."""
    good = np.sort(score[labels == 0])[::-1]
    return float(good[min(int(rate * len(good)), len(good) - 1)])


def recall_at_rate(score: Floats, labels: Labels, rate: float) -> float:
    """The share of bad rows found when at most `rate` of the good ones are reported."""
    return float((score[labels == 1] > threshold_at_rate(score, labels, rate)).mean())


def threshold_at_recall(score: Floats, labels: Labels, recall: float) -> float:
    """The greatest threshold from which on at least `recall` of the bad rows lie."""
    bad = np.sort(score[labels == 1])[::-1]
    return float(bad[min(math.ceil(recall * len(bad)), len(bad)) - 1])


def rate_at_recall(score: Floats, labels: Labels, recall: float) -> float:
    """The share of good rows reported when `recall` of the bad ones are found."""
    return float((score[labels == 0] >= threshold_at_recall(score, labels, recall)).mean())


def precision_at(score: Floats, labels: Labels, count: int) -> float:
    """The share of bad rows among the `count` highest scores; equal scores in the rows' order."""
    first = np.argsort(-score, kind="stable")[:count]
    return float(labels[first].mean())


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share: Wilson, JASA 22 (1927)."""
    if trials == 0:
        return 0.0, 1.0
    share, z2 = hits / trials, _NORMAL_95**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2)) * _NORMAL_95
    half /= 1 + z2 / trials
    return max(0.0, middle - half), min(1.0, middle + half)
