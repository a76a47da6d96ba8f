"""Bars on a logarithmic axis, as one SVG file without any library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from harness.report import number

WIDTH = 860
LABEL = 250
# Room for the figure that stands behind a bar.
FIGURE = 90
ROW, GAP, HEAD, AXIS = 18, 6, 34, 26
COLOURS = ("#1f77b4", "#c7c7c7", "#ff7f0e")


@dataclass(frozen=True)
class Bar:
    """`colour` is an index: 0 for ours, 1 for others, 2 for ours under others' conditions."""

    label: str
    value: float
    colour: int = 1


@dataclass(frozen=True)
class Panel:
    """Bars that share an axis. `title` says what is counted, in which unit."""

    title: str
    bars: Sequence[Bar]


def svg(title: str, panels: Sequence[Panel]) -> str:
    """All panels, one below the other."""
    parts, top = [], HEAD
    for panel in panels:
        drawn, height = _panel(panel, top)
        parts += drawn
        top += height
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" '
        f'viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" font-size="12">'
    )
    back = f'<rect width="{WIDTH}" height="{top}" fill="white"/>'
    name = _text(10, 22, title, size=15, weight="bold")
    return "\n".join([head, back, name, *parts, "</svg>"]) + "\n"


def decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around all values: where a logarithmic axis begins and ends."""
    if not values or min(values) <= 0:
        raise ValueError("a logarithmic axis needs values above zero")
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)))
    # The smallest bar is to be seen, too.
    return (low - 1 if math.log10(min(values)) == low else low), max(high, low + 1)


def _panel(panel: Panel, top: int) -> tuple[list[str], int]:
    low, high = decades([bar.value for bar in panel.bars])
    width = WIDTH - LABEL - FIGURE
    bottom = top + HEAD + len(panel.bars) * (ROW + GAP)

    def place(value: float) -> float:
        return LABEL + width * (math.log10(value) - low) / (high - low)

    parts = [_text(10, top + 20, panel.title, size=13, weight="bold")]
    for power in range(low, high + 1):
        x = place(10.0**power)
        line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top + HEAD - 4}" y2="{bottom}" '
        parts.append(line + 'stroke="#e4e4e4"/>')
        parts.append(_text(x, bottom + 14, f"{10.0**power:,g}", anchor="middle", fill="#666"))
    for index, bar in enumerate(panel.bars):
        y = top + HEAD + index * (ROW + GAP)
        length = place(bar.value) - LABEL
        fill = COLOURS[bar.colour]
        parts.append(_text(LABEL - 8, y + 13, bar.label, anchor="end"))
        parts.append(
            f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{ROW}" fill="{fill}"/>'
        )
        parts.append(_text(LABEL + length + 5, y + 13, number(bar.value)))
    return parts, HEAD + len(panel.bars) * (ROW + GAP) + AXIS


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 12,
    weight: str = "normal",
    anchor: str = "start",
    fill: str = "#222",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'
    )
