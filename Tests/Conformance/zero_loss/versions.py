"""Versions that answer what nobody else answers: a score tells which one made it."""

import hashlib
import json
import pathlib
import shutil

import numpy
from rollout_kit import MODEL, linear, publish, slow, throwing_from

# All that callers ask. Inputs differ in both features, so that a swap of the two shows.
ROWS = [(float(i % 11), float(i * 5 % 7)) for i in range(77)]
# Small enough to flip no decision at BAND, and ten times what a single-precision score can tell.
STEP = 1e-5
BAND = 0.55
# The throwing version's table has so many rows.
TABLE = 3


class Version:
    """A version's model, and what it must answer."""

    def __init__(self, number: int, kind: str = "good"):
        self.number = number
        self.kind = kind

    def model(self) -> bytes:
        match self.kind:
            case "good":
                return linear((0.1, 0.0), self.number * STEP)
            case "swapped":
                return linear((0.0, 0.1), self.number * STEP)
            case "throwing":
                return throwing_from(TABLE)
            case "slow":
                return slow(320, 4)
        raise ValueError(self.kind)

    def score(self, x) -> float | None:
        """None where it can but throw."""
        match self.kind:
            case "good":
                return 0.1 * x[0] + self.number * STEP
            case "swapped":
                return 0.1 * x[1] + self.number * STEP
            case "throwing":
                return 0.5 if x[0] < TABLE else None
            case "slow":
                return x[0]
        raise ValueError(self.kind)

    def says(self, x, value: float) -> bool:
        score = self.score(x)
        return score is not None and abs(value - score) < STEP / 4

    def publish(self, registry: pathlib.Path):
        publish(registry, self.number, self.model())


def write_rows(path: pathlib.Path, versions) -> pathlib.Path:
    """What vigie-load asks, and what each version must answer."""
    lines = []
    for x in ROWS:
        scores = {str(v.number): v.score(x) for v in versions}
        expected = {number: [score] for number, score in scores.items() if score is not None}
        # A version that nobody published must not answer: no score is right.
        lines.append(json.dumps({"features": x, "expected": expected | {"*": [-1.0]}}))
    path.write_text("\n".join(lines))
    return path


def prune(registry: pathlib.Path, newest: int, keep: int):
    """Takes the version that has become too old out of the registry: by a rename, then for good."""
    old = registry / MODEL / str(newest - keep)
    if old.exists():
        gone = old.rename(registry / f".gone-{old.name}")
        shutil.rmtree(gone)


def publish_corrupt(registry: pathlib.Path, number: int, how: str):
    """A version that no pod may serve."""
    model = linear((0.1, 0.0), number * STEP)
    folder = registry / MODEL / f"{number}.tmp"
    folder.mkdir()
    digest = hashlib.sha256(model).hexdigest()
    match how:
        case "another digest":
            digest = hashlib.sha256(model + b" ").hexdigest()
        case "cut short":
            model = model[: len(model) // 2]
            digest = hashlib.sha256(model).hexdigest()
        case "noise":
            model = numpy.random.default_rng(number).bytes(4096)
            digest = hashlib.sha256(model).hexdigest()
    files = [{"path": "model.onnx", "sha256": digest}]
    manifest = {"schema": 1, "name": MODEL, "version": number, "flavor": "onnx", "files": files}
    text = json.dumps(manifest)
    (folder / "manifest.json").write_text(text[:40] if how == "half a manifest" else text)
    if how != "no model":
        (folder / "model.onnx").write_bytes(model)
    folder.rename(registry / MODEL / str(number))


CORRUPT = ["another digest", "cut short", "noise", "half a manifest", "no model"]
