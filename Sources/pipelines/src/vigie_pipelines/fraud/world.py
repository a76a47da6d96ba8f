"""Who pays where: customers and terminals on a square of 100 × 100, and what a customer is like.

Parameters: Le Borgne, Siblini, Lebichot, Bontempi, Reproducible Machine Learning for Credit Card
Fraud Detection – Practical Handbook (2022), chapter 3, "Transaction data simulator".
"""

from dataclasses import dataclass

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.fraud.transactions import Integers

START = np.datetime64("2018-04-01")
"""The first day: a Sunday."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is simulated; the defaults are the handbook's."""

    customers: int = 5_000
    terminals: int = 10_000
    days: int = 183


RADIUS = 5.0
"""A customer pays at terminals nearer than this."""
SIDE = 100.0
NOON, TIME_SD = 43_200.0, 20_000.0
"""Mean and standard deviation of a transaction's second of day; others than of the day are lost."""


@dataclass(frozen=True)
class Customers:
    """A row a customer."""

    place: Floats
    mean_amount: Floats
    """U(5, 100); the standard deviation is half of it."""
    daily: Floats
    """Transactions a day are Poisson of this, U(0, 4)."""

    @staticmethod
    def of(uniform: Floats) -> "Customers":
        """From rows of four uniform numbers in [0, 1): x, y, mean amount, transactions a day."""
        return Customers(SIDE * uniform[:, :2], 5 + 95 * uniform[:, 2], 4 * uniform[:, 3])


def near(customers: Floats, terminals: Floats) -> tuple[Integers, Integers]:
    """Each customer's terminals in one array, ascending, and where each customer's begin."""
    found = []
    for at in range(0, len(customers), 500):
        delta = customers[at : at + 500, None, :] - terminals[None, :, :]
        found.append((delta[..., 0] ** 2 + delta[..., 1] ** 2) < RADIUS**2)
    inside = np.concatenate(found)
    start = np.zeros(len(customers) + 1, dtype=np.int64)
    np.cumsum(inside.sum(axis=1), out=start[1:])
    return np.nonzero(inside)[1], start
