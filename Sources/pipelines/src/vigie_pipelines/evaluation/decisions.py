"""Where approval ends and refusal begins, by Chow's rule.

Chow, On optimum recognition error and reject tradeoff (1970): with the costs of approving a bad
applicant, of declining a good one, and of having a person look, take the cheapest. In units of a
good applicant declined (a margin lost) that is: approve while PD · bad_cost < review_cost, decline
when (1 - PD) < review_cost, and refer between the two.
"""

from dataclasses import dataclass

from vigie_pipelines.arrays import Floats, Labels


@dataclass(frozen=True, kw_only=True)
class DecisionRule:
    """Costs in units of a good applicant declined."""

    bad_cost: float
    """Of approving an applicant who defaults."""
    review_cost: float
    """Of having a person decide, under 1."""
    never_decline: bool = False
    """True: only a person may refuse; `declineFrom` is then 1, which no score reaches."""

    @property
    def approve_below(self) -> float:
        """PDs under this are approved."""
        return round(self.review_cost / self.bad_cost, 6)

    @property
    def decline_from(self) -> float:
        """PDs from this on are declined."""
        return 1.0 if self.never_decline else round(1 - self.review_cost, 6)

    def manifest(self) -> dict[str, object]:
        """The manifest's `decision`, with the rule and its costs beside the thresholds."""
        return {
            "approveBelow": self.approve_below,
            "declineFrom": self.decline_from,
            "rule": "Chow 1970: the cheapest of approve, decline and review"
            + ("; only a person may refuse" if self.never_decline else ""),
            "costs": {
                "badApproved": self.bad_cost,
                "goodDeclined": 1.0,
                "review": self.review_cost,
            },
        }

    def shares(self, probability: Floats, labels: Labels) -> dict[str, float]:
        """What the thresholds do to these applicants: shares of each decision, and bad approved."""
        approved = probability < self.approve_below
        declined = probability >= self.decline_from
        return {
            "approve_share": float(approved.mean()),
            "refer_share": float((~approved & ~declined).mean()),
            "decline_share": float(declined.mean()),
            "approved_bad_rate": float(labels[approved].mean()) if approved.any() else 0.0,
            "declined_bad_rate": float(labels[declined].mean()) if declined.any() else 0.0,
        }


def decide(probability: float, approve_below: float, decline_from: float) -> str:
    """The decision for one PD, as the wire names it; NaN is nobody's approval."""
    if probability < approve_below:
        return "APPROVE"
    if probability >= decline_from:
        return "DECLINE"
    return "REFER"
