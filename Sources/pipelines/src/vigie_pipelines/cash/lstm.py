"""One LSTM for all ATMs: eight weeks in, two weeks out, in units of the eight weeks' mean.

Keras trains it; the ONNX graph is written from its weights (`lstm_graph`). Its input is FP32
[N, 56, 1], its output FP32 [N, 14].
"""

import os
from pathlib import Path

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.cash.forecaster import WEEK
from vigie_pipelines.cash.lstm_graph import lstm_model
from vigie_pipelines.cash.panel import Panel
from vigie_pipelines.errors import PipelineError

WINDOW, HORIZON = 8 * WEEK, 2 * WEEK

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import keras
except ModuleNotFoundError as error:
    raise PipelineError(
        "Keras is not installed: pip install 'vigie-pipelines[lstm]', or leave the LSTM out with "
        "--models; the demo registry has one that is trained"
    ) from error


class Lstm:
    """A small recurrent network, trained on all ATMs' windows."""

    name = "LSTM"
    library = f"keras {keras.__version__}"

    def __init__(self, seed: int, *, units: int = 32, epochs: int = 12) -> None:
        """The same seed gives the same network, on the same machine."""
        self._seed, self._units, self._epochs = seed, units, epochs
        self._network = None

    def fit(self, panel: Panel, end: int) -> None:
        """On every window of every ATM that ends before `end`."""
        keras.utils.set_random_seed(self._seed)
        values = filled(panel.values[:, :end])
        inputs, targets = [], []
        for start in range(0, end - WINDOW - HORIZON + 1, 2):
            window = values[:, start : start + WINDOW]
            scale = window.mean(axis=1, keepdims=True) + 1e-6
            inputs.append(window / scale)
            targets.append(values[:, start + WINDOW : start + WINDOW + HORIZON] / scale)
        x = np.concatenate(inputs)[:, :, None].astype(np.float32)
        y = np.concatenate(targets).astype(np.float32)
        self._network = keras.Sequential(
            [keras.Input((WINDOW, 1)), keras.layers.LSTM(self._units), keras.layers.Dense(HORIZON)]
        )
        self._network.compile(keras.optimizers.Adam(3e-3), loss="mae")
        self._network.fit(x, y, epochs=self._epochs, batch_size=64, verbose=0)

    def forecast(self, panel: Panel, origin: int, horizon: int) -> Floats:
        """Two weeks at once; further ones from the forecast of the first."""
        values = filled(panel.values[:, :origin])[:, -WINDOW:]
        steps: list[Floats] = []
        while sum(step.shape[1] for step in steps) < horizon:
            scale = values.mean(axis=1, keepdims=True) + 1e-6
            x = (values / scale)[:, :, None].astype(np.float32)
            step = np.maximum(self._network.predict(x, verbose=0) * scale, 0)
            steps.append(step)
            values = np.concatenate([values, step], axis=1)[:, -WINDOW:]
        return np.concatenate(steps, axis=1)[:, :horizon]

    def write(self, folder: Path) -> str:
        """Writes `model.onnx`; the file's name."""
        import onnx

        model = lstm_model(*self._network.get_weights(), window=WINDOW)
        onnx.save(model, str(folder / "model.onnx"))
        return "model.onnx"


def filled(values: Floats) -> Floats:
    """Missing values as the ATM's median of that day of the week."""
    result = values.copy()
    for start in range(WEEK):
        days = result[:, start::WEEK]
        gaps = np.isnan(days)
        days[gaps] = np.broadcast_to(np.nanmedian(days, axis=1)[:, None], days.shape)[gaps]
    return result
