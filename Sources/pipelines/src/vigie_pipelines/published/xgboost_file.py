"""An XGBoost model file, scored by XGBoost."""

from pathlib import Path

import numpy as np
import xgboost

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.features import Feature
from vigie_pipelines.errors import PipelineError


class XGBoostFile:
    """Scores by the library that trained it."""

    def __init__(self, file: Path, features: tuple[Feature, ...]) -> None:
        """Reads the file; PipelineError when its features are not the manifest's."""
        self._booster = xgboost.Booster({"nthread": 1}, model_file=file)
        if self._booster.feature_names != [feature.name for feature in features]:
            raise PipelineError(f"{file} has other features than the manifest")

    def _matrix(self, rows: Floats) -> xgboost.DMatrix:
        return xgboost.DMatrix(
            rows,
            feature_names=self._booster.feature_names,
            feature_types=self._booster.feature_types,
            enable_categorical=True,
        )

    def log_odds(self, rows: Floats) -> Floats:
        """Of default, uncalibrated."""
        margin = self._booster.predict(self._matrix(rows), output_margin=True)
        return margin.astype(np.float64)

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """XGBoost's own TreeSHAP."""
        values = self._booster.predict(self._matrix(rows), pred_contribs=True)
        return float(values[0, -1]), values[:, :-1].astype(np.float64)

    def cuts(self, name: str) -> list[float]:
        """The thresholds of a feature's splits, as the float32 values that they are."""
        trees = self._booster.trees_to_dataframe()
        return sorted(set(trees.loc[trees["Feature"] == name, "Split"].dropna().tolist()))
