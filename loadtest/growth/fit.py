"""How a cost grows with a size: the exponent of size in cost, by least squares on logarithms.

A cost of c·n^e is a straight line of slope e on log-log paper. Costs have a fixed part as well, which
hides growth at small sizes, so the slope is also taken of the largest sizes alone, and the greater of
both counts: a + b·n has 1 at most, n·log n some 1.1, a + b·n² comes near 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LINEAR = 1.0
# What may be over it: noise, and caches that no longer hold what they held (1.8 times a decade).
TOLERANCE = 0.25
# Of the largest sizes, at least so many and this share of all.
TAIL_POINTS = 3
TAIL_SHARE = 0.4


@dataclass(frozen=True)
class Point:
    """A size, and what it cost in all; both above zero."""

    size: float
    cost: float


def slope(points: Sequence[Point]) -> float:
    """The exponent; 0 for fewer than two sizes."""
    if len({point.size for point in points}) < 2:
        return 0.0
    if any(point.size <= 0 or point.cost <= 0 for point in points):
        raise ValueError("sizes and costs must be above zero")
    xs = [math.log(point.size) for point in points]
    ys = [math.log(point.cost) for point in points]
    middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return over / sum((x - middle_x) ** 2 for x in xs)


def tail(points: Sequence[Point]) -> list[Point]:
    """Those of the largest sizes."""
    ordered = sorted(points, key=lambda point: point.size)
    count = max(TAIL_POINTS, math.ceil(len(ordered) * TAIL_SHARE))
    return ordered[-count:]


def exponent(points: Sequence[Point]) -> float:
    """Of all sizes, or of the largest alone: the greater."""
    return max(slope(points), slope(tail(points)))


def is_too_steep(points: Sequence[Point]) -> bool:
    """Whether it grows worse than linearly."""
    return exponent(points) > LINEAR + TOLERANCE
