"""What every trainable model can do."""

from pathlib import Path
from typing import Protocol

from vigie_pipelines.arrays import Floats, Labels


class Model(Protocol):
    """A model of the log-odds of default over rows in the engine's row semantics."""

    flavor: str
    """The manifest's: "scorecard", "xgboost" or "onnx"."""
    library: str
    """The manifest's training.library: "xgboost 3.2.0"."""

    def fit(self, rows: Floats, labels: Labels) -> None:
        """Trains from scratch; the same rows and seed give the same model."""

    def log_odds(self, rows: Floats) -> Floats:
        """Of default, uncalibrated, one a row."""

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """The base value and rows × features contributions; they add up to the log-odds."""

    def write(self, folder: Path) -> str:
        """Writes the payload into a folder; the model file's name."""

    def explanation(self) -> dict[str, object] | None:
        """The manifest's `explanation`, when the file alone does not explain itself."""
