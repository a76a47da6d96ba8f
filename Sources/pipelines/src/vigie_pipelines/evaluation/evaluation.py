"""All figures of one trained model, and its calibration."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit
from sklearn.metrics import brier_score_loss, log_loss

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.evaluation.calibration import (
    Calibration,
    Method,
    cross_fitted,
    fit_calibration,
)
from vigie_pipelines.evaluation.crossval import CrossValidation
from vigie_pipelines.evaluation.decisions import DecisionRule
from vigie_pipelines.evaluation.metrics import (
    calibration_error,
    cross_fitted_f1,
    kolmogorov_smirnov,
)

# Isotonic must be this much better in cross-fitted log loss than Platt's smooth, strictly ranking
# curve before its steps (which tie applicants) are worth it.
_ISOTONIC_GAIN_MIN = 5e-4


@dataclass(frozen=True)
class Evaluation:
    """Measured out of fold; calibrated figures are cross-fitted."""

    metrics: dict[str, float]
    calibration: Calibration
    probability: Floats
    """Out of fold and cross-fitted, one a row: what production's scores will look like."""


def choose_method(validation: CrossValidation, labels: Labels) -> Method:
    """Platt, unless isotonic is clearly better on rows it was not fitted on."""
    losses = {
        method: log_loss(
            labels, cross_fitted(method, validation.log_odds, labels, validation.folds)
        )
        for method in ("platt", "isotonic")
    }
    return "isotonic" if losses["isotonic"] < losses["platt"] - _ISOTONIC_GAIN_MIN else "platt"


def evaluate(
    validation: CrossValidation,
    labels: Labels,
    rule: DecisionRule,
    method: Literal["auto"] | Method = "auto",
) -> Evaluation:
    """Chooses and fits the calibration and measures everything that the manifest reports."""
    chosen = choose_method(validation, labels) if method == "auto" else method
    raw = expit(validation.log_odds)
    probability = cross_fitted(chosen, validation.log_odds, labels, validation.folds)
    f1, macro = cross_fitted_f1(probability, labels, validation.folds)
    auc = float(np.mean(validation.fold_auc))
    metrics = {
        "auc": auc,
        "auc_std": float(np.std(validation.fold_auc)),
        "gini": 2 * auc - 1,
        "ks": kolmogorov_smirnov(validation.log_odds, labels),
        "f1": f1,
        "f1_macro": macro,
        "ece": calibration_error(probability, labels, equal_mass=False),
        "ece_equal_mass": calibration_error(probability, labels, equal_mass=True),
        "ece_uncalibrated": calibration_error(raw, labels, equal_mass=False),
        "log_loss": float(log_loss(labels, probability)),
        "brier": float(brier_score_loss(labels, probability)),
        "bad_rate": float(labels.mean()),
        **rule.shares(probability, labels),
    }
    return Evaluation(metrics, fit_calibration(chosen, validation.log_odds, labels), probability)
