"""Numbers of the command line, within their bounds."""

import argparse
from collections.abc import Callable

SEED_MAX = 2**32 - 1
"""The greatest seed that NumPy's and scikit-learn's generators take."""


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """An argparse type: a whole number from `least` to `most`."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
        if value < least or (most is not None and value > most):
            bounds = f"{least} or more" if most is None else f"{least} to {most}"
            raise argparse.ArgumentTypeError(f"is {value}; expected {bounds}")
        return value

    return read


seed = whole(0, SEED_MAX)
