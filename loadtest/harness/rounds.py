"""Runs several subjects in turn, A B C A B C …, so that a noisy minute hits all of them alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Series:
    """One figure of one subject, a value a round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def ratio(self, base: Series) -> Series:
        """This over `base`, round by round: what drifts between rounds cancels out."""
        if len(self.values) != len(base.values):
            raise ValueError("series of different lengths have no ratio round by round")
        pairs = zip(self.values, base.values, strict=True)
        return Series(tuple(mine / other for mine, other in pairs))


def interleave(
    items: Sequence[Item],
    rounds: int,
    measure: Callable[[Item], Sequence[float]],
    progress: Callable[[int, Item, Sequence[float]], None],
) -> list[list[Series]]:
    """For each item, a series per figure that `measure` returns.

    Every second round runs backwards, so that no item always follows the same neighbour.
    """
    found: list[list[Sequence[float]]] = [[] for _ in items]
    for number in range(rounds):
        order = range(len(items)) if number % 2 == 0 else reversed(range(len(items)))
        for index in order:
            figures = measure(items[index])
            found[index].append(figures)
            progress(number, items[index], figures)
    return [[Series(tuple(column)) for column in zip(*rows, strict=True)] for rows in found]


def percentile(ordered: Sequence[int], fraction: float) -> int:
    """The nearest-rank percentile of an ascending sequence."""
    if not ordered:
        raise ValueError("no values")
    rank = max(1, -(-len(ordered) * fraction // 1))
    return ordered[int(rank) - 1]
