"""Finds data files inside installed packages without importing the packages.

Both packages that carry our data fail to import on a modern Python (they want removed parts of
NumPy and scikit-learn), but their data files are intact.
"""

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from vigie_pipelines.errors import DataNotFoundError


def installed_file(package: str, path: str, install: str) -> Path:
    """The path of a file of an installed package.

    Raises DataNotFoundError, which says `install`, when the package or the file is not there.
    """
    try:
        found: Distribution = distribution(package)
    except PackageNotFoundError:
        raise DataNotFoundError(
            f"the package {package}, which carries this data, is not installed: run `{install}`"
        ) from None
    file = Path(str(found.locate_file(path)))
    if not file.is_file():
        raise DataNotFoundError(
            f"{package} {found.version} is installed but has no {path}: run `{install}`"
        )
    return file
