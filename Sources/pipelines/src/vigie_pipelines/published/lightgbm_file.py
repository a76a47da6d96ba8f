"""A LightGBM model file, scored by LightGBM."""

import re
from pathlib import Path

import lightgbm
import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.features import Feature
from vigie_pipelines.errors import PipelineError


class LightGBMFile:
    """Scores a binary classifier by the library that trained it."""

    def __init__(self, file: Path, features: tuple[Feature, ...]) -> None:
        """Reads the file; PipelineError when its features are not the manifest's."""
        self._booster = lightgbm.Booster(model_file=str(file))
        # LightGBM writes spaces of names as underscores.
        names = [re.sub(r"\s", "_", feature.name) for feature in features]
        if self._booster.feature_name() != names:
            raise PipelineError(f"{file} has other features than the manifest")
        objective = self._booster.params.get("objective", "")
        if objective != "binary":
            raise PipelineError(f"{file}: objective {objective!r} has no log-odds")
        # The raw score times this is the log-odds.
        self._slope = float(self._booster.params.get("sigmoid", 1))
        self._names = names

    def log_odds(self, rows: Floats) -> Floats:
        """Of default, uncalibrated."""
        raw = self._booster.predict(rows, raw_score=True, num_threads=1)
        return np.asarray(raw, np.float64) * self._slope

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """LightGBM's own TreeSHAP."""
        values = np.asarray(self._booster.predict(rows, pred_contrib=True, num_threads=1))
        return float(values[0, -1]) * self._slope, values[:, :-1] * self._slope

    def cuts(self, name: str) -> list[float]:
        """The thresholds of a feature's splits."""
        trees = self._booster.trees_to_dataframe()
        split = (trees["split_feature"] == re.sub(r"\s", "_", name)) & (
            trees["decision_type"] == "<="
        )
        return sorted(set(trees.loc[split, "threshold"].astype(float).tolist()))
