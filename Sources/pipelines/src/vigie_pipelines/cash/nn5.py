"""NN5's 111 ATMs, if their files are there: 735 days to train on and the 56 to be forecast."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from vigie_pipelines.cash.panel import Panel
from vigie_pipelines.errors import DataNotFoundError

TEST_DAYS = 56
_FILES = ("nn5-a.csv", "nn5-a-cont.csv")


def read() -> Panel:
    """All 791 days; raises DataNotFoundError when the files are not there."""
    folder = next((f for f in _folders() if all((f / name).is_file() for name in _FILES)), None)
    if folder is None:
        raise DataNotFoundError(
            f"{' and '.join(_FILES)} are in none of " + ", ".join(str(f) for f in _folders())
        )
    frame = pd.concat([pd.read_csv(folder / name) for name in _FILES], ignore_index=True)
    return Panel(
        title="NN5, complete set A",
        source="NN5 competition, 2008",
        licence="CC BY 4.0",
        names=tuple(frame.columns),
        # The competition does not say what the first day is called; it begins a week.
        dates=pd.date_range("1996-03-18", periods=len(frame)),
        values=frame.to_numpy(dtype=np.float64).T.copy(),
        regressors=np.zeros((len(frame), 0)),
    )


def _folders() -> list[Path]:
    """$VIGIE_DATA, or ../shared/data beside the repository."""
    own = os.environ.get("VIGIE_DATA")
    beside = Path(__file__).resolve().parents[6] / "shared" / "data"
    return [*([Path(own)] if own else []), beside, Path("../shared/data")]
