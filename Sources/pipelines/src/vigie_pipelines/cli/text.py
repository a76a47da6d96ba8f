"""Tables and progress for people."""

import sys
import time
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """A table in aligned columns; the first `left` are flush left, the others flush right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(padded).rstrip()

    return "\n".join([line(head), "  ".join("─" * width for width in widths), *map(line, rows)])


class Progress:
    """What goes on, on standard error, so that standard output holds results only."""

    def __init__(self, *, quiet: bool) -> None:
        """A quiet one says nothing but warnings."""
        self._quiet = quiet
        self._start = time.monotonic()

    def say(self, text: str) -> None:
        """One line, with the seconds since the start."""
        if not self._quiet:
            print(f"[{time.monotonic() - self._start:6.1f} s] {text}", file=sys.stderr, flush=True)

    def warn(self, text: str) -> None:
        """One line that is shown even when quiet."""
        print(f"warning: {text}", file=sys.stderr, flush=True)
