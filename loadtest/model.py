"""Makes the model that ModelInfer is measured with: 30 features, 200 trees of depth 6, XGBoost.

The data is synthetic and seeded; what counts is the model's shape and that rows take different ways
through it. Nothing is committed: the registry is made under .build/loadtest when it is not there.
Run by itself it prints where it put things:

    python loadtest/model.py
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import wire
from harness.places import WORK, MissingError
from harness.probe import ProbeError

NAME = "bench-trees"
FEATURES = 30
TREES = 200
DEPTH = 6
ROWS_TRAINED = 20_000
ROWS_ASKED = 1024
SEED = 20261125
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Made:
    """A registry folder with the one model, and framed ModelInfer requests, a row each."""

    registry: Path
    bodies: Sequence[Path]

    @property
    def file(self) -> Path:
        """The model as XGBoost saved it."""
        return self.registry / NAME / "1" / "model.ubj"


def make() -> Made:
    """The registry and the bodies; made once."""
    home = WORK / "model"
    registry = home / "registry"
    made = Made(registry, [home / "bodies" / f"{row:04}" for row in range(ROWS_ASKED)])
    if (registry / NAME / "1" / "manifest.json").exists() and made.bodies[-1].exists():
        return made
    try:
        import numpy
        import xgboost
    except ImportError as error:
        raise MissingError(f"the model needs {error.name}: pip install xgboost-cpu") from error

    random = numpy.random.default_rng(SEED)
    rows = random.normal(size=(ROWS_TRAINED, FEATURES)).astype(numpy.float32)
    # A target with interactions, so that trees grow to their full depth everywhere.
    logit = rows @ random.normal(size=FEATURES) * 0.3 + rows[:, 0] * rows[:, 1]
    logit += numpy.sin(2 * rows[:, 2]) * rows[:, 3] + random.logistic(size=ROWS_TRAINED)
    names = [f"f{index:02}" for index in range(FEATURES)]
    data = xgboost.DMatrix(rows, label=(logit > 0).astype(int), feature_names=names)
    booster = xgboost.train(
        {
            "objective": "binary:logistic",
            "max_depth": DEPTH,
            "eta": 0.1,
            "tree_method": "hist",
            "seed": SEED,
            "nthread": 1,
        },
        data,
        num_boost_round=TREES,
    )
    asked = random.normal(size=(ROWS_ASKED, FEATURES)).astype(numpy.float32)
    expected = booster.predict(xgboost.DMatrix(asked, feature_names=names))

    _write_bodies(made.bodies, asked.tolist())
    # What XGBoost itself answers, for whoever wants to compare.
    (home / "expected.json").write_text(json.dumps([float(value) for value in expected]))
    folder = registry / NAME / "1"
    folder.mkdir(parents=True, exist_ok=True)
    booster.save_model(folder / "model.ubj")
    leaves = sum(tree.count("leaf=") for tree in booster.get_dump())
    manifest = _manifest(folder / "model.ubj", names, xgboost.__version__, leaves)
    # Written last: a folder without it is not a version yet.
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return made


def check(answer: Sequence[float], row: int = 0, tolerance: float = TOLERANCE) -> None:
    """Raises unless this is what XGBoost itself predicts for that row."""
    expected = _expected()[row]
    if len(answer) != 1 or abs(answer[0] - expected) > tolerance:
        raise ProbeError(f"ModelInfer: row {row} got {answer}, XGBoost says {expected}")


def rows_file(made: Made) -> Path:
    """The rows that bodies ask, with what XGBoost predicts, as vigie-load reads them."""
    path = WORK / "model" / "rows.jsonl"
    lines = []
    for body, expected in zip(made.bodies, _expected(), strict=True):
        row = wire.asked(wire.unframe(body.read_bytes()))
        lines.append(json.dumps({"features": row, "expected": {"*": [expected]}}) + "\n")
    path.write_text("".join(lines))
    return path


@functools.cache
def _expected() -> list[float]:
    found: list[float] = json.loads((WORK / "model" / "expected.json").read_text())
    return found


def _write_bodies(paths: Sequence[Path], rows: Sequence[Sequence[float]]) -> None:
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    for path, row in zip(paths, rows, strict=True):
        path.write_bytes(wire.infer(NAME, row))


def _manifest(model: Path, names: Sequence[str], library: str, leaves: int) -> dict[str, object]:
    content = model.read_bytes()
    return {
        "schema": 1,
        "name": NAME,
        "version": 1,
        "namespace": "bench",
        "description": f"{FEATURES} features, {TREES} trees of depth {DEPTH}, {leaves} leaves",
        "flavor": "xgboost",
        "files": [
            {
                "path": model.name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
            }
        ],
        "signature": {
            "features": [{"name": name, "kind": "number", "missing": "allow"} for name in names]
        },
        "training": {
            "dataset": "synthetic, loadtest/model.py",
            "rows": ROWS_TRAINED,
            "library": f"xgboost {library}",
            "seed": SEED,
        },
    }


if __name__ == "__main__":
    result = make()
    print(f"registry: {result.registry}\nbodies:   {result.bodies[0].parent} ({ROWS_ASKED})")
