"""Reading a file and making a model of it."""

from __future__ import annotations

from collections.abc import Callable

from comparison import contestants as by
from comparison.case import Case
from comparison.models.boosted import boosted


def load() -> Case:
    made = boosted(1_000)
    size = made.model.stat().st_size / 1e6
    return Case(
        "load-1000",
        f"load and compile 1,000 trees of depth 6 ({size:.1f} MB of UBJSON)",
        by.vigie(made.model, "xgboost", made.rows, work="load"),
        [by.xgboost(made.model, made.rows, target=1, work="load", tolerance=None)],
    )


CASES: dict[str, Callable[[], Case]] = {"load-1000": load}
