"""Anomaly scores of an isolation forest: one row, and batches."""

from __future__ import annotations

from collections.abc import Callable

from comparison import contestants as by
from comparison.case import Case
from comparison.models.isolation import FEATURES, TREES, isolation


def scores(batch: int) -> Case:
    made = isolation()
    return Case(
        f"isolation-{batch}",
        f"isolation forest, {TREES} trees, {FEATURES} features, rows a call: {batch:,}",
        by.vigie(made.forest, "forest", made.floats, batch=batch, output="output"),
        [by.gtil(made.treelite, made.doubles, target=5, batch=batch)],
        batch=batch,
    )


CASES: dict[str, Callable[[], Case]] = {
    "isolation-1": lambda: scores(1),
    "isolation-1024": lambda: scores(1024),
}
