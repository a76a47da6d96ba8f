"""The handbook's own data set, drawn again: its seeds, its generators, its order of draws.

All published figures are measured on it: 1,754,155 transactions, 14,681 frauds. It takes seconds
where `simulator.py` takes one, because each draw depends on the one before. Generators and seeds:
NumPy's legacy Mersenne Twister seeded 0 for customers, 1 for terminals, and by a customer's number
for his transactions; Python's `random` by his number for terminals, and by the day for thefts.
"""

import random

import numpy as np

from vigie_pipelines.fraud.scenarios import add_frauds
from vigie_pipelines.fraud.transactions import SECONDS_A_DAY, Integers, Transactions
from vigie_pipelines.fraud.world import NOON, SIDE, TIME_SD, Customers, Size, near

# NumPy calls it legacy; its stream is frozen for good, which is what this needs.
_Legacy = np.random.RandomState


def published(size: Size | None = None) -> Transactions:
    """The data set itself, or with another size what the handbook's code would give for it."""
    size = size or Size()
    customers = Customers.of(_Legacy(0).random_sample((size.customers, 4)))
    terminals = SIDE * _Legacy(1).random_sample((size.terminals, 2))
    places, start = near(customers.place, terminals)
    columns: list[Integers] = []
    for customer in range(size.customers):
        own = places[start[customer] : start[customer + 1]].tolist()
        columns.append(
            _payments(
                customer,
                own,
                float(customers.mean_amount[customer]),
                float(customers.daily[customer]),
                size.days,
            )
        )
    customer = np.repeat(np.arange(size.customers), [part.shape[1] for part in columns])
    seconds, cents, terminal = np.concatenate(columns, axis=1)
    order = np.argsort(seconds, kind="stable")
    genuine = Transactions(
        seconds[order],
        customer[order],
        terminal[order],
        cents[order],
        np.zeros(len(order), dtype=np.int8),
    )
    return add_frauds(genuine, size, terminals=_choose, customers=_choose, stolen=_sample)


def _payments(customer: int, places: list[int], mean: float, daily: float, days: int) -> Integers:
    """One customer's seconds, cents and terminals, draw by draw."""
    draw = _Legacy(customer)
    normal, poisson = draw.normal, draw.poisson
    choice = random.Random(customer).choice
    seconds, amounts, terminals = [], [], []
    for day in range(days):
        for _ in range(poisson(daily)):
            time = int(normal(NOON, TIME_SD))
            if not 0 < time < SECONDS_A_DAY:
                continue
            amount = normal(mean, mean / 2)
            if amount < 0:
                amount = draw.uniform(0, 2 * mean)
            if places:
                seconds.append(day * SECONDS_A_DAY + time)
                amounts.append(amount)
                terminals.append(choice(places))
    cents = np.rint(np.array(amounts) * 100).astype(np.int64)
    return np.stack([np.array(seconds, dtype=np.int64), cents, np.array(terminals, dtype=np.int64)])


def _choose(day: int, population: int, count: int) -> Integers:
    return _Legacy(day).choice(population, count, replace=False)


def _sample(day: int, rows: Integers, count: int) -> Integers:
    return np.array(random.Random(day).sample(rows.tolist(), count), dtype=np.int64)
