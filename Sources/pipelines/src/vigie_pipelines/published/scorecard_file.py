"""scorecard.json, evaluated by its definition."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.features import Feature
from vigie_pipelines.errors import PipelineError


@dataclass(frozen=True)
class ScorecardFile:
    """log_odds = intercept + Σ coefficient · woe(x)."""

    document: dict[str, Any]
    features: tuple[Feature, ...]

    @staticmethod
    def open(file: Path, features: tuple[Feature, ...]) -> "ScorecardFile":
        """Reads the file; PipelineError when it is not of this format or of other features."""
        document = json.loads(file.read_text(encoding="utf-8"))
        if (document.get("format"), document.get("formatVersion")) != ("vigie-scorecard", 1):
            raise PipelineError(f"{file} is no vigie-scorecard of version 1")
        if [e["name"] for e in document["features"]] != [f.name for f in features]:
            raise PipelineError(f"{file} has other features than the manifest")
        return ScorecardFile(document, features)

    def _terms(self, rows: Floats) -> Floats:
        return np.column_stack(
            [
                entry["coefficient"] * _weights(entry, feature, column)
                for entry, feature, column in zip(
                    self.document["features"], self.features, rows.T, strict=True
                )
            ]
        )

    def cuts(self, name: str) -> list[float]:
        """The edges of a feature's bins."""
        return next(e.get("edges", []) for e in self.document["features"] if e["name"] == name)

    def log_odds(self, rows: Floats) -> Floats:
        """Of default, uncalibrated."""
        return self.document["intercept"] + self._terms(rows).sum(axis=1)

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """contribution = coefficient · (woe(x) - meanWoe)."""
        means = np.array([e["coefficient"] * e["meanWoe"] for e in self.document["features"]])
        return float(self.document["intercept"] + means.sum()), self._terms(rows) - means


def _weights(entry: dict[str, Any], feature: Feature, column: Floats) -> Floats:
    missing = np.isnan(column)
    if entry["missingWoe"] is None and missing.any():
        raise PipelineError(f"{feature.name} must not be missing")
    if "categories" in entry:
        table = [entry["categories"].get(name, entry["otherWoe"]) for name in feature.categories]
        bins = np.where(missing, 0, column).astype(np.intp)
    else:
        table = entry["woe"]
        bins = np.searchsorted(entry["edges"], column, side="right")
        bins[missing] = 0
    return np.where(missing, entry["missingWoe"] or 0.0, np.array(table)[bins])
