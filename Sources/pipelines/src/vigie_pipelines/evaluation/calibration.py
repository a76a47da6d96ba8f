"""From raw log-odds to a probability that can be taken at its word, as the manifest writes it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from vigie_pipelines.arrays import Floats, Labels

Method = Literal["none", "platt", "isotonic"]


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
    def read(entry: dict[str, object] | None) -> "Calibration":
        """From a manifest's object; absent is none."""
        if entry is None:
            return Calibration()
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
        return Calibration(**values)


def fit_calibration(method: Method, log_odds: Floats, labels: Labels) -> Calibration:
    """Fits on out-of-fold log-odds: those of the training rows would flatter the model.

    Platt is a logistic regression of the labels on the log-odds (Platt 1999). Isotonic is scikit-
    learn's IsotonicRegression on the raw probability (Zadrozny and Elkan 2002), held off 0 and 1 by
    half a row, since nobody's default is certain.
    """
    match method:
        case "platt":
            line = LogisticRegression(C=1e6, tol=1e-10).fit(log_odds[:, None], labels)
            return Calibration("platt", float(line.coef_[0, 0]), float(line.intercept_[0]))
        case "isotonic":
            step = IsotonicRegression(out_of_bounds="clip").fit(expit(log_odds), labels)
            edge = 0.5 / len(labels)
            return Calibration(
                "isotonic",
                x=tuple(step.X_thresholds_.tolist()),
                y=tuple(np.clip(step.y_thresholds_, edge, 1 - edge).tolist()),
            )
        case _:
            return Calibration()


def cross_fitted(method: Method, log_odds: Floats, labels: Labels, folds: Labels) -> Floats:
    """Probabilities of which each was calibrated on the other folds only: an honest measure."""
    result = np.empty(len(labels))
    for fold in np.unique(folds):
        own = folds == fold
        result[own] = fit_calibration(method, log_odds[~own], labels[~own]).apply(log_odds[own])
    return result
