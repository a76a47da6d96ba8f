"""How a run was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from growth.figure import Figure
from harness import report


@dataclass(frozen=True)
class Settings:
    # CPU seconds of the pod in a round, and rounds, of which the median counts.
    seconds: float = 1.0
    rounds: int = 3
    # Sizes above this are left out, by question: {"connections": 1000}.
    at_most: dict[str, float] = field(default_factory=dict)

    def sizes(self, key: str, sizes: Sequence[int]) -> list[int]:
        return [size for size in sizes if size <= self.at_most.get(key, float("inf"))]

    def each(
        self, figure: Figure, sizes: Sequence[int], measure: Callable[[int], dict[str, float]]
    ) -> None:
        """Measures at each size; `measure` gives "cost" and further columns."""
        for size in self.sizes(figure.key, sizes):
            report.progress(f"{figure.key}: {size:,}")
            found = measure(size)
            figure.add(size, found.pop("cost"), **found)
        report.progress_done()
