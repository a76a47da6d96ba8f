"""Boosted trees of XGBoost on synthetic data, and the same model as ONNX."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from comparison.case import Rows
from comparison.contestants import HOME
from harness import native

FEATURES = 30
ROWS_TRAINED = 20_000
ROWS_ASKED = 8_192
SEED = 20261125


@dataclass(frozen=True)
class Boosted:
    """`model.ubj` and the rows that it is asked about."""

    folder: Path
    rows: Rows

    @property
    def model(self) -> Path:
        return self.folder / "model.ubj"

    def json(self) -> Path:
        """The model in XGBoost's other form."""
        path = self.folder / "model.json"
        if not path.exists():
            booster = native.module("xgboost").Booster()
            booster.load_model(self.model)
            booster.save_model(path)
        return path

    def onnx(self) -> Path:
        """The model as onnxmltools converts it."""
        return native.onnx_model(self.model, FEATURES)


def boosted(trees: int, depth: int = 6) -> Boosted:
    """So many trees, nearly all grown to the full depth; made once."""
    folder = HOME / f"boosted-{trees}x{depth}"
    made = Boosted(folder, Rows(folder / "rows.f32", (FEATURES,)))
    if made.model.exists():
        return made
    numpy, xgboost = native.module("numpy"), native.module("xgboost")
    random = numpy.random.default_rng(SEED)
    rows = random.normal(size=(ROWS_TRAINED, FEATURES)).astype(numpy.float32)
    # A target with interactions, so that trees grow to their full depth everywhere.
    logit = rows @ random.normal(size=FEATURES) * 0.3 + rows[:, 0] * rows[:, 1]
    logit += numpy.sin(2 * rows[:, 2]) * rows[:, 3] + random.logistic(size=ROWS_TRAINED)
    classifier = xgboost.XGBClassifier(
        n_estimators=trees,
        max_depth=depth,
        learning_rate=0.1,
        tree_method="hist",
        random_state=SEED,
        n_jobs=1,
    )
    classifier.fit(rows, (logit > 0).astype(int))
    folder.mkdir(parents=True, exist_ok=True)
    random.normal(size=(ROWS_ASKED, FEATURES)).astype(numpy.float32).tofile(made.rows.path)
    classifier.save_model(made.model)
    return made
