"""The data sets by their keys."""

from pathlib import Path

from vigie_pipelines.data import candidates, german, gmsc, hmeq
from vigie_pipelines.data.dataset import Dataset

CREDIT_KEYS = ("gmsc", "german", "hmeq")


def read(key: str, *, hmeq_path: Path | None = None, seed: int = 1) -> Dataset:
    """A data set; `seed` is for the simulated one. Raises DataNotFoundError."""
    match key:
        case "gmsc":
            return gmsc.read()
        case "german":
            return german.read()
        case "hmeq":
            return hmeq.read(hmeq_path)
        case "hr":
            return candidates.simulate(seed)
        case _:
            raise ValueError(f"no data set {key!r}")
