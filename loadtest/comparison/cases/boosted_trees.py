"""XGBoost's trees: one row, and batches."""

from __future__ import annotations

from collections.abc import Callable

from comparison import contestants as by
from comparison.case import Case
from comparison.models.boosted import FEATURES, boosted

TREES = 200
# The converted classifier gives both classes' probabilities.
POSITIVE = slice(1, None, 2)


def one() -> Case:
    made = boosted(TREES)
    return Case(
        "trees-1",
        f"{TREES} trees of depth 6, {FEATURES} features, one row",
        by.vigie(made.model, "xgboost", made.rows),
        [
            by.onnx_runtime(made.onnx(), made.rows, target=3, answers=POSITIVE),
            by.tl2cgen(made.model, made.rows, target=3),
            by.xgboost(made.model, made.rows, target=None),
        ],
    )


def many() -> Case:
    made = boosted(TREES)
    return Case(
        "trees-1024",
        f"{TREES} trees of depth 6, {FEATURES} features, 1,024 rows",
        by.vigie(made.model, "xgboost", made.rows, batch=1024),
        [
            by.xgboost(made.model, made.rows, target=3, batch=1024),
            by.onnx_runtime(made.onnx(), made.rows, target=None, batch=1024, answers=POSITIVE),
            by.tl2cgen(made.model, made.rows, target=None, batch=1024),
        ],
        batch=1024,
    )


CASES: dict[str, Callable[[], Case]] = {"trees-1": one, "trees-1024": many}
