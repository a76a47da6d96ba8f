"""From a recipe to a published version."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sklearn.metrics import roc_auc_score

from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.evaluation.calibration import Method
from vigie_pipelines.evaluation.crossval import cross_validate
from vigie_pipelines.evaluation.evaluation import Evaluation, evaluate
from vigie_pipelines.models.model import Model
from vigie_pipelines.recipes.recipe import Recipe
from vigie_pipelines.registry.draft import draft
from vigie_pipelines.registry.publish import publish
from vigie_pipelines.registry.reference import reference
from vigie_pipelines.registry.scale import ScorecardScale


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
        explanation = self.model.explanation()
        return draft(
            namespace=self.recipe.namespace,
            description=self.recipe.description,
            flavor=self.model.flavor,
            dataset=self.dataset,
            library=self.model.library,
            seed=self.seed,
            metrics={**self.evaluation.metrics, "auc_training": self.auc_training},
            reference=reference(self.dataset, self.evaluation.probability),
            calibration=self.evaluation.calibration.manifest(),
            scorecard=ScorecardScale().manifest(),
            decision=self.recipe.rule.manifest(),
            **({"explanation": explanation} if explanation else {}),
        )

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
