"""ATMs that withdraw like those of NN5, with paydays and holidays of their own.

Fitted to statistics of NN5's training part (735 days of 111 English ATMs, CC BY 4.0), which are in
`NN5`: level, weekly profile, spread and memory of what is left, missing and empty days. NN5's own
calendar is not used: effects of paydays and holidays are ours, so that a model that knows the
calendar has something to gain.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vigie_pipelines.arrays import Floats
from vigie_pipelines.cash import calendar
from vigie_pipelines.cash.panel import Panel


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Of a panel of ATMs."""

    log_level: float
    """Mean over the ATMs of the logarithm of their mean day."""
    log_level_spread: float
    profile: tuple[float, ...]
    """Mean share of each day of the week in a mean day, from the first day on."""
    profile_spread: tuple[float, ...]
    residual: float
    """Mean over the ATMs of the standard deviation of log(1 + x) around the weekly profile."""
    memory: float
    """Autocorrelation of that, a day apart."""
    level_spread: float
    """Standard deviation over time of the logarithm of a 28-day mean."""
    growth: float
    """A year, as a logarithm."""
    missing: float
    empty: float


NN5 = Statistics(
    log_level=2.869,
    log_level_spread=0.299,
    profile=(0.779, 0.822, 1.055, 1.491, 1.313, 0.687, 0.841),
    profile_spread=(0.097, 0.082, 0.103, 0.155, 0.196, 0.140, 0.089),
    residual=0.377,
    memory=0.319,
    level_spread=0.122,
    growth=0.068,
    missing=0.0205,
    empty=0.0048,
)
"""Measured on the training part of NN5; see `measure`."""

# What makes the statistics above, and SMAPE of the baselines like NN5's: day-to-day noise, a level
# that moves slowly, days on which something happens, and what all ATMs share.
_NOISE, _NOISE_SPREAD, _NOISE_MEMORY = 0.12, 0.03, 0.5
_DRIFT, _DRIFT_MEMORY = 0.10, 0.985
_EVENT_SHARE, _EVENT, _EVENT_MEMORY = 0.07, 0.95, 0.5
_COMMON = 0.05
_PAYDAY, _HOLIDAY, _EVE = 0.16, -0.75, 0.32


def simulate(seed: int, *, atms: int = 12, days: int = 791, start: str = "2023-03-06") -> Panel:
    """Draws a panel; the same seed gives the same one."""
    random = np.random.default_rng(seed)
    dates = pd.date_range(start, periods=days)
    x = calendar.regressors(dates)
    common = _walk(random, days, _COMMON, 0.3)
    rows = np.stack([_atm(random, days, x, common) for _ in range(atms)])
    return Panel(
        title="simulated ATMs, fitted to NN5's statistics",
        source=f"vigie_pipelines.cash.simulator, seed {seed}",
        licence="free",
        names=tuple(f"ATM-{i + 1:04}" for i in range(atms)),
        dates=dates,
        values=rows,
        regressors=x,
    )


def _walk(random: np.random.Generator, days: int, spread: float, memory: float) -> Floats:
    """A stationary autoregression of order 1."""
    steps = random.normal(0, spread * np.sqrt(1 - memory**2), days)
    values = np.empty(days)
    state = random.normal(0, spread)
    for day, step in enumerate(steps):
        state = memory * state + step
        values[day] = state
    return values


def _events(random: np.random.Generator, days: int) -> Floats:
    """Days on which a neighbour is out of order, a market is held, … and that wear off."""
    starts = random.random(days) < _EVENT_SHARE * (1 - _EVENT_MEMORY)
    steps = np.where(starts, random.normal(0, _EVENT, days), 0.0)
    values = np.empty(days)
    state = 0.0
    for day, step in enumerate(steps):
        state = _EVENT_MEMORY * state + step
        values[day] = state
    return values


def _atm(random: np.random.Generator, days: int, x: Floats, common: Floats) -> Floats:
    level = random.normal(NN5.log_level, NN5.log_level_spread)
    profile = np.maximum(random.normal(NN5.profile, NN5.profile_spread), 0.2)
    effects = np.array([_PAYDAY, _HOLIDAY, _EVE]) * random.normal(1, 0.25, 3)
    growth = random.normal(NN5.growth, 0.12) / 365
    noise = max(random.normal(_NOISE, _NOISE_SPREAD), 0.05)
    log = (
        level
        + np.log(profile / profile.mean())[np.arange(days) % 7]
        + x @ effects
        + growth * (np.arange(days) - days / 2)
        + common
        + _walk(random, days, _DRIFT, _DRIFT_MEMORY)
        + _walk(random, days, noise, _NOISE_MEMORY)
        + _events(random, days)
    )
    values = np.exp(log - 0.5 * (noise**2 + _DRIFT**2 + _COMMON**2))
    values[random.random(days) < NN5.empty] = 0
    values = np.round(values, 2)
    values[random.random(days) < NN5.missing] = np.nan
    return values


def measure(values: Floats) -> Statistics:
    """The statistics of ATMs × days that begin on the first day of a week."""
    day = np.arange(values.shape[1]) % 7
    mean = np.nanmean(values, axis=1)
    profile = np.stack([np.nanmean(values[:, day == d], axis=1) for d in range(7)], axis=1)
    residual = np.log1p(values) - np.log1p(profile[:, day])
    residual -= np.nanmean(residual, axis=1, keepdims=True)
    frame = pd.DataFrame(values.T)
    levels = np.log(frame.rolling(28, min_periods=14).mean())
    half = values.shape[1] // 2
    years = half / 365
    ratio = np.nanmean(values[:, half:], axis=1) / np.nanmean(values[:, :half], axis=1)
    return Statistics(
        log_level=float(np.log(mean).mean()),
        log_level_spread=float(np.log(mean).std(ddof=1)),
        profile=tuple((profile / mean[:, None]).mean(axis=0)),
        profile_spread=tuple((profile / mean[:, None]).std(axis=0)),
        residual=float(np.nanstd(residual, axis=1).mean()),
        memory=float(np.mean([pd.Series(row).autocorr(1) for row in residual])),
        level_spread=float(levels.std().mean()),
        growth=float(np.log(ratio).mean() / years),
        missing=float(np.isnan(values).mean()),
        empty=float((values == 0).mean()),
    )
