"""Latencies at shares of each server's own capacity, and Vigie's at the same rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import model
from harness import report, vigie_load
from harness.contest.lineup import VIGIE, Contender
from harness.contest.results import Result, Tail
from harness.rounds import Series, interleave
from harness.server import Server
from harness.settings import Settings

SHARES = (0.3, 0.7)
EQUAL_SHARE = 0.7


@dataclass(frozen=True)
class Trial:
    """One rate at one server. `of` is whose capacity the rate is a share of."""

    server: Server
    name: str
    key: str
    of: str
    share: float
    rate: float


def measure(
    servers: Sequence[tuple[Contender, Server]],
    settings: Settings,
    seconds: float,
    rows: dict[str, Result],
) -> None:
    """Fills `tails` and `vigie_tail`; needs each one's `capacity`."""
    trials = _trials(servers, rows)
    words = ["--method", "infer", "--model", model.NAME, "--tolerance", "1e-5"]
    words += ["--rows", str(model.rows_file(model.make()))]

    def once(trial: Trial) -> tuple[float, ...]:
        found = vigie_load.run(
            trial.server.port, words, rate=trial.rate, seconds=seconds, cpus=settings.load_cpus
        )
        return found.p50, found.p99, found.p999, found.error_share, found.lag_p99

    series = interleave(
        trials,
        settings.rounds,
        once,
        lambda number, trial, figures: report.progress(
            f"round {number + 1}/{settings.rounds}: {trial.name} at {trial.rate:,.0f}/s, "
            f"p99 {figures[1]:.0f} µs"
        ),
    )
    report.progress_done()
    for trial, columns in zip(trials, series, strict=True):
        tail = _tail(trial, columns)
        if trial.key == trial.of:
            rows[trial.key].tails[trial.share] = tail
        else:
            rows[trial.of].vigie_tail = tail


def _trials(servers: Sequence[tuple[Contender, Server]], rows: dict[str, Result]) -> list[Trial]:
    trials = []
    vigie = next((server for each, server in servers if each.key == VIGIE), None)
    for contender, server in servers:
        capacity = rows[contender.key].capacity
        if not capacity:
            continue
        for share in SHARES:
            rate = max(1.0, capacity * share)
            key = contender.key
            trials.append(Trial(server, contender.name, key, key, share, rate))
        if vigie and contender.key != VIGIE:
            rate = max(1.0, capacity * EQUAL_SHARE)
            trials.append(Trial(vigie, "Vigie", VIGIE, contender.key, EQUAL_SHARE, rate))
    return trials


def _tail(trial: Trial, columns: Sequence[Series]) -> Tail:
    p50, p99, p999, errors, lag = columns
    return Tail(trial.rate, p50, p99, p999, errors, lag)
