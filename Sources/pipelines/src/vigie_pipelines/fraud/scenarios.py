"""The three ways in which the simulator's frauds happen, in the handbook's order.

1. Every amount over 220 is a fraud: a check that a detector works at all.
2. Each day two terminals are compromised; all that is paid there for 28 days is fraud.
3. Each day the cards of three customers leak; for 14 days a third of theirs is paid by a thief,
   five times the amount.

A later scenario overwrites an earlier one's mark; an amount can be multiplied twice.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from vigie_pipelines.fraud.transactions import (
    SECONDS_A_DAY,
    Integers,
    Transactions,
    grouped,
)
from vigie_pipelines.fraud.world import Size

AMOUNT_MAX_CENTS = 22_000
TERMINAL_DAYS, CUSTOMER_DAYS = 28, 14
TERMINALS_A_DAY, CUSTOMERS_A_DAY = 2, 3
STOLEN_PART, STOLEN_FACTOR = 3, 5
"""One in three transactions, five times the amount."""

Choose = Callable[[int, int, int], Integers]
"""(day, population, count): so many different members of range(population)."""
Sample = Callable[[int, Integers, int], Integers]
"""(day, rows, count): so many different ones of the rows."""


def add_frauds(
    genuine: Transactions,
    size: Size,
    *,
    terminals: Choose,
    customers: Choose,
    stolen: Sample,
) -> Transactions:
    """Marks frauds in transactions that have none, with the given draws.

    The last day compromises nobody: so it is in the handbook.
    """
    scenario = np.zeros(len(genuine), dtype=np.int8)
    cents = genuine.cents.copy()
    scenario[cents > AMOUNT_MAX_CENTS] = 1
    by_terminal = _Periods(genuine.terminal, genuine.seconds, size.terminals)
    for day in range(size.days - 1):
        for terminal in terminals(day, size.terminals, TERMINALS_A_DAY):
            scenario[by_terminal.rows(int(terminal), day, TERMINAL_DAYS)] = 2
    by_customer = _Periods(genuine.customer, genuine.seconds, size.customers)
    for day in range(size.days - 1):
        leaked = customers(day, size.customers, CUSTOMERS_A_DAY)
        rows = np.sort(
            np.concatenate([by_customer.rows(int(c), day, CUSTOMER_DAYS) for c in leaked])
        )
        taken = stolen(day, rows, len(rows) // STOLEN_PART)
        cents[taken] *= STOLEN_FACTOR
        scenario[taken] = 3
    return Transactions(genuine.seconds, genuine.customer, genuine.terminal, cents, scenario)


class _Periods:
    """Rows of one terminal or customer in a period, found by bisection."""

    def __init__(self, group: Integers, seconds: Integers, count: int) -> None:
        self._order, self._start = grouped(group, count)
        self._seconds = seconds[self._order]

    def rows(self, member: int, day: int, days: int) -> npt.NDArray[np.intp]:
        """The rows of `member` in `days` days from `day` on."""
        first, last = self._start[member], self._start[member + 1]
        limits = np.array([day, day + days]) * SECONDS_A_DAY
        low, high = first + np.searchsorted(self._seconds[first:last], limits)
        return self._order[low:high]
