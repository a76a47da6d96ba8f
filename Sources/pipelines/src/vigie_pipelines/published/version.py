"""A published version, ready to score: the registry's folder and nothing else."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.features import Feature
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.evaluation.calibration import Calibration
from vigie_pipelines.evaluation.decisions import decide
from vigie_pipelines.published.onnx_graph import OnnxGraph
from vigie_pipelines.published.scorecard_file import ScorecardFile
from vigie_pipelines.published.xgboost_file import XGBoostFile
from vigie_pipelines.registry.manifest import check
from vigie_pipelines.registry.scale import ScorecardScale

_REASONS_MAX = 4


class Scorer(Protocol):
    """A model file that scores rows in the engine's row semantics."""

    def log_odds(self, rows: Floats) -> Floats:
        """Of default, uncalibrated."""

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """The base value and the contributions; they add up to the log-odds."""

    def cuts(self, name: str) -> list[float]:
        """Where in a feature the score jumps, ascending; empty where it never does."""


@dataclass(frozen=True)
class Scored:
    """What a pod answers for one row."""

    log_odds: float
    probability: float
    points: int | None
    decision: str | None
    base_value: float
    contributions: dict[str, float]
    reasons: list[str]
    """Codes of at most four adverse reasons, the heaviest first."""


@dataclass(frozen=True)
class PublishedVersion:
    """A manifest and its scorer."""

    manifest: dict[str, Any]
    features: tuple[Feature, ...]
    scorer: Scorer

    @staticmethod
    def open(folder: Path) -> "PublishedVersion":
        """Reads and checks a version's folder. Raises PipelineError when it is not valid."""
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        check(manifest)
        if "signature" not in manifest:
            raise PipelineError(f"{folder}: the manifest has no signature to score by")
        features = tuple(_feature(entry, manifest) for entry in manifest["signature"]["features"])
        file = folder / manifest.get("entry", manifest["files"][0]["path"])
        match manifest["flavor"]:
            case "scorecard":
                scorer: Scorer = ScorecardFile.open(file, features)
            case "xgboost":
                scorer = XGBoostFile(file, features)
            case "lightgbm":
                # Only whoever has such a model needs the library.
                from vigie_pipelines.published.lightgbm_file import LightGBMFile

                scorer = LightGBMFile(file, features)
            case "onnx":
                means = manifest.get("explanation", {}).get("meanTerms", {})
                scorer = OnnxGraph(file, features, means)
            case flavor:
                raise PipelineError(f"{folder}: Python does not score the flavor {flavor}")
        return PublishedVersion(manifest, features, scorer)

    def probability(self, rows: Floats) -> Floats:
        """Calibrated probabilities of default."""
        calibration = Calibration.read(self.manifest.get("calibration"))
        return calibration.apply(self.scorer.log_odds(rows))

    def score(self, rows: Floats) -> list[Scored]:
        """Everything a pod answers, row by row."""
        log_odds = self.scorer.log_odds(rows)
        probability = self.probability(rows)
        base, contributions = self.scorer.explain(rows)
        scale = self.manifest.get("scorecard")
        thresholds = self.manifest.get("decision")
        return [
            Scored(
                log_odds=float(log_odds[i]),
                probability=float(probability[i]),
                points=ScorecardScale.read(scale).of(float(probability[i])) if scale else None,
                decision=decide(
                    float(probability[i]), thresholds["approveBelow"], thresholds["declineFrom"]
                )
                if thresholds
                else None,
                base_value=base,
                contributions=dict(
                    zip((f.name for f in self.features), contributions[i].tolist(), strict=True)
                ),
                reasons=self._reasons(contributions[i]),
            )
            for i in range(len(rows))
        ]

    def _reasons(self, contributions: Floats) -> list[str]:
        """Features of the same code are one reason, worth their sum; equals in signature order."""
        total: dict[str, float] = {}
        for feature, value in zip(self.features, contributions, strict=True):
            code = feature.code or feature.name
            total[code] = total.get(code, 0.0) + float(value)
        adverse = [code for code in total if total[code] > 0]
        return sorted(adverse, key=lambda code: -total[code])[:_REASONS_MAX]


def _feature(entry: dict[str, Any], manifest: dict[str, Any]) -> Feature:
    reason = manifest.get("reasons", {}).get(entry["name"], {})
    monotone = entry.get("monotone", {})
    return Feature(
        name=entry["name"],
        kind=entry["kind"],
        description=entry.get("description", ""),
        unit=entry.get("unit", ""),
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        missing=entry.get("missing", "reject"),
        categories=tuple(entry.get("categories", ())),
        code=reason.get("code", ""),
        reason=reason.get("text", ""),
        monotone=monotone.get("sign", 0),
        monotone_because=monotone.get("because", ""),
    )
