"""From raw log-odds to a probability that can be taken at its word, as the manifest writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from vigie_pipelines.arrays import Floats, Labels

Method = Literal["none", "platt", "isotonic"]

_GROUPS_MAX = 100
_GROUP_ROWS_MIN = 50


@dataclass(frozen=True)
class Calibration:
    """The manifest's `calibration`, and what a pod does with it."""

    method: Method = "none"
    slope: float = 1.0
    intercept: float = 0.0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def apply(self, log_odds: Floats) -> Floats:
        """Probabilities of default."""
        match self.method:
            case "platt":
                return expit(self.slope * log_odds + self.intercept)
            case "isotonic":
                return np.interp(expit(log_odds), self.x, self.y)
            case _:
                return expit(log_odds)

    def manifest(self) -> dict[str, object]:
        """The manifest's object."""
        match self.method:
            case "platt":
                return {"method": "platt", "slope": self.slope, "intercept": self.intercept}
            case "isotonic":
                return {"method": "isotonic", "x": list(self.x), "y": list(self.y)}
            case _:
                return {"method": "none"}

    @staticmethod
    def read(entry: Mapping[str, Any] | None) -> "Calibration":
        """From a manifest's object, valid by the schema; absent is none, unknown keys are left."""
        if entry is None:
            return Calibration()
        return Calibration(
            method=entry["method"],
            slope=entry.get("slope", 1.0),
            intercept=entry.get("intercept", 0.0),
            x=tuple(entry.get("x", ())),
            y=tuple(entry.get("y", ())),
        )


def fit_calibration(method: Method, log_odds: Floats, labels: Labels) -> Calibration:
    """Fits on out-of-fold log-odds: those of the training rows would flatter the model.

    Platt is a logistic regression of the labels on the log-odds (Platt 1999). Isotonic is a non-
    decreasing map of the raw probability (Zadrozny and Elkan 2002), fitted on groups of rows.
    """
    match method:
        case "platt":
            line = LogisticRegression(C=1e6, tol=1e-10).fit(log_odds[:, None], labels)
            return Calibration("platt", float(line.coef_[0, 0]), float(line.intercept_[0]))
        case "isotonic":
            return _fit_isotonic(expit(log_odds), labels)
        case _:
            return Calibration()


def _fit_isotonic(raw: Floats, labels: Labels) -> Calibration:
    """Isotonic regression over equal-mass groups of rows, interpolated between their means.

    Row by row, the steps at both ends would rest on a handful of rows and promise a default of
    almost nothing; a group's rate, with half a good and half a bad row added, does not.
    """
    count = int(np.clip(len(raw) // _GROUP_ROWS_MIN, 2, _GROUPS_MAX))
    order = np.argsort(raw, kind="stable")
    groups = np.array_split(order, count)
    x = np.array([raw[group].mean() for group in groups])
    rate = np.array([(labels[group].sum() + 0.5) / (len(group) + 1) for group in groups])
    size = np.array([len(group) for group in groups], dtype=np.float64)
    # Groups of the same score (a coarse card has many ties) are one knot, or the map would jump.
    knots, own = np.unique(x, return_inverse=True)
    mass = np.bincount(own, weights=size)
    merged = np.bincount(own, weights=rate * size) / mass
    y = IsotonicRegression().fit_transform(knots, merged, sample_weight=mass)
    return Calibration("isotonic", x=tuple(knots.tolist()), y=tuple(y.tolist()))


def cross_fitted(method: Method, log_odds: Floats, labels: Labels, folds: Labels) -> Floats:
    """Probabilities of which each was calibrated on the other folds only: an honest measure."""
    result = np.empty(len(labels))
    for fold in np.unique(folds):
        own = folds == fold
        result[own] = fit_calibration(method, log_odds[~own], labels[~own]).apply(log_odds[own])
    return result
