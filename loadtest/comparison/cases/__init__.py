"""A file for each subject; each defines CASES, functions by key that make a Case.

To add one, add a file: nothing else lists them. A function makes its model and rows under
`comparison.contestants.HOME` from a seed when they are not there, and raises MissingError when a
library is not installed, which leaves out its own case only.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from comparison.case import Case


def all_cases() -> dict[str, Callable[[], Case]]:
    """Every case by its key, in the order of files and of their CASES."""
    found: dict[str, Callable[[], Case]] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for key, make in module.CASES.items():
            if key in found:
                raise ValueError(f"two cases are called {key}")
            found[key] = make
    return found
