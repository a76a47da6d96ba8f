"""Coarse histograms of the training data, against which drift is measured in production.

Counts per bin only, of at least a twentieth of the rows where values allow: no row can be read out
of them. Only of the score, which is no one's data, there are values.
"""

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.dataset import Dataset

_QUANTILES = np.linspace(0.1, 0.9, 9)
# Enough for the Kolmogorov-Smirnov test to see a shift of 5 points, little for a manifest.
_SAMPLE_SIZE = 1000


def histogram(values: Floats) -> dict[str, object]:
    """Bins at the deciles (4 significant digits, equal ones merged), open at both ends.

    Bin i counts edges[i-1] <= x < edges[i]; there is one count more than there are edges.
    """
    edges = np.unique([float(f"{edge:.4g}") for edge in np.quantile(values, _QUANTILES)])
    bins = np.searchsorted(edges, values, side="right")
    counts = np.bincount(bins, minlength=len(edges) + 1)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def score_reference(scores: Floats) -> dict[str, object]:
    """The histogram of scores, and a sample that live scores are compared with value by value.

    The sample is no random draw but evenly spaced order statistics, which stand for the whole
    distribution. Of features there is none: their values could be a person's.
    """
    ordered = np.sort(scores)
    count = min(len(ordered), _SAMPLE_SIZE)
    places = ((np.arange(count) + 0.5) * len(ordered) / count).astype(int)
    return {**histogram(scores), "sample": ordered[places].tolist()}


def reference(dataset: Dataset, probability: Floats) -> dict[str, object]:
    """The manifest's `reference`; the score's histogram is of the calibrated probability."""
    features: dict[str, object] = {}
    for feature, column in zip(dataset.features, dataset.rows.T, strict=True):
        present = column[~np.isnan(column)]
        missing = len(column) - len(present)
        if feature.kind in ("category", "boolean"):
            names = feature.categories or ("false", "true")
            counts = np.bincount(present.astype(int), minlength=len(names)).tolist()
            entry = {"categories": dict(zip(names, counts, strict=True)), "missing": missing}
        else:
            entry = {**histogram(present), "missing": missing}
        features[feature.name] = entry
    return {"rows": len(dataset), "features": features, "score": score_reference(probability)}
