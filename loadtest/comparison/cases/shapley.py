"""Exact path-dependent Shapley values of one row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from comparison import contestants as by
from comparison.case import Case
from comparison.models.boosted import boosted
from harness.places import LOADTEST

SHAP: Path = LOADTEST / "peers" / "engine" / "shap_values.py"


def explain() -> Case:
    made = boosted(300)
    words = ["--model", str(made.model), *made.rows.words()]
    return Case(
        "shap-300",
        "contributions of one row, 300 trees of depth 6",
        by.vigie(made.model, "xgboost", made.rows, work="explain"),
        [
            by.xgboost(made.model, made.rows, target=2, work="explain"),
            by.script("shap, 64 rows a call", SHAP, words, target=2),
        ],
        p99_ms_max=2,
        notes=("shap is called from Python: its figure is a 64th of a call with 64 rows",),
    )


CASES: dict[str, Callable[[], Case]] = {"shap-300": explain}
