"""Bins of one feature: half-open intervals of a number, or the categories, and one for missing."""

from dataclasses import dataclass

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from vigie_pipelines.arrays import Floats, Indices, Labels
from vigie_pipelines.data.features import Feature


@dataclass(frozen=True)
class Bins:
    """Bin i of a number covers edges[i-1] <= x < edges[i]; bin i of a category is category i.

    The bin after the last regular one, index `count`, is the missing values'.
    """

    count: int
    """Regular bins, without that of the missing values."""
    ordered: int
    """The first so many bins are in order of a quantity: a monotone trend may be asked of them."""
    edges: Floats | None
    """Of a number, ascending, count - 1 of them; None for a category."""

    def assign(self, column: Floats) -> Indices:
        """The bin of each value."""
        if self.edges is None:
            return np.where(np.isnan(column), self.count, column).astype(np.intp)
        bins = np.searchsorted(self.edges, column, side="right")
        bins[np.isnan(column)] = self.count
        return bins


def find_bins(
    feature: Feature, column: Floats, labels: Labels, *, bins_max: int, share_min: float
) -> Bins:
    """Bins that tell good from bad rows: a small decision tree's splits (entropy).

    Codes ("96: refused to say") get one bin of their own, so that the tree sees quantities only.
    `share_min` is the least share of the rows in a bin of the tree.
    """
    if feature.kind == "category":
        return Bins(count=len(feature.categories), ordered=0, edges=None)
    quantity = ~np.isnan(column)
    if feature.codes_from is not None:
        quantity &= ~(column >= feature.codes_from)
    tree = DecisionTreeClassifier(
        criterion="entropy",
        max_leaf_nodes=bins_max,
        min_samples_leaf=max(2, int(share_min * len(column))),
        random_state=0,
    ).fit(column[quantity, None], labels[quantity])
    # Duplicate thresholds cannot help; a threshold lies midway between two values, never on one.
    edges = np.unique(tree.tree_.threshold[tree.tree_.feature >= 0])
    ordered = len(edges) + 1
    if feature.codes_from is not None:
        edges = np.append(edges, feature.codes_from)
    return Bins(count=len(edges) + 1, ordered=ordered, edges=edges)


def merge_equal(bins: Bins, values: Floats) -> tuple[Bins, Floats]:
    """The same bins with neighbours of equal value made one; `values` without the missing bin's."""
    if bins.edges is None or len(values) < 2:
        return bins, values
    differs = values[1:] != values[:-1]
    edges = bins.edges[differs]
    ordered = 1 + int(differs[: bins.ordered - 1].sum())
    return Bins(len(edges) + 1, ordered, edges), values[np.concatenate([[True], differs])]
