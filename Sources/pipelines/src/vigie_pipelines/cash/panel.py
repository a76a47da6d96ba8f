"""Daily withdrawals of many ATMs."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from vigie_pipelines.arrays import Floats


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A value an ATM and day; NaN where none was recorded."""

    title: str
    source: str
    licence: str
    names: tuple[str, ...]
    dates: pd.DatetimeIndex
    values: Floats
    """ATMs × days."""
    regressors: Floats
    """Days × the calendar's regressors; no columns when the calendar is unknown."""
    notes: tuple[str, ...] = ()

    def take(self, count: int) -> "Panel":
        """The first ATMs."""
        return replace(self, names=self.names[:count], values=self.values[:count])

    def total(self) -> Floats:
        """Of all ATMs by day; a missing value is the ATM's median of that day of the week."""
        filled = self.values.copy()
        for start in range(7):
            days = filled[:, start::7]
            gaps = np.isnan(days)
            days[gaps] = np.broadcast_to(np.nanmedian(days, axis=1)[:, None], days.shape)[gaps]
        return filled.sum(axis=0)

    def fingerprint(self) -> str:
        """SHA-256 over the names, a newline, and the values as little-endian float64."""
        digest = hashlib.sha256(",".join(self.names).encode() + b"\n")
        values = np.where(np.isnan(self.values), np.nan, self.values + 0.0)
        digest.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
        return f"sha256:{digest.hexdigest()}"
