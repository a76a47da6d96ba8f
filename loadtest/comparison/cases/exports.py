"""Exports of scikit-learn whose graphs are compiled to something else: text, isolation forests."""

from __future__ import annotations

from collections.abc import Callable

from comparison import contestants as by
from comparison.case import Case
from comparison.models import exports

BATCH = 1_024


def _forest(key: str, batch: int) -> Case:
    made = exports.isolation_forest()
    rows = "one row" if batch == 1 else f"{batch} rows"
    return Case(
        key,
        f"isolation forest of {exports.TREES} trees, skl2onnx's graph, {rows}",
        by.vigie(made.model, "onnx", made.rows, batch=batch),
        [by.onnx_runtime(made.model, made.rows, target=None, batch=batch)],
        batch=batch,
    )


def text_one() -> Case:
    made = exports.utterances()
    return Case(
        "tfidf-1",
        f"TF-IDF and logistic regression, one utterance of {exports.UTTERANCE_WORDS} words",
        by.vigie(made.model, "onnx", made.rows),
        [by.onnx_runtime(made.model, made.rows, target=3)],
        notes=[f"{exports.WORDS} words, {exports.INTENTS} intents"],
    )


def text_load() -> Case:
    made = exports.utterances()
    return Case(
        "tfidf-load",
        "TF-IDF and logistic regression, load",
        by.vigie(made.model, "onnx", made.rows, work="load"),
        [by.onnx_runtime(made.model, made.rows, target=None, work="load", tolerance=None)],
    )


def forest_one() -> Case:
    return _forest("isolation-onnx-1", 1)


def forest_many() -> Case:
    return _forest("isolation-onnx-1024", BATCH)


def forest_load() -> Case:
    made = exports.isolation_forest()
    return Case(
        "isolation-onnx-load",
        f"isolation forest of {exports.TREES} trees, skl2onnx's graph, load",
        by.vigie(made.model, "onnx", made.rows, work="load"),
        [by.onnx_runtime(made.model, made.rows, target=None, work="load", tolerance=None)],
    )


CASES: dict[str, Callable[[], Case]] = {
    "tfidf-1": text_one,
    "tfidf-load": text_load,
    "isolation-onnx-1": forest_one,
    "isolation-onnx-1024": forest_many,
    "isolation-onnx-load": forest_load,
}
