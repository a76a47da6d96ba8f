"""Labelled sets that anomaly detectors are compared on; labels only measure, nothing learns them.

The three ADBench files are found in `--data DIR`, `$VIGIE_DATA`, or `../shared/data` beside the
repository; none of them is part of it. river's copy of shuttle comes with the package.
"""

import csv
import gzip
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.errors import DataNotFoundError

_ADBENCH = {"http": "16_http.npz", "shuttle": "32_shuttle.npz", "mammography": "23_mammography.npz"}
KEYS = (*_ADBENCH, "shuttle-river")

# Mean over three seeds of scikit-learn's forest of 100 trees: AUC, average precision, precision at
# as many alerts as there are anomalies.
MEASURED_BEFORE = {
    "http": (0.9993, 0.844, 0.812),
    "shuttle": (0.997, 0.977, 0.952),
    "mammography": (0.861, 0.205, 0.215),
}


@dataclass(frozen=True)
class Benchmark:
    """Rows and whether each is an anomaly."""

    key: str
    rows: Floats
    labels: Labels


def read(key: str, folder: Path | None = None) -> Benchmark:
    """A set by its key. DataNotFoundError says where it was looked for."""
    if key == "shuttle-river":
        return _river()
    name = _ADBENCH[key]
    places = [folder] if folder else _places()
    for place in places:
        file = place / name
        if file.is_file():
            with np.load(file) as arrays:
                return Benchmark(
                    key, arrays["X"].astype(np.float64), arrays["y"].ravel().astype(np.int8)
                )
    raise DataNotFoundError(
        f"no {name} in {', '.join(map(str, places))}: "
        "give its folder with --data, or set VIGIE_DATA"
    )


def _places() -> list[Path]:
    repository = Path(__file__).resolve().parents[5]
    named = os.environ.get("VIGIE_DATA")
    return [*([Path(named)] if named else []), repository.parent / "shared" / "data"]


def _river() -> Benchmark:
    """From the package's file: importing all of river would take a second."""
    found = find_spec("river")
    file = found and Path(found.origin or "").parent / "datasets" / "shuttle.csv.gz"
    if not file or not file.is_file():
        raise DataNotFoundError("no shuttle.csv.gz of the package river: pip install river")
    with gzip.open(file, "rt", encoding="utf-8") as text:
        reader = csv.reader(text)
        next(reader)
        table = np.array(list(reader), dtype=np.float64)
    return Benchmark("shuttle-river", table[:, :-1], table[:, -1].astype(np.int8))
