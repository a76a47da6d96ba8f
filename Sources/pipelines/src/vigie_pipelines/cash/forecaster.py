"""What forecasts withdrawals: fitted once, then asked again and again as days go by."""

from typing import Protocol

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.cash.panel import Panel

WEEK = 7


class Forecaster(Protocol):
    """A forecaster of every ATM of a panel."""

    name: str
    library: str
    """Of the manifest's training.library."""

    def fit(self, panel: Panel, end: int) -> None:
        """Learns from the days before `end`."""

    def forecast(self, panel: Panel, origin: int, horizon: int) -> Floats:
        """ATMs × horizon, from the days before `origin` and what `fit` has learnt."""


class SeasonalNaive:
    """What was withdrawn a week before; where that is missing, two weeks, and so on."""

    name = "seasonal naive"
    library = "numpy"

    def fit(self, panel: Panel, end: int) -> None:
        """Nothing to learn."""

    def forecast(self, panel: Panel, origin: int, horizon: int) -> Floats:
        """The last week, over and over."""
        weeks = panel.values[:, origin - 8 * WEEK : origin].reshape(len(panel.values), 8, WEEK)
        last = weeks[:, -1].copy()
        for back in range(2, 9):
            last = np.where(np.isnan(last), weeks[:, -back], last)
        return repeated(last, horizon)


class DowMedian:
    """The median of the last eight values of the same day of the week: hard to beat on NN5."""

    name = "day-of-week median"
    library = "numpy"

    def fit(self, panel: Panel, end: int) -> None:
        """Nothing to learn."""

    def forecast(self, panel: Panel, origin: int, horizon: int) -> Floats:
        """Eight weeks' medians, over and over."""
        weeks = panel.values[:, origin - 8 * WEEK : origin].reshape(len(panel.values), 8, WEEK)
        return repeated(np.nanmedian(weeks, axis=1), horizon)


def repeated(week: Floats, horizon: int) -> Floats:
    """ATMs × 7 days, as many as it takes."""
    return np.tile(week, -(-horizon // WEEK))[:, :horizon]
