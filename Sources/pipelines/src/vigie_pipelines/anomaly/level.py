"""One scale for scores that have nothing in common: how rare such a score is in normal times.

level = -log10 of the share of the reference rows that score as high or higher: 2 is one in a
hundred, 3 one in a thousand. Between knots it is linear in the score. Beyond the highest score of
the reference the level rises on to the highest score that there can be, so that even the most
extreme rows keep their order.
"""

from dataclasses import dataclass

import numpy as np

from vigie_pipelines.arrays import Floats

_TAILS_PER_DECADE = 8
_BEYOND = 2.0
"""How much the level rises from the highest score of the reference to the highest possible."""


@dataclass(frozen=True)
class Level:
    """Knots of a non-decreasing, piecewise linear map, constant outside of them."""

    x: tuple[float, ...]
    y: tuple[float, ...]

    @staticmethod
    def of(reference: Floats, highest: float) -> "Level":
        """From the scores of reference rows and the highest score that the model can give."""
        count = len(reference)
        decades = np.log10(count)
        level = np.linspace(0, decades, int(np.ceil(decades * _TAILS_PER_DECADE)) + 1)
        quantiles = np.quantile(reference, 1 - 10.0**-level, method="lower")
        # Scores that many rows share would be two knots at one place: the higher level stays.
        x, last = np.unique(quantiles[::-1], return_index=True)
        y = level[::-1][last]
        knots = [*zip(x.tolist(), y.tolist(), strict=True)]
        if highest > knots[-1][0]:
            knots.append((float(highest), float(knots[-1][1] + _BEYOND)))
        return Level(tuple(a for a, _ in knots), tuple(b for _, b in knots))

    def __call__(self, scores: Floats) -> Floats:
        """The levels of scores."""
        return np.interp(scores, self.x, self.y)

    def calibration(self) -> dict[str, object]:
        """As a pipeline's step wants it."""
        return {"method": "isotonic", "x": list(self.x), "y": list(self.y)}
