"""Coarse histograms of the training data, against which drift is measured in production.

Counts per bin only, of at least a twentieth of the rows where values allow: no row can be read out
of them.
"""

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.dataset import Dataset

_QUANTILES = np.linspace(0.1, 0.9, 9)


def histogram(values: Floats) -> dict[str, object]:
    """Bins at the deciles (4 significant digits, equal ones merged), open at both ends.

    Bin i counts edges[i-1] <= x < edges[i]; there is one count more than there are edges.
    """
    edges = np.unique([float(f"{edge:.4g}") for edge in np.quantile(values, _QUANTILES)])
    bins = np.searchsorted(edges, values, side="right")
    counts = np.bincount(bins, minlength=len(edges) + 1)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


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
    return {"rows": len(dataset), "features": features, "score": histogram(probability)}
