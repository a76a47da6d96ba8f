"""shap's TreeExplainer with the words and the line of output of worker.h.

A call explains 64 rows and counts as 64, so that Python's own time does not matter.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy
import shap
import xgboost

ROWS_A_CALL = 64
ROWS_COMPARED = 256


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("model", "rows", "row-shape", "type", "answers"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--seconds", type=float, default=0.5)
    words = parser.parse_args()
    booster = xgboost.Booster()
    booster.load_model(words.model)
    rows = numpy.fromfile(words.rows, dtype=numpy.float32).reshape(-1, int(words.row_shape))
    explainer = shap.TreeExplainer(booster)
    if words.answers:
        values = explainer.shap_values(rows[:ROWS_COMPARED])
        base = numpy.full((len(values), 1), explainer.expected_value)
        numpy.hstack([values, base]).astype(numpy.float64).tofile(words.answers)
    samples = []
    place = 0
    while not samples or sum(samples) * ROWS_A_CALL < words.seconds * 1e9:
        begin = time.thread_time_ns()
        explainer.shap_values(rows[place : place + ROWS_A_CALL], check_additivity=False)
        samples.append((time.thread_time_ns() - begin) / ROWS_A_CALL)
        place = (place + ROWS_A_CALL) % (len(rows) - ROWS_A_CALL)
    figures = {
        "ns": float(numpy.median(samples)),
        "p99_ns": float(numpy.percentile(samples, 99)),
        "calls": len(samples),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
