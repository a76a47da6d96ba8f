"""Isolation forest and autoencoder together: the more alarmed of the two speaks."""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import IsolationForest

from vigie_pipelines.anomaly.autoencoder import CLIP, Autoencoder, hidden_for
from vigie_pipelines.anomaly.level import Level
from vigie_pipelines.arrays import Floats, Indices

REFERENCE_ROWS_MAX = 200_000


@dataclass(frozen=True, kw_only=True)
class ForestSize:
    """scikit-learn's defaults, which published figures are measured with."""

    trees: int = 100
    rows: int = 256
    """Drawn for each tree."""


def isolation_forest(rows: Floats, size: ForestSize, seed: int) -> IsolationForest:
    """Liu, Ting, Zhou, Isolation forest (2008); trained without labels."""
    forest = IsolationForest(
        n_estimators=size.trees,
        max_samples=min(size.rows, len(rows)),
        random_state=seed,
        n_jobs=1,
    )
    return forest.fit(rows)


def forest_scores(forest: IsolationForest, rows: Floats) -> Floats:
    """2^(-E[h(x)] / c(n)), in (0, 1): the higher, the more anomalous."""
    return -forest.score_samples(rows)


@dataclass(frozen=True)
class Detector:
    """Both models, and each one's level."""

    forest: IsolationForest
    autoencoder: Autoencoder
    numbers: Indices
    """The columns that the autoencoder sees: yes and no have no standard deviation to speak of."""
    forest_level: Level
    error_level: Level

    @staticmethod
    def train(
        rows: Floats,
        *,
        size: ForestSize,
        epochs: int,
        seed: int,
        numbers: Indices | None = None,
    ) -> "Detector":
        """Without labels; levels are of the training rows themselves; `numbers`: all columns."""
        if numbers is None:
            numbers = np.arange(rows.shape[1])
        forest = isolation_forest(rows, size, seed)
        autoencoder = Autoencoder(hidden_for(len(numbers)), seed, epochs)
        autoencoder.fit(rows[:, numbers])
        draw = np.random.default_rng(seed)
        few = (
            rows
            if len(rows) <= REFERENCE_ROWS_MAX
            else draw.choice(rows, REFERENCE_ROWS_MAX, replace=False)
        )
        # Both sides of the error's difference are within CLIP, save an output that overshoots.
        return Detector(
            forest,
            autoencoder,
            numbers,
            Level.of(forest_scores(forest, few), 1.0),
            Level.of(autoencoder.errors(few[:, numbers]), (2 * CLIP) ** 2),
        )

    def errors(self, rows: Floats) -> Floats:
        """The autoencoder's, of whole rows."""
        return self.autoencoder.errors(rows[:, self.numbers])

    def levels(self, rows: Floats) -> tuple[Floats, Floats, Floats]:
        """Of the forest, of the autoencoder, and the greater of the two."""
        forest = self.forest_level(forest_scores(self.forest, rows))
        error = self.error_level(self.errors(rows))
        return forest, error, np.maximum(forest, error)
