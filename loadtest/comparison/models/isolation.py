"""An isolation forest of scikit-learn: as the pipelines write it, and as treelite imports it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from comparison.case import Rows
from comparison.contestants import HOME
from harness.native import module
from harness.places import REPOSITORY

FEATURES = 30
TREES = 200
ROWS_TRAINED = 20_000
ROWS_ASKED = 8_192
SEED = 20261125


@dataclass(frozen=True)
class Isolation:
    """`forest.ubj`, `forest.treelite`, and the same rows as floats and as doubles."""

    folder: Path

    @property
    def forest(self) -> Path:
        return self.folder / "forest.ubj"

    @property
    def treelite(self) -> Path:
        return self.folder / "forest.treelite"

    @property
    def floats(self) -> Rows:
        return Rows(self.folder / "rows.f32", (FEATURES,))

    @property
    def doubles(self) -> Rows:
        return Rows(self.folder / "rows.f64", (FEATURES,), "f64")


def isolation() -> Isolation:
    """Two hundred trees on 256 rows each; made once."""
    made = Isolation(HOME / f"isolation-{TREES}")
    if made.treelite.exists():
        return made
    numpy, ensemble = module("numpy"), module("sklearn.ensemble")
    treelite = module("treelite")
    sys.path.insert(0, str(REPOSITORY / "Sources" / "pipelines" / "src"))
    writer = module("vigie_pipelines.published.forest_file")
    random = numpy.random.default_rng(SEED)
    # Two clouds and some rows far from both.
    rows = random.normal(size=(ROWS_TRAINED, FEATURES)).astype(numpy.float32)
    rows[: ROWS_TRAINED // 3] += 2
    rows[-ROWS_TRAINED // 50 :] *= 4
    forest = ensemble.IsolationForest(n_estimators=TREES, random_state=SEED, n_jobs=1).fit(rows)
    asked = rows[random.permutation(ROWS_TRAINED)[:ROWS_ASKED]]
    asked += random.normal(scale=0.1, size=asked.shape).astype(numpy.float32)
    made.folder.mkdir(parents=True, exist_ok=True)
    asked.tofile(made.floats.path)
    asked.astype(numpy.float64).tofile(made.doubles.path)
    writer.write_forest(forest, made.forest)
    treelite.sklearn.import_model(forest).serialize(str(made.treelite))
    return made
