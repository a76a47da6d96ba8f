"""Which days teach and which test, as the handbook has it: seven, seven for labels, seven.

Chapter 3, "Baseline fraud detection system": train on 25 to 31 July, test on 8 to 14 August. A card
that is known to be in wrong hands is blocked in practice, so the test leaves out, on each of its
days, the cards of all frauds of the training days and of those known by then.
"""

from dataclasses import dataclass

import numpy as np

from vigie_pipelines.arrays import Floats, Indices
from vigie_pipelines.fraud.transactions import Transactions
from vigie_pipelines.fraud.world import START


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Days counted from the simulation's first; the defaults are the handbook's."""

    train_from: int = int((np.datetime64("2018-07-25") - START).astype(int))
    train_days: int = 7
    gap_days: int = 7
    test_days: int = 7
    drop_known_cards: bool = True

    @property
    def test_from(self) -> int:
        """The first test day."""
        return self.train_from + self.train_days + self.gap_days

    def split(self, data: Transactions) -> tuple[Indices, Indices]:
        """The rows to train on and to test on, in order of time."""
        day = data.day
        train = np.flatnonzero((day >= self.train_from) & (day < self.train_from + self.train_days))
        test = np.flatnonzero((day >= self.test_from) & (day < self.test_from + self.test_days))
        if not self.drop_known_cards:
            return train, test
        fraud = data.fraud == 1
        # First day of the test on which each customer's card is out of use; a huge one for never.
        blocked = np.full(int(data.customer.max()) + 1, np.iinfo(np.int64).max)
        first = max(self.train_from + self.train_days, self.test_from - self.gap_days)
        for back in range(self.test_days - 1, -1, -1):
            # The frauds of one day become known `gap_days` later, before that day's first payment.
            known = fraud & (day == first + back - 1)
            blocked[data.customer[known]] = self.test_from + back
        blocked[data.customer[train[fraud[train]]]] = self.test_from
        return train, test[day[test] < blocked[data.customer[test]]]


def card_precision(score: Floats, data: Transactions, rows: Indices, top: int) -> float:
    """Mean over the days of the share of frauds among the `top` most suspicious cards.

    The handbook's CP@k (chapter 4): a card is as suspicious as its worst transaction of the day,
    and a card found on one day is not looked for on the next.
    """
    found: set[int] = set()
    shares = []
    day, customer, fraud = data.day[rows], data.customer[rows], data.fraud[rows]
    for today in np.unique(day):
        own = np.flatnonzero(day == today)
        own = own[~np.isin(customer[own], list(found))]
        cards, inverse = np.unique(customer[own], return_inverse=True)
        worst = np.full(len(cards), -np.inf)
        np.maximum.at(worst, inverse, score[own])
        bad = np.zeros(len(cards), dtype=bool)
        np.logical_or.at(bad, inverse, fraud[own] == 1)
        first = np.argsort(-worst, kind="stable")[:top]
        caught = cards[first[bad[first]]]
        shares.append(len(caught) / top)
        found.update(caught.tolist())
    return float(np.mean(shares))
