"""Scorecard points: score = offset + factor · ln(good:bad odds); Siddiqi 2006, chapter 6."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ScorecardScale:
    """`points` at `odds` good to 1 bad; every `pdo` points double the odds; clamped."""

    points: float = 600
    odds: float = 50
    pdo: float = 20
    minimum: float = 300
    maximum: float = 850

    def manifest(self) -> dict[str, float]:
        """The manifest's `scorecard`."""
        return {
            "points": self.points,
            "odds": self.odds,
            "pdo": self.pdo,
            "min": self.minimum,
            "max": self.maximum,
        }

    @staticmethod
    def read(entry: dict[str, float]) -> "ScorecardScale":
        """From a manifest's object."""
        return ScorecardScale(
            points=entry["points"],
            odds=entry["odds"],
            pdo=entry["pdo"],
            minimum=entry.get("min", -(2**31)),
            maximum=entry.get("max", 2**31 - 1),
        )

    def of(self, probability: float) -> int:
        """The points for a probability of default, halves away from zero, as a pod gives them."""
        if math.isnan(probability) or probability >= 1:
            return round(self.minimum)
        if probability <= 0:
            return round(self.maximum)
        factor = self.pdo / math.log(2)
        odds = math.log1p(-probability) - math.log(probability)
        exact = self.points - factor * math.log(self.odds) + factor * odds
        rounded = math.copysign(math.floor(abs(exact) + 0.5), exact)
        return int(min(max(rounded, self.minimum), self.maximum))
