"""What was found: rows with targets, tables for people, JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

BAR_CELLS = 20


@dataclass(frozen=True)
class Verdict:
    """One figure of "what it must reach", beside its bound."""

    figure: str
    value: float
    bound: float
    unit: str
    at_least: bool

    @property
    def reached(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def words(self) -> tuple[str, str, str, str]:
        sign = "≥" if self.at_least else "≤"
        unit = f" {self.unit}" if self.unit else ""
        mark = "reached" if self.reached else "MISSED"
        return (
            self.figure,
            number(self.value) + unit,
            f"{sign} {number(self.bound)}{unit}",
            mark,
        )


def at_least(figure: str, value: float, bound: float, unit: str = "") -> Verdict:
    return Verdict(figure, value, bound, unit, at_least=True)


def at_most(figure: str, value: float, bound: float, unit: str = "") -> Verdict:
    return Verdict(figure, value, bound, unit, at_least=False)


@dataclass
class Section:
    """One scenario's table and verdicts."""

    key: str
    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    # The same figures, unrounded, for --json.
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        verdicts = [asdict(v) | {"reached": v.reached} for v in self.verdicts]
        return {
            "title": self.title,
            "data": self.data,
            "notes": self.notes,
            "verdicts": verdicts,
        }


def number(value: float) -> str:
    """Three or four figures that matter, thousands apart: 571,203 / 1.47 / 0.003."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 100:
        return f"{value:.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    if abs(value) >= 0.1 or value == 0:
        return f"{value:.2f}"
    return f"{value:.4f}"


def bar(fraction: float) -> str:
    """A bar of up to 20 cells, in eighths of a cell."""
    eighths = round(max(0.0, min(1.0, fraction)) * BAR_CELLS * 8)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + ("▏▎▍▌▋▊▉"[rest - 1] if rest else "")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their content; figures to the right, words to the left."""
    widths = [max(len(line[index]) for line in [columns, *rows]) for index in range(len(columns))]
    right = [all(_is_figure(row[index]) for row in rows) for index in range(len(columns))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        ]
        return "  " + "  ".join(padded).rstrip()

    rule = "  " + "  ".join("─" * width for width in widths)
    return "\n".join([line(columns), rule, *(line(row) for row in rows)])


def _is_figure(cell: str) -> bool:
    return cell in ("", "–") or cell[0].isdigit() or cell[0] in "+-−≥≤"


def print_section(section: Section) -> None:
    print(f"\n{section.title}")
    if section.rows:
        print(table(section.columns, section.rows))
    for note in section.notes:
        print(f"  · {note}")
    sys.stdout.flush()


def print_verdicts(sections: Sequence[Section]) -> None:
    rows = [verdict.words() for section in sections for verdict in section.verdicts]
    if not rows:
        return
    print("\nWhat it must reach")
    print(table(("figure", "measured", "target", ""), rows))


def progress(text: str) -> None:
    """A line that the next one replaces, on a terminal; nothing to keep in a log."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K  {text}")
        sys.stderr.flush()


def progress_done() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def say(text: str) -> None:
    """A line worth keeping in a log, too."""
    progress_done()
    print(f"  … {text}", file=sys.stderr, flush=True)


# What a benchmark exits with.
ALL_REACHED, SOME_MISSED, NOT_MEASURED = 0, 1, 2


def conclude(
    sections: Sequence[Section],
    failures: Sequence[str],
    machine: dict[str, str],
    *,
    seconds: float,
    json_file: Path | None,
) -> int:
    """Prints the verdicts, writes all figures to `json_file`, and gives the exit code."""
    print_verdicts(sections)
    print(f"\n  {seconds:.0f} s")
    if json_file:
        document = {
            "machine": machine,
            "sections": {section.key: section.as_json() for section in sections},
            "failures": failures,
        }
        json_file.write_text(json.dumps(document, indent=2) + "\n")
    if failures:
        return NOT_MEASURED
    reached = all(verdict.reached for section in sections for verdict in section.verdicts)
    return ALL_REACHED if reached else SOME_MISSED
