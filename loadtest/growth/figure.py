"""One question's answer: what was measured at each size, how it grows, and a table of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from growth.fit import LINEAR, TOLERANCE, Point, exponent
from harness import report


@dataclass
class Figure:
    """`rows` are sizes with their costs in the unit that is shown.

    When `is_share`, that cost is one of `size` equal parts (of a connection, of a model, of an answer
    that one of n models gave): the whole costs `size` times as much, and its growth is what counts.
    """

    key: str
    title: str
    size_label: str
    cost_label: str
    is_share: bool = False
    rows: list[tuple[float, float]] = field(default_factory=list)
    # Further columns, by name: a value a row, for people only.
    others: dict[str, list[float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, size: float, cost: float, **others: float) -> None:
        self.rows.append((size, cost))
        for name, value in others.items():
            self.others.setdefault(name, []).append(value)

    @property
    def points(self) -> list[Point]:
        return [Point(size, cost * size if self.is_share else cost) for size, cost in self.rows]

    @property
    def exponent(self) -> float:
        return exponent(self.points)

    @property
    def is_too_steep(self) -> bool:
        return self.exponent > LINEAR + TOLERANCE

    def section(self) -> report.Section:
        """As the harness prints and judges it."""
        names = [name.replace("_", " ") for name in self.others]
        section = report.Section(
            self.key, self.title, (self.size_label, self.cost_label, *names), notes=self.notes
        )
        for index, (size, cost) in enumerate(self.rows):
            others = [report.number(values[index]) for values in self.others.values()]
            section.rows.append((f"{size:,.0f}", report.number(cost), *others))
        section.verdicts.append(
            report.at_most(f"{self.key}: cost ∝ size^", self.exponent, LINEAR + TOLERANCE)
        )
        section.data = self.as_json()
        return section

    def as_json(self) -> dict[str, Any]:
        return {
            "size": self.size_label,
            "cost": self.cost_label,
            "is_share": self.is_share,
            "rows": self.rows,
            "others": self.others,
            "exponent": self.exponent,
        }
