"""Synthetic rows for a published version: what parity tests score."""

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.features import Feature
from vigie_pipelines.published.version import PublishedVersion

_MISSING_SHARE = 0.2
_ON_CUT_SHARE = 0.5


def random_rows(version: PublishedVersion, count: int, random: np.random.Generator) -> Floats:
    """Rows that a pod accepts, drawn value by value, independently.

    Half of the numbers lie exactly on one of the model's own cuts, where bins and branches are
    decided; the others spread over the reference histogram and somewhat beyond it.
    """
    columns = []
    for feature in version.features:
        if feature.kind == "category":
            column = random.integers(0, len(feature.categories), count).astype(np.float64)
        elif feature.kind == "boolean":
            column = random.integers(0, 2, count).astype(np.float64)
        else:
            column = _numbers(version, feature, count, random)
        if feature.missing == "allow":
            column[random.random(count) < _MISSING_SHARE] = np.nan
        columns.append(column)
    return np.column_stack(columns)


def _numbers(
    version: PublishedVersion, feature: Feature, count: int, random: np.random.Generator
) -> Floats:
    edges = np.array(version.manifest["reference"]["features"][feature.name]["edges"])
    cuts = np.array(version.scorer.cuts(feature.name) or edges)
    reach = 0.5 * max(edges[-1] - edges[0], 1.0)
    column = random.uniform(edges[0] - reach, edges[-1] + reach, count)
    on_cut = random.random(count) < _ON_CUT_SHARE
    column[on_cut] = random.choice(cuts, int(on_cut.sum()))
    if feature.kind == "integer":
        # A cut between two whole numbers becomes the one below or the one above.
        column = np.where(random.random(count) < 0.5, np.floor(column), np.ceil(column))
    return np.clip(column, feature.minimum, feature.maximum)
