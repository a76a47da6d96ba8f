"""What forecasts are worth: an ATM is filled once a week, up to a quantile of what it will need.

The order is given a day ahead (the lead), from what is known by then. What a week needs is the sum
of seven days' forecasts times a quantile of the ratio of needs to forecasts in the weeks before:
every forecaster is given the same service level, and pays for it by the cash that it leaves behind.
"""

from dataclasses import dataclass

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.cash.forecaster import WEEK, Forecaster
from vigie_pipelines.cash.panel import Panel

LEAD = 1
# In units of money: of the cash left over at a week's end, a year; of demand that goes away unmet.
HOLDING_A_YEAR, UNMET = 0.05, 0.02


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Of some weeks."""

    stock_out: float
    """Share of ATM-days on which the cash ran out."""
    unmet: float
    """Share of demand."""
    leftover: float
    """Cash at the weeks' ends, as a share of demand."""
    cost: float
    """Per thousand of demand: idle cash and unmet demand."""


def weekly_needs(
    forecaster: Forecaster, panel: Panel, first: int, weeks: int
) -> tuple[Floats, Floats]:
    """Forecasts (weeks × ATMs) and needs (weeks × ATMs × 7 days) of weeks from day `first` on."""
    forecasts, needs = [], []
    for week in range(weeks):
        start = first + week * WEEK
        ahead = forecaster.forecast(panel, start - LEAD, WEEK + LEAD)[:, LEAD:]
        forecasts.append(ahead.sum(axis=1))
        days = panel.values[:, start : start + WEEK]
        # A day without a record is taken to have been as forecast.
        needs.append(np.where(np.isnan(days), ahead, days))
    return np.stack(forecasts), np.stack(needs)


def order_up_to(
    forecasts: Floats, needs: Floats, past_forecasts: Floats, past_needs: Floats, service: float
) -> Outcome:
    """Fills up to the `service` quantile of the past ratios, of all ATMs together."""
    ratios = past_needs.sum(axis=2) / np.maximum(past_forecasts, 1e-9)
    stock = forecasts * np.quantile(ratios, service)
    left = stock[:, :, None] - np.cumsum(needs, axis=2)
    unmet = np.maximum(-left[:, :, -1], 0).sum()
    over = np.maximum(left[:, :, -1], 0).sum()
    demand = needs.sum()
    idle = np.maximum(left, 0).sum() * HOLDING_A_YEAR / 365
    return Outcome(
        stock_out=float((left < 0).mean()),
        unmet=float(unmet / demand),
        leftover=float(over / demand),
        cost=float(1000 * (idle + UNMET * unmet) / demand),
    )
