"""Fraud rules that people wrote, beside the model: what has to be caught whatever a model says.

Each is an expression over the model's own features, so that one request feeds both. Only operators
that pandas knows too are used: that is how the rules are measured here, by the file's own text.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from vigie_pipelines.arrays import Floats
from vigie_pipelines.fraud.state import STATE_FEATURES


@dataclass(frozen=True)
class Rule:
    """A condition and what it adds to the score."""

    id: str
    when: str
    score: int
    code: str
    text: str


RULES = (
    Rule("amount-limit", "amount > 220", 100, "R01", "The amount is over the card's limit"),
    Rule(
        "terminal-compromised",
        "terminal_last_was_fraud and terminal_frauds_28d >= 2",
        80,
        "R02",
        "Several frauds were reported at this terminal, the latest one included",
    ),
    Rule(
        "terminal-reported",
        "terminal_last_was_fraud and terminal_frauds_28d == 1",
        50,
        "R03",
        "The latest payment at this terminal was reported as fraud",
    ),
    Rule(
        "card-reported",
        "customer_frauds_14d >= 1 and amount_ratio >= 2",
        60,
        "R04",
        "Frauds were reported with this card, and the amount is unusual for it",
    ),
    Rule(
        "amount-unusual",
        "amount_ratio >= 4 and amount >= 100",
        30,
        "R05",
        "The amount is many times what the customer usually pays",
    ),
    Rule(
        "velocity",
        "customer_count_1d >= 12",
        10,
        "R06",
        "The card was used unusually often in one day",
    ),
)

REVIEW_FROM, DECLINE_FROM = 30, 80

FEATURES = tuple(
    feature
    for feature in STATE_FEATURES
    if any(feature.name in re.findall(r"\w+", rule.when) for rule in RULES)
)
"""What the rules look at."""
COLUMNS = np.array([STATE_FEATURES.index(feature) for feature in FEATURES], dtype=np.intp)

_BANDS = [
    {"name": "low", "from": 0, "below": REVIEW_FROM, "decision": "approve"},
    {"name": "review", "from": REVIEW_FROM, "below": DECLINE_FROM, "decision": "refer"},
    {"name": "high", "from": DECLINE_FROM, "decision": "decline"},
]


def fired(rows: Floats) -> npt.NDArray[np.bool_]:
    """Rows × RULES: which fire. Rows have all STATE_FEATURES."""
    frame = pd.DataFrame(
        {
            feature.name: column.astype(bool) if feature.kind == "boolean" else column
            for feature, column in zip(STATE_FEATURES, rows.T, strict=True)
        }
    )
    return np.column_stack([frame.eval(rule.when).to_numpy(dtype=bool) for rule in RULES])


def scores(rows: Floats) -> Floats:
    """The sum over the fired rules, one a row."""
    return fired(rows) @ np.array([rule.score for rule in RULES], dtype=np.float64)


def _quiet_row() -> dict[str, object]:
    """A transaction that no rule minds."""
    quiet = {f.name: False if f.kind == "boolean" else (f.minimum or 0) for f in FEATURES}
    return {**quiet, "amount": 20, "amount_ratio": 1}


def tests() -> list[dict[str, object]]:
    """Cases that a pod checks before it serves the file."""
    quiet = _quiet_row()

    def case(name: str, given: dict[str, object], ids: list[str], decision: str) -> dict:
        score = sum(rule.score for rule in RULES if rule.id in ids)
        expected = {"score": score, "decision": decision, "fired": ids}
        return {"name": name, "given": {**quiet, **given}, "expect": expected}

    reported = {"terminal_last_was_fraud": True, "terminal_frauds_28d": 1}
    return [
        case("nothing unusual", {}, [], "approve"),
        case("at the limit", {"amount": 220}, [], "approve"),
        case("over the limit", {"amount": 220.01}, ["amount-limit"], "decline"),
        case("one fraud reported", reported, ["terminal-reported"], "refer"),
        case(
            "two frauds reported",
            {**reported, "terminal_frauds_28d": 2},
            ["terminal-compromised"],
            "decline",
        ),
        case(
            "a stolen card's first large payment",
            {"amount": 150, "amount_ratio": 5},
            ["amount-unusual"],
            "refer",
        ),
    ]


def document_parts() -> dict[str, object]:
    """The rule file's own parts, without its inputs."""
    return {
        "rules": [
            {
                "id": rule.id,
                "when": rule.when,
                "score": rule.score,
                "reason": {"code": rule.code, "text": rule.text},
            }
            for rule in RULES
        ],
        "bands": _BANDS,
        "tests": tests(),
    }
