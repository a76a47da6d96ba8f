"""Writes scores.json: distributions of scores in bins of a thousandth, and what Evidently and scipy
say of the samples that the bins' middles make.

The virtual environment is that of ../drift/make_drift.py:

    .venv-evidently/bin/python Tests/Fixtures/rollouts/make_scores.py
"""

import json
import pathlib

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests.jensenshannon import _jensenshannon
from evidently.legacy.calculations.stattests.psi import _psi
from evidently.legacy.core import ColumnType
from scipy.stats import ks_2samp

SEED = 20261126
BINS = 1000


def binned(scores):
    """As LoopScores counts: [bins, counts]."""
    bins = np.minimum((np.clip(scores, 0, 1) * BINS).astype(int), BINS - 1)
    found, counts = np.unique(bins, return_counts=True)
    return [found.tolist(), counts.tolist()]


def middles(sparse):
    return pd.Series(np.repeat((np.array(sparse[0]) + 0.5) / BINS, sparse[1]))


def expected(reference, current, kind):
    return {
        "psi": float(_psi(reference, current, kind, 0.1)[0]),
        "jensenshannon": float(_jensenshannon(reference, current, kind, 0.1)[0]),
        "ks": float(ks_2samp(reference, current, method="asymp")[0]),
    }


def samples(random):
    scores = random.beta(2, 12, 20_000)
    yield "same_distribution", scores, random.beta(2, 12, 3000)
    yield "shifted", scores, random.beta(3, 10, 1500)
    yield "swapped_feature", scores, np.clip(scores[:4000] + random.normal(0, 0.1, 4000), 0, 1)
    yield "few_values", random.integers(0, 6, 4000) / 10, random.integers(0, 8, 333) / 10
    yield "at_the_ends", random.integers(0, 2, 500) * 1.0, random.integers(0, 2, 700) * 1.0
    yield "constant_canary", scores, np.full(400, 0.25)
    yield "disjoint", random.uniform(0, 0.2, 800), random.uniform(0.7, 0.9, 900)


def histograms(random):
    """Edges and counts of a manifest's reference, and live scores."""
    scores = random.beta(2, 12, 5000)
    edges = [0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0]
    yield "closed", edges, np.histogram(scores, edges)[0].tolist(), random.beta(2.2, 11, 2000)
    inner = edges[1:-1]
    counts = np.bincount(np.searchsorted(inner, scores, side="right"), minlength=len(inner) + 1)
    yield "open", inner, counts.tolist(), random.beta(3, 10, 1000)


def rebinned(sparse, edges, is_open):
    middle = (np.array(sparse[0]) + 0.5) / BINS
    place = np.searchsorted(edges, middle, side="right")
    counts = np.bincount(place, weights=sparse[1], minlength=len(edges) + 1).astype(int)
    return counts if is_open else counts[1:-1]


def main():
    random = np.random.default_rng(SEED)
    content = {"seed": SEED, "samples": [], "histograms": []}
    for name, reference, current in samples(random):
        reference, current = binned(reference), binned(current)
        content["samples"].append(
            {
                "name": name,
                "reference": reference,
                "current": current,
                "expected": expected(middles(reference), middles(current), ColumnType.Numerical),
            }
        )
    for name, edges, counts, scores in histograms(random):
        current = binned(scores)
        live = rebinned(current, edges, len(counts) > len(edges))
        categories = range(len(counts))
        content["histograms"].append(
            {
                "name": name,
                "edges": edges,
                "counts": counts,
                "current": current,
                "expected": expected(
                    pd.Series(np.repeat(categories, counts)),
                    pd.Series(np.repeat(categories, live)),
                    ColumnType.Categorical,
                ),
            }
        )
    path = pathlib.Path(__file__).with_name("scores.json")
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
