"""HMEQ: 5,960 home equity loans, default or serious delinquency.

Teaching data of unclear licence: read from a file when there is one, to measure. Neither the rows
nor models trained on them are committed.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import Feature, encode
from vigie_pipelines.errors import DataNotFoundError, PipelineError

TARGET = "BAD"

# Missingness is informative here (a missing debt ratio alone is a strong sign of default), so
# nearly everything may be missing.
FEATURES = (
    Feature(
        name="loan_amount",
        kind="number",
        unit="USD",
        description="Amount of the loan asked for",
        minimum=0,
        maximum=10_000_000,
        code="R01",
        reason="Amount of the loan asked for",
    ),
    Feature(
        name="mortgage_due",
        kind="number",
        unit="USD",
        description="Amount due on the existing mortgage",
        minimum=0,
        maximum=100_000_000,
        missing="allow",
        code="R02",
        reason="Amount due on the existing mortgage, or it could not be verified",
    ),
    Feature(
        name="property_value",
        kind="number",
        unit="USD",
        description="Value of the property",
        minimum=0,
        maximum=100_000_000,
        missing="allow",
        code="R03",
        reason="Value of the collateral, or it could not be verified",
    ),
    Feature(
        name="purpose",
        kind="category",
        description="What the loan is for",
        missing="allow",
        categories=("DebtCon", "HomeImp"),
        code="R04",
        reason="Purpose of the loan",
    ),
    Feature(
        name="occupation",
        kind="category",
        description="Occupation group",
        missing="allow",
        categories=("Mgr", "Office", "Other", "ProfExe", "Sales", "Self"),
        code="R05",
        reason="Occupation, or it could not be verified",
    ),
    Feature(
        name="years_at_job",
        kind="number",
        unit="years",
        description="Years at the present job",
        minimum=0,
        maximum=80,
        missing="allow",
        code="R06",
        reason="Length of employment",
    ),
    Feature(
        name="derogatory_reports",
        kind="integer",
        unit="reports",
        description="Major derogatory reports",
        minimum=0,
        maximum=100,
        missing="allow",
        code="R07",
        reason="Derogatory public record or collection filed",
        monotone=1,
        monotone_because="another derogatory report never makes a borrower safer",
    ),
    Feature(
        name="delinquent_lines",
        kind="integer",
        unit="accounts",
        description="Delinquent credit lines",
        minimum=0,
        maximum=100,
        missing="allow",
        code="R08",
        reason="Delinquent credit accounts",
        monotone=1,
        monotone_because="another delinquent account never makes a borrower safer",
    ),
    Feature(
        name="oldest_line_age",
        kind="number",
        unit="months",
        description="Age of the oldest credit line",
        minimum=0,
        maximum=1500,
        missing="allow",
        code="R09",
        reason="Length of credit history is too short",
    ),
    Feature(
        name="recent_inquiries",
        kind="integer",
        unit="inquiries",
        description="Recent credit inquiries",
        minimum=0,
        maximum=200,
        missing="allow",
        code="R10",
        reason="Too many recent inquiries on the credit report",
    ),
    Feature(
        name="credit_lines",
        kind="integer",
        unit="accounts",
        description="Number of credit lines",
        minimum=0,
        maximum=500,
        missing="allow",
        code="R11",
        reason="Number of credit accounts",
    ),
    Feature(
        name="debt_to_income",
        kind="number",
        unit="percent",
        description="Monthly debt payments over monthly gross income",
        minimum=0,
        maximum=1000,
        missing="allow",
        code="R12",
        reason="Obligations are too high compared with income, or could not be verified",
    ),
)

_FILE_COLUMNS = (
    "LOAN",
    "MORTDUE",
    "VALUE",
    "REASON",
    "JOB",
    "YOJ",
    "DEROG",
    "DELINQ",
    "CLAGE",
    "NINQ",
    "CLNO",
    "DEBTINC",
)
_COLUMNS = dict(zip(_FILE_COLUMNS, (feature.name for feature in FEATURES), strict=True))


def default_path() -> Path:
    """hmeq.csv in VIGIE_DATA, or in `../shared/data` beside the repository that we are run in."""
    if folder := os.environ.get("VIGIE_DATA"):
        return Path(folder) / "hmeq.csv"
    for start in (Path.cwd(), Path(__file__).resolve()):
        for above in (start, *start.parents):
            if (above / "Package.swift").is_file():
                return above.parent / "shared" / "data" / "hmeq.csv"
    return Path("../shared/data/hmeq.csv")


def read(path: Path | None = None) -> Dataset:
    """The whole data set. Raises DataNotFoundError when there is no file, PipelineError when it is
    another table.
    """
    file = path or default_path()
    if not file.is_file():
        raise DataNotFoundError(f"there is no HMEQ file at {file}: give its path with --hmeq")
    try:
        frame = pd.read_csv(file)
    except (ValueError, UnicodeError) as error:
        raise PipelineError(f"{file} is no table of comma-separated values: {error}") from None
    absent = [name for name in (TARGET, *_FILE_COLUMNS) if name not in frame.columns]
    if absent:
        raise PipelineError(
            f"{file} has no column {', '.join(absent)}: expected HMEQ's {TARGET}, "
            + ", ".join(_FILE_COLUMNS)
        )
    frame = frame.rename(columns=_COLUMNS)
    return Dataset(
        key="hmeq",
        title="HMEQ home equity loans",
        source=file.name,
        licence="teaching data, licence unclear: measure only, never redistribute",
        features=FEATURES,
        rows=_encoded(frame, file),
        labels=_labels(frame[TARGET], file),
    )


def _encoded(frame: pd.DataFrame, file: Path) -> Floats:
    try:
        return encode(frame, FEATURES)
    except (KeyError, ValueError) as error:
        raise PipelineError(f"{file}: {error.args[0]}") from None


def _labels(column: pd.Series, file: Path) -> Labels:
    wrong = column[~column.isin([0, 1])]
    if len(wrong):
        value, row = str(wrong.iloc[0]), wrong.index[0] + 1
        raise PipelineError(f"{file}: {TARGET} is {value!r} in row {row}; expected 0 or 1")
    return column.to_numpy(dtype=np.int8)
