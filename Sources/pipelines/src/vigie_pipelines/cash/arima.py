"""One seasonal ARIMA an ATM, with the calendar's regressors."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import statsmodels
from statsmodels.tsa.statespace.sarimax import SARIMAX
from threadpoolctl import threadpool_limits

from vigie_pipelines.arrays import Floats
from vigie_pipelines.cash.calendar import REGRESSORS
from vigie_pipelines.cash.panel import Panel
from vigie_pipelines.models.arima_file import ArimaModel, from_statsmodels, write_arima_file

ORDER = (1, 0, 1)
SEASONAL = (0, 1, 1, 7)


class Arima:
    """ARIMA(1,0,1)(0,1,1)7: a seasonal exponential smoothing with memory, and regressors."""

    name = "ARIMA"
    library = f"statsmodels {statsmodels.__version__}"

    def __init__(self, *, iterations: int = 50) -> None:
        """`iterations` of the optimiser, at most."""
        self._iterations = iterations
        self._fits: dict[str, Any] = {}
        self._regressors: tuple[str, ...] = ()

    def fit(self, panel: Panel, end: int) -> None:
        """By maximum likelihood, ATM by ATM."""
        before, self._fits = self._fits, {}
        self._regressors = REGRESSORS[: panel.regressors.shape[1]]
        for name, row in zip(panel.names, panel.values, strict=True):
            model = SARIMAX(
                row[:end],
                exog=self._exog(panel, 0, end),
                order=ORDER,
                seasonal_order=SEASONAL,
            )
            # Matrices this small are only slowed down by threads.
            with warnings.catch_warnings(), threadpool_limits(1):
                warnings.simplefilter("ignore")
                # Fitted again after some weeks, the optimum is near.
                start = before[name].params if name in before else None
                self._fits[name] = model.fit(
                    start_params=start, disp=False, maxiter=self._iterations
                )

    def forecast(self, panel: Panel, origin: int, horizon: int) -> Floats:
        """The filter over all days before `origin`, with the parameters as fitted."""
        rows = []
        for name, row in zip(panel.names, panel.values, strict=True):
            future = self._exog(panel, origin, origin + horizon)
            with threadpool_limits(1):
                filtered = self._fits[name].apply(row[:origin], exog=self._exog(panel, 0, origin))
                rows.append(filtered.forecast(horizon, exog=future))
        return np.maximum(np.stack(rows), 0)

    def _exog(self, panel: Panel, start: int, end: int) -> Floats | None:
        return panel.regressors[start:end] if panel.regressors.shape[1] else None

    def models(self) -> dict[str, ArimaModel]:
        """By ATM, as `arima.json` has them."""
        return {name: from_statsmodels(fit) for name, fit in self._fits.items()}

    def write(self, folder: Path, horizon: int = 14) -> str:
        """Writes `arima.json`, with the ATMs' mean model for one that is new; the file's name."""
        models = self.models()
        write_arima_file(
            folder / "arima.json",
            models,
            default=mean_model(list(models.values())),
            exog=self._regressors,
            horizon=horizon,
            library=self.library,
        )
        return "arima.json"


def mean_model(models: list[ArimaModel]) -> ArimaModel:
    """The mean of models of the same orders: each lag polynomial of order 1 stays stable."""
    mean = dict(models[0])
    for key in ("ar", "ma", "seasonalMa", "exog", "variance"):
        if key in mean:
            mean[key] = np.mean([model[key] for model in models], axis=0).tolist()
    return mean
