"""Rows to learn from, with where they come from."""

import hashlib
import json
from dataclasses import dataclass, replace

import numpy as np

from vigie_pipelines.arrays import Floats, Indices, Labels
from vigie_pipelines.data.features import Feature


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Labelled rows in the engine's row semantics."""

    key: str
    """What the command line calls it: "gmsc"."""
    title: str
    source: str
    licence: str
    features: tuple[Feature, ...]
    rows: Floats
    labels: Labels
    notes: tuple[str, ...] = ()
    """What was cleaned, in words; empty when nothing."""

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.labels)

    def take(self, indices: Indices) -> "Dataset":
        """The same data set with only these rows."""
        return replace(self, rows=self.rows[indices], labels=self.labels[indices])

    @property
    def names(self) -> list[str]:
        """The features' names, in order."""
        return [feature.name for feature in self.features]


def fingerprint(dataset: Dataset) -> str:
    """SHA-256 over the canonical data: two runs on the same rows agree on any machine.

    Hashed are, in this order: the features' names, kinds and categories as JSON with sorted keys
    and no spaces; one newline; the rows in order as little-endian float64, each missing value the
    quiet NaN 0x7ff8000000000000 and each zero +0; the labels as one byte each.
    """
    schema = [[f.name, f.kind, list(f.categories)] for f in dataset.features]
    digest = hashlib.sha256(json.dumps(schema, separators=(",", ":")).encode())
    digest.update(b"\n")
    rows = np.where(np.isnan(dataset.rows), np.nan, dataset.rows + 0.0)
    digest.update(np.ascontiguousarray(rows, dtype="<f8").tobytes())
    digest.update(np.ascontiguousarray(dataset.labels, dtype="u1").tobytes())
    return f"sha256:{digest.hexdigest()}"
