"""A small autoencoder: what it cannot put together again is unlike what it has learnt from.

It works on standardised features, cut off at CLIP standard deviations: without that, a few extreme
rows would be all that it learns. What the pod loads takes and gives standardised features too; the
pipeline that asks it standardises first, so that both are one version of one thing.
"""

import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from vigie_pipelines.anomaly.dense_graph import dense_graph
from vigie_pipelines.arrays import Floats

CLIP = 5.0
_DEVIATION_MIN = 1e-9


@dataclass
class Autoencoder:
    """Layers of rectified units, narrowest in the middle."""

    hidden: tuple[int, ...]
    seed: int
    epochs: int = 12
    flavor = "onnx"
    library = f"scikit-learn {sklearn.__version__}"
    mean: Floats = field(default_factory=lambda: np.zeros(0))
    deviation: Floats = field(default_factory=lambda: np.ones(0))

    def fit(self, rows: Floats) -> None:
        """Learns to repeat the rows."""
        self.mean = rows.mean(axis=0)
        self.deviation = np.maximum(rows.std(axis=0), _DEVIATION_MIN)
        standard = self.standardise(rows)
        self.network = MLPRegressor(
            hidden_layer_sizes=self.hidden,
            random_state=self.seed,
            max_iter=self.epochs,
            batch_size=256,
            learning_rate_init=3e-3,
            tol=0,
        )
        with warnings.catch_warnings():
            # So many epochs and no more is what is wanted.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.network.fit(standard, standard)

    def standardise(self, rows: Floats) -> Floats:
        """Standard deviations from the mean, at most CLIP."""
        return np.clip((rows - self.mean) / self.deviation, -CLIP, CLIP)

    def errors(self, rows: Floats) -> Floats:
        """Mean squared error over the standardised features, one a row."""
        standard = self.standardise(rows)
        return ((self.network.predict(standard) - standard) ** 2).mean(axis=1)

    def write(self, folder: Path) -> str:
        """Writes model.onnx: `input` to `output`, both standardised, [N, F] float32."""
        graph = dense_graph(self.network.coefs_, self.network.intercepts_)
        (folder / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
        return "model.onnx"


def hidden_for(features: int) -> tuple[int, int, int]:
    """Layers for so many features: the middle is about a sixth, as 3 is of 19."""
    middle = max(1, round(features / 6))
    outer = max(2, round(features * 0.42))
    return outer, middle, outer
