"""What several tests share. Tests without their data skip, and say which package is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vigie_pipelines.data import sources
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.errors import DataNotFoundError
from vigie_pipelines.fraud.published import published
from vigie_pipelines.fraud.transactions import Transactions

PACKAGE = Path(__file__).resolve().parents[1]
REPOSITORY = PACKAGE.parents[1]


def _read(key: str) -> Dataset:
    try:
        return sources.read(key)
    except DataNotFoundError as error:
        pytest.skip(f"DATA MISSING, NOT TESTED: {error}")


@pytest.fixture(scope="session")
def gmsc() -> Dataset:
    return _read("gmsc")


@pytest.fixture(scope="session")
def german() -> Dataset:
    return _read("german")


@pytest.fixture(scope="session")
def hmeq() -> Dataset:
    return _read("hmeq")


@pytest.fixture(scope="session")
def candidates() -> Dataset:
    return sources.read("hr", seed=1)


@pytest.fixture(scope="session")
def handbook() -> Transactions:
    """The handbook's own transactions: six seconds to draw."""
    return published()


@pytest.fixture(scope="session")
def read_data() -> Callable[[str], Dataset]:
    return _read


@pytest.fixture(scope="session")
def demo_registry() -> Path:
    return PACKAGE / "demo-registry"


@pytest.fixture(scope="session")
def fixtures_folder() -> Path:
    return REPOSITORY / "Tests" / "Fixtures" / "credit"
