"""One Prophet model a series, with the calendar's regressors."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vigie_pipelines.arrays import Floats
from vigie_pipelines.cash.calendar import REGRESSORS
from vigie_pipelines.cash.panel import Panel
from vigie_pipelines.errors import PipelineError

for _noisy in ("cmdstanpy", "prophet", "prophet.plot"):
    logging.getLogger(_noisy).disabled = True

try:
    import prophet
except ModuleNotFoundError as error:
    raise PipelineError(
        "Prophet is not installed: pip install 'vigie-pipelines[cash]', or leave it out with "
        "--models"
    ) from error


class ProphetForecaster:
    """Prophet with a weekly and a yearly season, as it comes."""

    name = "Prophet"
    library = f"prophet {prophet.__version__}"

    def __init__(self, seed: int) -> None:
        """`seed` is Stan's, which looks for the optimum."""
        self._seed = seed
        self._fits: list[Any] = []

    def fit(self, panel: Panel, end: int) -> None:
        """ATM by ATM."""
        self._fits = []
        for row in panel.values:
            model = prophet.Prophet(uncertainty_samples=500)
            for name in REGRESSORS[: panel.regressors.shape[1]]:
                model.add_regressor(name)
            self._fits.append(
                model.fit(self._frame(panel, 0, end).assign(y=row[:end]), seed=self._seed)
            )

    def forecast(self, panel: Panel, origin: int, horizon: int) -> Floats:
        """What was learnt before `end`: Prophet knows no days after its training."""
        frame = self._frame(panel, origin, origin + horizon)
        rows = []
        for model in self._fits:
            samples, model.uncertainty_samples = model.uncertainty_samples, 0
            rows.append(model.predict(frame)["yhat"].to_numpy())
            model.uncertainty_samples = samples
        return np.maximum(np.stack(rows), 0)

    @staticmethod
    def _frame(panel: Panel, start: int, end: int) -> pd.DataFrame:
        frame = pd.DataFrame({"ds": panel.dates[start:end]})
        for index in range(panel.regressors.shape[1]):
            frame[REGRESSORS[index]] = panel.regressors[start:end, index]
        return frame

    def write(self, folder: Path) -> str:
        """Writes `prophet.json` of the first series; the file's name."""
        from vigie_pipelines.models.prophet_file import write_prophet_file

        write_prophet_file(folder / "prophet.json", self._fits[0])
        return "prophet.json"
