"""Times as `vigie` takes them."""

import re

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "": 1}


def seconds(text: str) -> float:
    number, unit = re.fullmatch(r"([0-9.]+)(ms|s|m|h|)", text).groups()
    return float(number) * UNITS[unit]
