"""Draws card transactions by the handbook's law, all at once: a second for 1.75 million.

`published.py` draws the handbook's very own data set instead; the law is the same.
"""

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.fraud.scenarios import add_frauds
from vigie_pipelines.fraud.transactions import SECONDS_A_DAY, Integers, Transactions
from vigie_pipelines.fraud.world import NOON, SIDE, TIME_SD, Customers, Size, near


def simulate(seed: int, size: Size | None = None) -> Transactions:
    """Transactions with frauds: the same seed and size, the same transactions."""
    size = size or Size()
    people, payments, crimes = np.random.default_rng(seed).spawn(3)
    customers = Customers.of(people.random((size.customers, 4)))
    terminals = SIDE * people.random((size.terminals, 2))
    genuine = _pay(customers, terminals, size.days, payments)

    def choose(day: int, population: int, count: int) -> Integers:
        return crimes.choice(population, count, replace=False)

    def sample(day: int, rows: Integers, count: int) -> Integers:
        return crimes.choice(rows, count, replace=False)

    return add_frauds(genuine, size, terminals=choose, customers=choose, stolen=sample)


def _pay(
    customers: Customers, terminals: Floats, days: int, random: np.random.Generator
) -> Transactions:
    places, start = near(customers.place, terminals)
    choices = np.diff(start)
    # A customer with no terminal near by pays nothing.
    daily = np.where(choices > 0, customers.daily, 0)
    counts = random.poisson(daily[:, None], (len(daily), days))
    customer = np.repeat(np.arange(len(daily)), counts.sum(axis=1))
    day = np.repeat(np.tile(np.arange(days), len(daily)), counts.ravel())
    time = random.normal(NOON, TIME_SD, len(customer)).astype(np.int64)
    kept = (time > 0) & (time < SECONDS_A_DAY)
    customer, seconds = customer[kept], (day * SECONDS_A_DAY + time)[kept]
    mean = customers.mean_amount[customer]
    amount = random.normal(mean, mean / 2)
    negative = amount < 0
    amount[negative] = random.random(int(negative.sum())) * 2 * mean[negative]
    terminal = places[start[customer] + random.integers(0, choices[customer])]
    order = np.argsort(seconds, kind="stable")
    return Transactions(
        seconds[order],
        customer[order],
        terminal[order],
        np.rint(amount[order] * 100).astype(np.int64),
        np.zeros(len(order), dtype=np.int8),
    )
