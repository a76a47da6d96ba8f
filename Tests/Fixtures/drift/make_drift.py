"""Writes drift.json: pairs of samples, and what Evidently says of them.

Evidently 0.7.23 needs pandas < 3, so it has a venv of its own:

    python3 -m venv .venv-evidently
    .venv-evidently/bin/pip install evidently==0.7.23 'pandas<3'
    .venv-evidently/bin/python Tests/Fixtures/drift/make_drift.py
"""

import json
import pathlib

import evidently
import numpy as np
import pandas as pd
import scipy
from evidently.legacy.calculations.stattests.jensenshannon import _jensenshannon
from evidently.legacy.calculations.stattests.ks_stattest import _ks_stat_test
from evidently.legacy.calculations.stattests.psi import _psi
from evidently.legacy.calculations.stattests.wasserstein_distance_norm import (
    _wasserstein_distance_norm,
)
from evidently.legacy.core import ColumnType
from scipy.stats import ks_2samp

SEED = 20261126
NUMBER = ColumnType.Numerical
CATEGORY = ColumnType.Categorical


def samples(random):
    """Name, reference, current: what production has, and what goes wrong at the edges."""
    scores = random.beta(2, 12, 900)
    yield "same_distribution", scores, random.beta(2, 12, 700)
    yield "shifted_scores", scores, random.beta(3, 10, 640)
    yield "equal_sizes", random.normal(0, 1, 500), random.normal(0.2, 1.1, 500)
    yield "the_same_values", scores, scores
    yield "disjoint", random.normal(0, 1, 300), random.normal(40, 1, 200)
    yield (
        "rounded_with_ties",
        np.round(random.normal(50, 9, 800)),
        np.round(random.normal(52, 8, 611)),
    )
    yield "few_values", random.integers(0, 6, 400), random.integers(0, 8, 333)
    yield "constant_now", scores, np.full(50, 0.25)
    yield "constant_reference", np.full(60, 0.25), scores[:90]
    yield "heavy_tail", random.pareto(1.1, 700) * 1000, random.pareto(1.3, 520) * 1000
    yield "tiny", random.normal(0, 1, 22), random.normal(0, 1, 3)
    yield "single", np.array([0.5]), np.array([0.7])
    yield "large_and_small", random.normal(0, 1, 2000), random.normal(0.1, 1, 37)


def shares(random):
    """Name, counts of the reference and of now by bin or category."""
    yield "deciles", [100] * 10, random.multinomial(700, [0.1] * 10).tolist()
    yield "drifted_deciles", [1000] * 10, [10, 20, 40, 60, 90, 120, 140, 150, 170, 200]
    yield "empty_bins", [0, 5000, 12, 3, 0, 900], [4, 300, 0, 0, 2, 100]
    yield "rare_category", [149_999, 1, 0], [50, 0, 1]


def expected(reference, current, kind):
    reference = pd.Series(np.asarray(reference, dtype=float))
    current = pd.Series(np.asarray(current, dtype=float))
    found = {
        "psi": float(_psi(reference, current, kind, 0.1)[0]),
        "jensenshannon": float(_jensenshannon(reference, current, kind, 0.1)[0]),
    }
    if kind == NUMBER:
        found["wasserstein"] = float(_wasserstein_distance_norm(reference, current, kind, 0.1)[0])
        found["ks_p_value"] = float(_ks_stat_test(reference, current, kind, 0.05)[0])
        found["ks_statistic"] = float(ks_2samp(reference, current)[0])
    return found


def main():
    random = np.random.default_rng(SEED)
    content = {
        "versions": {
            "evidently": evidently.__version__,
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "scipy": scipy.__version__,
        },
        "seed": SEED,
        "samples": [
            {
                "name": name,
                "reference": np.asarray(reference, dtype=float).tolist(),
                "current": np.asarray(current, dtype=float).tolist(),
                "expected": expected(reference, current, NUMBER),
            }
            for name, reference, current in samples(random)
        ],
        "shares": [
            {
                "name": name,
                "reference": reference,
                "current": current,
                "expected": expected(
                    np.repeat(np.arange(len(reference)), reference),
                    np.repeat(np.arange(len(current)), current),
                    CATEGORY,
                ),
            }
            for name, reference, current in shares(random)
        ],
    }
    path = pathlib.Path(__file__).with_name("drift.json")
    path.write_text(json.dumps(content, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
