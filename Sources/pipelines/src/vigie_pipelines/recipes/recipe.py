"""What it takes to train one model: data, algorithm, costs, words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vigie_pipelines.data.features import Feature
from vigie_pipelines.evaluation.decisions import DecisionRule
from vigie_pipelines.models.model import Model

Algorithm = Literal["lr", "xgboost"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One model on one data set."""

    data: str
    """The data set's key: "gmsc"."""
    algorithm: Algorithm
    model: str
    """The model's name in the registry."""
    namespace: str
    description: str
    make: Callable[[tuple[Feature, ...], int], Model]
    """A new, untrained model from the features and a seed."""
    rule: DecisionRule
    auc_expected: float
    """Cross-validated AUC below this means that something broke; training says so."""
