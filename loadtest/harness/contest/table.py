"""The contest's table: a row for each server, measured or named with the reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.contest.lineup import VIGIE
from harness.contest.results import Result, Tail
from harness.report import number
from harness.rounds import Series

MIB = 1 << 20
COLUMNS = (
    "server",
    "Ping a CPU s",
    "Vigie ×",
    "ModelInfer a CPU s",
    "Vigie ×",
    "capacity a s",
    "p50 / p99 / p99.9 at 30 %, µs",
    "at 70 %",
    "Vigie at that rate",
    "RSS MB",
    "start s",
)
NOTHING = "–"


def rows_of(results: Mapping[str, Result]) -> list[tuple[str, ...]]:
    """Cells of the measured, in the order of the line-up."""
    vigie = results[VIGIE]
    return [_row(each, vigie) for each in results.values() if _measured(each)]


def absent(results: Mapping[str, Result]) -> list[str]:
    """A line for each server that has no figures, or not all."""
    return [f"{each.name}: {each.missing}" for each in results.values() if each.missing]


def markdown(results: Mapping[str, Result]) -> str:
    """The same as GitHub's tables."""
    lines = [_line(COLUMNS), _line(["---"] + ["---:"] * (len(COLUMNS) - 1))]
    lines += [_line(row) for row in rows_of(results)]
    missing = absent(results)
    if missing:
        lines += ["", "Not measured:", *(f"- {_one_line(each)}" for each in missing)]
    return "\n".join(lines) + "\n"


def _row(result: Result, vigie: Result) -> tuple[str, ...]:
    own = result.key == VIGIE
    return (
        result.name,
        _median(result.ping),
        NOTHING if own else _times(vigie.ping, result.ping),
        _median(result.infer),
        NOTHING if own else _times(vigie.infer, result.infer),
        number(result.capacity) if result.capacity else NOTHING,
        _tail(result.tails.get(0.3)),
        _tail(result.tails.get(0.7)),
        _tail(result.vigie_tail),
        f"{result.resident_bytes / MIB:.0f}" if result.resident_bytes else NOTHING,
        f"{result.start_seconds:.2f}" if result.start_seconds else NOTHING,
    )


def _measured(result: Result) -> bool:
    return bool(result.ping or result.infer or result.start_seconds)


def _median(series: Series | None) -> str:
    return number(series.median) if series else NOTHING


def _times(mine: Series | None, theirs: Series | None) -> str:
    return f"{mine.ratio(theirs).median:.1f}" if mine and theirs else NOTHING


def _tail(tail: Tail | None) -> str:
    if tail is None:
        return NOTHING
    return " / ".join(number(each.median) for each in (tail.p50, tail.p99, tail.p999))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _one_line(text: str) -> str:
    return " ".join(text.split())
