"""How far forecasts are from what happened: rolling origins, SMAPE and MASE."""

from dataclasses import dataclass

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.cash.forecaster import WEEK, Forecaster
from vigie_pipelines.cash.panel import Panel


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Means over ATMs, origins and days."""

    smape: float
    """Per cent: 200 |y - f| / (|y| + |f|), as NN5 has it; days without a value do not count."""
    mase: float
    """Absolute errors in units of the seasonal naive's one-week-ahead ones in training (Hyndman,
    Koehler 2006)."""


def smape(actual: Floats, forecast: Floats) -> float:
    """Per cent; two zeros agree."""
    known = ~np.isnan(actual)
    size = np.abs(actual[known]) + np.abs(forecast[known])
    error = np.abs(actual[known] - forecast[known])
    return float(200 * np.mean(np.divide(error, size, out=np.zeros_like(error), where=size > 0)))


def mase(actual: Floats, forecast: Floats, training: Floats) -> float:
    """The mean over the ATMs (rows)."""
    scale = np.nanmean(np.abs(training[:, WEEK:] - training[:, :-WEEK]), axis=1)
    return float(np.mean(np.nanmean(np.abs(actual - forecast), axis=1) / scale))


def roll(
    forecaster: Forecaster, panel: Panel, end: int, *, horizon: int, step: int
) -> tuple[Accuracy, Floats]:
    """Forecasts `horizon` days from `end`, `end` + `step`, … as long as there are days.

    The forecaster has been fitted to the days before `end`, and is not fitted again: it sees the
    days that have gone by, as a pod does. Also returns the forecasts: origins × ATMs × horizon.
    """
    origins = range(end, panel.values.shape[1] - horizon + 1, step)
    forecasts = np.stack([forecaster.forecast(panel, origin, horizon) for origin in origins])
    actual = np.stack([panel.values[:, o : o + horizon] for o in origins])
    rows = np.concatenate(list(actual), axis=1), np.concatenate(list(forecasts), axis=1)
    return (
        Accuracy(smape=smape(*rows), mase=mase(*rows, panel.values[:, :end])),
        forecasts,
    )
