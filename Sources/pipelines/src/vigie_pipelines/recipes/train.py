"""From a recipe to a published version."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sklearn.metrics import roc_auc_score

from vigie_pipelines import __version__
from vigie_pipelines.data.dataset import Dataset, fingerprint
from vigie_pipelines.evaluation.calibration import Method
from vigie_pipelines.evaluation.crossval import cross_validate
from vigie_pipelines.evaluation.evaluation import Evaluation, evaluate
from vigie_pipelines.models.model import Model
from vigie_pipelines.recipes.recipe import Recipe
from vigie_pipelines.registry.publish import publish
from vigie_pipelines.registry.reference import reference
from vigie_pipelines.registry.scale import ScorecardScale

_METRIC_DIGITS = 6


@dataclass(frozen=True)
class Trained:
    """A model trained on all rows, with what cross-validation said of its like."""

    recipe: Recipe
    dataset: Dataset
    model: Model
    evaluation: Evaluation
    auc_training: float
    """Of the final model on the rows it was trained on: what anybody can reproduce."""
    seed: int

    def manifest(self) -> dict[str, object]:
        """All of the manifest that does not depend on where it is published."""
        data = self.dataset
        explanation = self.model.explanation()
        metrics = {**self.evaluation.metrics, "auc_training": self.auc_training}
        return {
            "namespace": self.recipe.namespace,
            "description": self.recipe.description,
            "created": _now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "author": f"vigie-pipelines {__version__}",
            "flavor": self.model.flavor,
            "signature": {"features": [feature.signature() for feature in data.features]},
            "calibration": self.evaluation.calibration.manifest(),
            "scorecard": ScorecardScale().manifest(),
            "decision": self.recipe.rule.manifest(),
            "reasons": {f.name: {"code": f.code, "text": f.reason} for f in data.features},
            **({"explanation": explanation} if explanation else {}),
            "labels": [],
            "training": {
                "dataset": data.title,
                "source": data.source,
                "licence": data.licence,
                "notes": list(data.notes),
                "rows": len(data),
                "fingerprint": fingerprint(data),
                "library": self.model.library,
                "seed": self.seed,
            },
            "metrics": {name: round(value, _METRIC_DIGITS) for name, value in metrics.items()},
            "reference": reference(data, self.evaluation.probability),
        }

    def publish(self, registry: Path, version: int | None = None) -> Path:
        """Publishes as the next version, or as the given one; the version's folder."""
        return publish(
            registry, self.recipe.model, self.manifest(), self.model.write, version=version
        )


def train(
    recipe: Recipe,
    dataset: Dataset,
    *,
    folds: int,
    seed: int,
    calibration: Literal["auto"] | Method = "auto",
    progress: Callable[[int, float], None] = lambda fold, auc: None,
) -> Trained:
    """Cross-validates, calibrates on out-of-fold scores, then trains on all rows."""

    def make() -> Model:
        return recipe.make(dataset.features, seed)

    validation = cross_validate(dataset, make, folds=folds, seed=seed, progress=progress)
    evaluation = evaluate(validation, dataset.labels, recipe.rule, calibration)
    model = make()
    model.fit(dataset.rows, dataset.labels)
    auc = float(roc_auc_score(dataset.labels, model.log_odds(dataset.rows)))
    return Trained(recipe, dataset, model, evaluation, auc, seed)


def _now() -> datetime:
    """The time, or SOURCE_DATE_EPOCH's, so that a build can be repeated to the byte."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
