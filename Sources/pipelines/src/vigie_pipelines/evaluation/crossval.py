"""Stratified k-fold cross-validation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.models.model import Model


@dataclass(frozen=True)
class CrossValidation:
    """What models said of rows that they had not seen."""

    log_odds: Floats
    """Out of fold, one a row."""
    folds: Labels
    """The fold that each row was held out in."""
    fold_auc: tuple[float, ...]


def cross_validate(
    dataset: Dataset,
    make: Callable[[], Model],
    *,
    folds: int,
    seed: int,
    progress: Callable[[int, float], None] = lambda fold, auc: None,
) -> CrossValidation:
    """Trains a new model for each fold; `progress` hears of each fold, from 1, and its AUC.

    Raises PipelineError when a class has fewer rows than there are folds.
    """
    bad = int(dataset.labels.sum())
    for count, what in ((bad, "bad"), (len(dataset) - bad, "good")):
        if count < folds:
            raise PipelineError(
                f"{dataset.title}: {count} {what} rows are too few for {folds} folds, each of "
                "which needs one"
            )
    log_odds = np.empty(len(dataset))
    fold_of = np.empty(len(dataset), dtype=np.int8)
    aucs = []
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for fold, (train, test) in enumerate(split.split(dataset.rows, dataset.labels)):
        model = make()
        model.fit(dataset.rows[train], dataset.labels[train])
        log_odds[test] = model.log_odds(dataset.rows[test])
        fold_of[test] = fold
        aucs.append(float(roc_auc_score(dataset.labels[test], log_odds[test])))
        progress(fold + 1, aucs[-1])
    return CrossValidation(log_odds, fold_of, tuple(aucs))
