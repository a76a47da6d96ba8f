"""Card transactions as columns."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Transactions:
    """One entry a transaction in each column, ascending by time."""

    seconds: Integers
    """Since midnight of the first day."""
    customer: Integers
    terminal: Integers
    cents: Integers
    """The amount, whole so that sums of it are exact."""
    scenario: npt.NDArray[np.int8]
    """0 genuine; 1 amount over 220; 2 compromised terminal; 3 card details in wrong hands."""

    def __len__(self) -> int:
        """The number of transactions."""
        return len(self.seconds)

    @property
    def day(self) -> Integers:
        """Days since the first one."""
        return self.seconds // SECONDS_A_DAY

    @property
    def fraud(self) -> npt.NDArray[np.int8]:
        """1 for a fraud of any scenario."""
        return (self.scenario > 0).astype(np.int8)

    def counts(self) -> tuple[int, int, int, int]:
        """How many there are, and how many of scenarios 1, 2 and 3."""
        of = np.bincount(self.scenario, minlength=4)
        return len(self), int(of[1]), int(of[2]), int(of[3])


def grouped(group: Integers, count: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The rows of each group in their order, all in one array, and where each group begins.

    Group g's rows are `order[start[g] : start[g + 1]]`. Small numbers sort by radix.
    """
    small = group.astype(np.uint16) if count <= 1 << 16 else group
    order = np.argsort(small, kind="stable")
    start = np.zeros(count + 1, dtype=np.intp)
    np.cumsum(np.bincount(group, minlength=count), out=start[1:])
    return order, start
