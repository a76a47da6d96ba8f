"""What is compared: a case is one kind of work, ours and its peers, and how much faster ours must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Rows:
    """Input rows in a file: native numbers one after the other, or one string a line."""

    path: Path
    # Extents of one row: (30,) or (56, 1).
    shape: tuple[int, ...]
    # f32, f64 or string.
    type: str = "f32"

    def words(self) -> list[str]:
        shape = ",".join(str(extent) for extent in self.shape)
        return ["--rows", str(self.path), "--row-shape", shape, "--type", self.type]


@dataclass(frozen=True)
class Contestant:
    """A program that does the work and prints one line of figures (peers/engine/worker.h)."""

    name: str
    command: Sequence[str]
    # Our figure must be so many times smaller than this one's; None: shown only.
    target: float | None = None
    # How far each answer may be from ours, relative to 1 + |ours|; None: not comparable.
    tolerance: float | None = 1e-5
    # Which of its numbers ours gives, too: of two classes' probabilities, say, each second.
    answers: slice = field(default_factory=lambda: slice(None))


@dataclass(frozen=True)
class Case:
    """One row of the table. Figures are ns a call; calls take `batch` rows."""

    key: str
    title: str
    ours: Contestant
    peers: Sequence[Contestant]
    batch: int = 1
    # Bound of our 99th percentile, in ms.
    p99_ms_max: float | None = None
    # Facts that belong to the figures: sizes, versions, what was left out.
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def contestants(self) -> list[Contestant]:
        return [self.ours, *self.peers]
