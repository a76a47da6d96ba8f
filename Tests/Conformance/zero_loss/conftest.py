"""Constant load through everything that changes which version answers.

`make test` runs this in a short form, `make zero-loss` with all the counts that are promised.
"""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "rollouts"))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "kubernetes"))

import counts as counted
from arena import Arena

FIGURES = []


@pytest.fixture(scope="session")
def counts():
    return counted.chosen()


@pytest.fixture
def figure():
    """Notes a line of the table that the run ends with."""

    def note(what: str, value: str):
        FIGURES.append((what, value))

    return note


@pytest.fixture
def arena(tmp_path, counts):
    made = []

    def make(pods: int = 1, rollouts: bool = False) -> Arena:
        made.append(Arena(tmp_path, pods, counts.rate, rollouts))
        return made[-1]

    yield make
    for one in made:
        one.close()


def pytest_terminal_summary(terminalreporter):
    if FIGURES:
        terminalreporter.section("zero loss")
        width = max(len(what) for what, _ in FIGURES)
        for what, value in FIGURES:
            terminalreporter.write_line(f"{what:<{width}}  {value}")
