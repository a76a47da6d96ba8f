"""Writes a rule file of a bank's kind for `vigie-bench-engine FILE rules`, from a seed.

    python loadtest/make_rules.py 300 > rules.json
    vigie-bench-engine rules.json rules

A third of the rules compare two numbers with constants, a third a number and a look into a list of
texts or numbers, a third arithmetic of two velocity aggregates; a fifth fire on a random row.
"""

import json
import random
import sys

NUMBERS = [
    f"card.{what}_{span}" for what in ("count", "sum", "mean") for span in ("1h", "1d", "7d")
]
COUNTRIES = [f"C{number:02}" for number in range(60)]


def rule(index: int, draw: random.Random) -> dict[str, object]:
    """One rule; inputs are uniform in -4 … 4, so that constants decide how often it fires."""
    a, b = draw.sample(NUMBERS, 2)
    x, y = round(draw.uniform(0.5, 3), 2), round(draw.uniform(-1, 2), 2)
    when = [
        f"{a} > {x} and {b} > {y}",
        f"country in risky and {a} > {y}"
        if index % 2
        else f"merchant.category in codes or {a} > 3.5",
        f"{a} / ({b} + 5) > {x} or {a} - {b} > 6",
    ][index % 3]
    return {
        "id": f"R{index:04}",
        "when": when,
        "score": draw.randint(1, 40),
        "reason": {"code": f"F{index % 30:02}", "text": f"reason {index % 30}"},
    }


def main() -> None:
    """Prints the file."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    draw = random.Random(7)
    codes = [7995, 6051, {"from": -1, "to": 0.5}]
    document = {
        "format": "vigie-rules",
        "formatVersion": 1,
        "policy": "sum",
        "inputs": [
            *({"name": name, "missing": "allow"} for name in NUMBERS),
            {"name": "merchant.category", "type": "number"},
            {"name": "country", "type": "text", "values": COUNTRIES},
        ],
        "lists": {"risky": COUNTRIES[::6], "codes": codes},
        "rules": [rule(index, draw) for index in range(count)],
        "bands": [
            {"name": "low", "from": 0, "decision": "approve"},
            {"name": "middle", "from": 300, "decision": "review"},
            {"name": "high", "from": 900, "decision": "block"},
        ],
    }
    json.dump(document, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
