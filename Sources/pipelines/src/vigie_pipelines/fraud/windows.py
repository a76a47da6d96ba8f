"""Sums over sliding windows of time, a customer's or a terminal's, exact and without loops.

Rows are grouped by member and stand in order of time; `member · span + time` then ascends over all
of them, so that one bisection finds where each row's window begins, and sums of whole numbers over
a window are differences of one cumulative sum: exact, whatever the window's length.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vigie_pipelines.fraud.transactions import Integers, grouped


@dataclass(frozen=True)
class Window:
    """The rows at positions `low` to `high`, without `high`, in the grouped order."""

    low: Integers
    high: Integers

    @property
    def count(self) -> Integers:
        """How many rows are in each window."""
        return self.high - self.low

    def sum(self, cumulative: Integers) -> Integers:
        """The sum over each window of what `Grouped.cumulative` added up."""
        return cumulative[self.high] - cumulative[self.low]


class Grouped:
    """The rows of transactions, member by member; results go back to the rows' own order."""

    def __init__(self, member: Integers, seconds: Integers, reach: int) -> None:
        """`reach`: the longest window, label delay included, in seconds."""
        self._order, _ = grouped(member, int(member.max(initial=0)) + 1)
        span = int(seconds.max(initial=0)) + reach + 1
        self._key = member[self._order] * span + seconds[self._order]
        self._own = np.arange(len(self._key), dtype=np.int64)

    def cumulative(self, values: npt.NDArray[np.integer]) -> Integers:
        """Sums of whole values before each position, one more than there are rows."""
        total = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(values[self._order], out=total[1:])
        return total

    def until_now(self, seconds: int) -> Window:
        """(t - seconds, t], the current row with it, those after it in order without.

        As pandas' `rolling(f"{seconds}s")` has it.
        """
        return Window(np.searchsorted(self._key, self._key - seconds, side="right"), self._own + 1)

    def known(self, seconds: int, delay: int) -> Window:
        """(t - delay - seconds, t - delay]: rows whose label has arrived; never the current one."""
        high = np.minimum(np.searchsorted(self._key, self._key - delay, side="right"), self._own)
        low = np.searchsorted(self._key, self._key - delay - seconds, side="right")
        return Window(np.minimum(low, high), high)

    def back(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        """Values in the grouped order, put back into the rows' order."""
        result = np.empty(len(values))
        result[self._order] = values
        return result
