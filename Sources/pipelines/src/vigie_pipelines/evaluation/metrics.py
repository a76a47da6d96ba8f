"""Figures of merit of probabilities against what happened."""

import numpy as np
from sklearn.metrics import f1_score, precision_recall_curve

from vigie_pipelines.arrays import Floats, Labels

ECE_BINS = 10


def calibration_error(probability: Floats, labels: Labels, *, equal_mass: bool) -> float:
    """Expected calibration error over ECE_BINS bins: mean |observed - predicted|, by rows.

    Bins are [0, 0.1), … (Naeini et al. 2015), or, with `equal_mass`, hold the same number of rows
    each, which is the harder test where most probabilities are small.
    """
    if equal_mass:
        order = np.argsort(np.argsort(probability, kind="stable"), kind="stable")
        bins = order * ECE_BINS // len(probability)
    else:
        bins = np.minimum((probability * ECE_BINS).astype(int), ECE_BINS - 1)
    predicted = np.bincount(bins, weights=probability, minlength=ECE_BINS)
    observed = np.bincount(bins, weights=labels, minlength=ECE_BINS)
    return float(np.abs(predicted - observed).sum() / len(labels))


def kolmogorov_smirnov(score: Floats, labels: Labels) -> float:
    """The greatest distance between the score's distributions of bad and good rows."""
    order = np.argsort(score, kind="stable")
    bad = np.cumsum(labels[order]) / labels.sum()
    good = np.cumsum(1 - labels[order]) / (1 - labels).sum()
    # Only where the score changes: rows with the same score cannot be told apart.
    last = np.append(np.diff(score[order]) > 0, True)
    return float(np.abs(bad - good)[last].max())


def best_f1_threshold(probability: Floats, labels: Labels) -> float:
    """The probability from which on "bad" gives the highest F1 of the bad class."""
    precision, recall, thresholds = precision_recall_curve(labels, probability)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(thresholds[np.argmax(f1[:-1])])


def cross_fitted_f1(probability: Floats, labels: Labels, folds: Labels) -> tuple[float, float]:
    """F1 of the bad class and macro F1, each fold's threshold chosen on the other folds."""
    bad = np.zeros(len(labels), dtype=np.int8)
    for fold in np.unique(folds):
        own = folds == fold
        bad[own] = probability[own] >= best_f1_threshold(probability[~own], labels[~own])
    return float(f1_score(labels, bad)), float(f1_score(labels, bad, average="macro"))
