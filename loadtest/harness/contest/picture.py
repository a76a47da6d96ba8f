"""The contest as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.contest.lineup import VIGIE
from harness.contest.results import Result
from harness.plot import Bar, Panel, svg

OURS, THEIRS, OURS_AT_THEIR_RATE = 0, 1, 2


def draw(results: Mapping[str, Result]) -> str:
    """What was measured, a panel a figure."""
    rows = results.values()
    panels = [
        Panel(
            "Ping of 200 bytes, answers a CPU second",
            [_bar(row, row.ping.median) for row in rows if row.ping],
        ),
        Panel(
            "ModelInfer, 30 features through 200 trees, answers a CPU second",
            [_bar(row, row.infer.median) for row in rows if row.infer],
        ),
        Panel(
            "p99 at 70 % of each one's own capacity, and Vigie's at the same rate (orange), µs",
            list(_tails(rows)),
        ),
        Panel(
            "RSS, MB",
            [_bar(row, row.resident_bytes / (1 << 20)) for row in rows if row.resident_bytes],
        ),
        Panel(
            "From exec to the first right answer, seconds",
            [_bar(row, row.start_seconds) for row in rows if row.start_seconds],
        ),
    ]
    return svg("Vigie beside others (logarithmic)", [panel for panel in panels if panel.bars])


def _bar(row: Result, value: float) -> Bar:
    return Bar(row.name, value, OURS if row.key == VIGIE else THEIRS)


def _tails(rows: Iterable[Result]) -> Iterable[Bar]:
    for row in rows:
        if 0.7 in row.tails:
            yield _bar(row, row.tails[0.7].p99.median)
        if row.vigie_tail:
            yield Bar("Vigie at that rate", row.vigie_tail.p99.median, OURS_AT_THEIR_RATE)
