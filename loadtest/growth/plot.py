"""A log-log plot as SVG, without a library: what was measured, and what linear growth would be."""

from __future__ import annotations

import math
from html import escape

from growth.figure import Figure

WIDTH, HEIGHT = 640, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 20, 50, 60
LINE, GUIDE, GRID, INK = "#0b6e99", "#b0b0b0", "#e8e8e8", "#222"


class _Scale:
    """A logarithmic axis from some size to some pixel; whole decades are its ticks."""

    def __init__(self, values: list[float], start: float, end: float):
        low, high = math.log10(min(values)), math.log10(max(values))
        room = max(0.1, (high - low) * 0.06)
        self.low, self.high, self.start, self.end = low - room, high + room, start, end

    def __call__(self, value: float) -> float:
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self) -> list[float]:
        decades = range(math.ceil(self.low), math.floor(self.high) + 1)
        ticks = [10.0**power for power in decades]
        if len(ticks) < 2:
            # Less than two decades: their halves and fifths, too.
            ticks = [
                digit * 10.0**power
                for power in range(math.floor(self.low), math.ceil(self.high) + 1)
                for digit in (1, 2, 5)
                if self.low <= math.log10(digit * 10.0**power) <= self.high
            ]
        return ticks


def label(value: float) -> str:
    """10000 → 10k, 0.001 → 0.001."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _text(x: float, y: float, words: str, size: int = 12, **attributes: str) -> str:
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{INK}"{more}>{escape(words)}</text>'


def svg(figure: Figure) -> str:
    """The whole document."""
    sizes = [size for size, _ in figure.rows]
    costs = [cost for _, cost in figure.rows]
    # Linear growth of the whole from the first size on: level for a share.
    ends = [(sizes[0], costs[0]), (sizes[-1], costs[0] * _linear(figure, sizes))]
    x = _Scale(sizes, LEFT, WIDTH - RIGHT)
    y = _Scale(costs + [cost for _, cost in ends], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 24, figure.title, 15),
        _text(LEFT, 42, f"cost in all ∝ size^{figure.exponent:.2f}; grey: linear", 11),
    ]
    for tick in x.ticks():
        at = x(tick)
        parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{GRID}"/>')
        parts.append(_text(at, HEIGHT - BOTTOM + 18, label(tick), text_anchor="middle"))
    for tick in y.ticks():
        at = y(tick)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        parts.append(_text(LEFT - 8, at + 4, label(tick), text_anchor="end"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 16, figure.size_label, text_anchor="middle")
    )
    turn = f"rotate(-90 20 {middle:.0f})"
    parts.append(_text(20, middle, figure.cost_label, text_anchor="middle", transform=turn))
    parts.append(f'<path d="{_path(ends, x, y)}" fill="none" stroke="{GUIDE}" stroke-width="2"/>')
    parts.append(
        f'<path d="{_path(figure.rows, x, y)}" fill="none" stroke="{LINE}" stroke-width="2"/>'
    )
    for size, cost in figure.rows:
        parts.append(f'<circle cx="{x(size):.1f}" cy="{y(cost):.1f}" r="4" fill="{LINE}"/>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _linear(figure: Figure, sizes: list[float]) -> float:
    return 1.0 if figure.is_share else sizes[-1] / sizes[0]


def _path(points: list[tuple[float, float]], x: _Scale, y: _Scale) -> str:
    return "M" + "L".join(f"{x(size):.1f} {y(cost):.1f}" for size, cost in points)
