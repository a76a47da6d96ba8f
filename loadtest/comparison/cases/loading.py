"""Reading a file and making a model of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from comparison import contestants as by
from comparison.case import Case, Rows
from comparison.models.boosted import boosted


def load() -> Case:
    made = boosted(1_000)
    return _load("load-1000", made.model, "UBJSON", made.rows)


def load_json() -> Case:
    made = boosted(1_000)
    return _load("load-1000-json", made.json(), "JSON", made.rows)


def _load(key: str, model: Path, form: str, rows: Rows) -> Case:
    size = model.stat().st_size / 1e6
    return Case(
        key,
        f"load and compile 1,000 trees of depth 6 ({size:.1f} MB of {form})",
        by.vigie(model, "xgboost", rows, work="load"),
        [by.xgboost(model, rows, target=1, work="load", tolerance=None)],
    )


CASES: dict[str, Callable[[], Case]] = {"load-1000": load, "load-1000-json": load_json}
