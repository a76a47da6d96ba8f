"""One case's results as a section of the report, with a verdict for each target."""

from __future__ import annotations

from collections.abc import Sequence

from comparison.case import Case
from comparison.measuring import Result
from harness.report import Section, at_least, at_most, number

COLUMNS = ("", "µs a call", "p99", "µs a row", "ours is faster by", "target")


def section(case: Case, results: Sequence[Result]) -> Section:
    made = Section(case.key, f"{case.key}: {case.title}", COLUMNS, notes=list(case.notes))
    ours = results[0]
    for result in results:
        ratio = result.ns.ratio(ours.ns)
        target = result.contestant.target
        made.rows.append(
            (
                result.contestant.name,
                number(result.ns.median / 1e3),
                number(result.p99_ns.median / 1e3),
                number(result.ns.median / 1e3 / case.batch),
                "" if result is ours else f"{number(ratio.median)}×",
                "" if target is None else f"≥ {number(target)}×",
            )
        )
        if target is not None:
            figure = f"{case.key}: {result.contestant.name}"
            made.verdicts.append(at_least(figure, ratio.median, target, "×"))
        made.data[result.contestant.name] = {
            "ns": result.ns.values,
            "p99_ns": result.p99_ns.values,
            "ratio": ratio.values,
            "rows_a_call": case.batch,
        }
    if case.p99_ms_max is not None:
        p99 = ours.p99_ns.median / 1e6
        made.verdicts.append(at_most(f"{case.key}: p99", p99, case.p99_ms_max, "ms"))
    return made
