"""What a run found out about each server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from harness.contest.lineup import Absent, Contender
from harness.rounds import Series


@dataclass(frozen=True)
class Tail:
    """Latencies at one rate, in microseconds; a value a round."""

    rate: float
    p50: Series
    p99: Series
    p999: Series
    errors: Series
    lag_p99: Series


@dataclass
class Result:
    """One server. What was not measured is None."""

    key: str
    name: str
    # Why the server has no figures at all, or some are missing.
    missing: str | None = None
    # Left out because somebody said so.
    skipped: bool = False
    # Answers per CPU second of the server's processes.
    ping: Series | None = None
    infer: Series | None = None
    # Answers to ModelInfer a second at saturation, on the processors that it was given.
    capacity: float | None = None
    # By share of its own capacity.
    tails: dict[float, Tail] = field(default_factory=dict)
    # What Vigie's latencies are at 70 % of this one's capacity.
    vigie_tail: Tail | None = None
    start_seconds: float | None = None
    resident_bytes: float | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "missing": self.missing,
            "ping_per_cpu_second": self.ping.values if self.ping else None,
            "infer_per_cpu_second": self.infer.values if self.infer else None,
            "capacity": self.capacity,
            "tails": {f"{share:g}": tail_json(tail) for share, tail in self.tails.items()},
            "vigie_at_equal_rate": tail_json(self.vigie_tail) if self.vigie_tail else None,
            "start_seconds": self.start_seconds,
            "resident_bytes": self.resident_bytes,
        }


def tail_json(tail: Tail) -> dict[str, Any]:
    return {
        "rate": tail.rate,
        "p50_us": tail.p50.values,
        "p99_us": tail.p99.values,
        "p999_us": tail.p999.values,
        "error_share": tail.errors.values,
        "generator_lag_p99_us": tail.lag_p99.values,
    }


def table_of(present: list[Contender], absent: list[Absent]) -> dict[str, Result]:
    """A row for everybody who was asked for, by key; without figures yet."""
    rows = {each.key: Result(each.key, each.name) for each in present}
    rows |= {each.key: Result(each.key, each.name, each.reason, each.asked) for each in absent}
    return rows
