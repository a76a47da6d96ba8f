"""What the calendar does to withdrawals: paydays, bank holidays, the days before them."""

import numpy as np
import pandas as pd

from vigie_pipelines.arrays import Floats

REGRESSORS = ("payday", "holiday", "eve")
"""Columns of `regressors`: 0 or 1 a day."""

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))


def holidays(dates: pd.DatetimeIndex) -> np.ndarray:
    """Whether each day is one of France's bank holidays of a fixed date, or Easter Monday."""
    fixed = [(d.month, d.day) in _FIXED for d in dates]
    return np.array(fixed) | np.isin(dates.date, [_easter_monday(y) for y in set(dates.year)])


def paydays(dates: pd.DatetimeIndex) -> np.ndarray:
    """Whether wages have just come: from the 28th to the 1st."""
    return (dates.day >= 28) | (dates.day == 1)


def regressors(dates: pd.DatetimeIndex) -> Floats:
    """Days × REGRESSORS."""
    tomorrow = dates + pd.Timedelta(days=1)
    columns = (paydays(dates), holidays(dates), holidays(tomorrow) & ~holidays(dates))
    return np.column_stack(columns).astype(np.float64)


def _easter_monday(year: int) -> object:
    """Gauss's algorithm as Meeus, Jones and Butcher have it, and a day."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return (pd.Timestamp(year=year, month=month, day=day + 1) + pd.Timedelta(days=1)).date()
