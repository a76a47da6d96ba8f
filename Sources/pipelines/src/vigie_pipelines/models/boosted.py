"""Gradient-boosted trees by XGBoost."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xgboost

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.data.features import Feature

_TYPES = {"number": "float", "integer": "int", "category": "c", "boolean": "i"}


@dataclass(frozen=True, kw_only=True)
class Boosting:
    """XGBoost's parameters that the recipes vary; its documentation says what they mean."""

    trees: int = 300
    depth: int = 4
    rate: float = 0.05
    row_share: float = 0.7
    column_share: float = 0.6
    child_weight_min: float = 20
    l2: float = 5
    category_onehot_max: int = 1
    """Categorical features with fewer categories split one against the rest; 1: always by sets."""


class BoostedTrees:
    """Flavor `xgboost`: model.ubj with feature names and types; categories go in as codes."""

    flavor = "xgboost"
    library = f"xgboost {xgboost.__version__}"

    def __init__(
        self, features: tuple[Feature, ...], boosting: Boosting, *, seed: int, threads: int = 1
    ) -> None:
        """Monotone constraints are the features'. The model is the same for any `threads`."""
        self.features = features
        self.boosting = boosting
        self.seed = seed
        self.threads = threads
        self.booster: xgboost.Booster | None = None

    def _matrix(self, rows: Floats, labels: Labels | None = None) -> xgboost.DMatrix:
        return xgboost.DMatrix(
            rows,
            label=labels,
            feature_names=[feature.name for feature in self.features],
            feature_types=[_TYPES[feature.kind] for feature in self.features],
            enable_categorical=True,
        )

    def fit(self, rows: Floats, labels: Labels) -> None:
        """Trains; the seed makes row and column sampling repeatable."""
        own = self.boosting
        parameters = {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": own.depth,
            "learning_rate": own.rate,
            "subsample": own.row_share,
            "colsample_bytree": own.column_share,
            "min_child_weight": own.child_weight_min,
            "reg_lambda": own.l2,
            "max_cat_to_onehot": own.category_onehot_max,
            "monotone_constraints": {f.name: f.monotone for f in self.features if f.monotone},
            "seed": self.seed,
            "nthread": self.threads,
        }
        self.booster = xgboost.train(parameters, self._matrix(rows, labels), own.trees)

    def _trained(self) -> xgboost.Booster:
        if self.booster is None:
            raise RuntimeError("fit() has not been called")
        return self.booster

    def log_odds(self, rows: Floats) -> Floats:
        """Of default: XGBoost's margin, summed in float32."""
        margin = self._trained().predict(self._matrix(rows), output_margin=True)
        return margin.astype(np.float64)

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """TreeSHAP (Lundberg 2020, algorithm 2) as XGBoost computes it."""
        values = self._trained().predict(self._matrix(rows), pred_contribs=True)
        return float(values[0, -1]), values[:, :-1].astype(np.float64)

    def explanation(self) -> None:
        """Trees explain themselves."""

    def write(self, folder: Path) -> str:
        """Writes model.ubj."""
        self._trained().save_model(folder / "model.ubj")
        return "model.ubj"
