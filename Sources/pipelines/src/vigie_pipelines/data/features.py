"""What a feature is: the manifest's signature plus what training has to know about it.

Rows are float64 matrices in the serving engine's own semantics, one column a feature: number and
integer are the value, a category is its index in `categories`, a boolean is 0 or 1, and a missing
value is NaN. Training on exactly what is served leaves no room for a skew between the two.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from vigie_pipelines.arrays import Floats

Kind = Literal["number", "integer", "category", "boolean"]
Missing = Literal["reject", "allow"]
Value = float | int | str | bool | None


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One named, typed feature and what an applicant is told when it speaks against him."""

    name: str
    kind: Kind
    description: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    missing: Missing = "reject"
    categories: tuple[str, ...] = ()
    code: str = ""
    """The adverse-action reason's code, stable over the versions of a model."""
    reason: str = ""
    """The adverse-action reason in words that an applicant understands."""
    monotone: Literal[-1, 0, 1] = 0
    """+1: the risk may never fall as the value rises; -1: never rise; 0: free."""
    monotone_because: str = ""
    """Why that constraint is right; required with one."""
    codes_from: float | None = None
    """From this value on a number is no quantity but a code (96 "other", 98 "refused")."""

    def __post_init__(self) -> None:
        """Refuses a feature that contradicts itself."""
        if (self.kind == "category") != bool(self.categories):
            raise ValueError(f"{self.name}: categories belong to kind category, and only to it")
        if bool(self.monotone) != bool(self.monotone_because):
            raise ValueError(f"{self.name}: a monotone constraint needs a reason, and only it")

    def code_of(self, value: Value) -> float:
        """The engine's number for a named value; NaN when missing. Unknown categories: KeyError."""
        if value is None or (isinstance(value, float) and np.isnan(value)):
            return float("nan")
        if self.kind == "category":
            try:
                return float(self.categories.index(str(value)))
            except ValueError:
                raise KeyError(f"{self.name} has no category {value!r}") from None
        return float(value)

    def value_of(self, code: float) -> Value:
        """The value as a client sends it, from the engine's number; None when missing."""
        if np.isnan(code):
            return None
        match self.kind:
            case "category":
                return self.categories[int(code)]
            case "boolean":
                return bool(code)
            case "integer":
                return int(code)
            case _:
                return float(code)

    def signature(self) -> dict[str, object]:
        """The feature as the manifest's signature lists it."""
        entry: dict[str, object] = {"name": self.name, "kind": self.kind}
        if self.unit:
            entry["unit"] = self.unit
        entry["description"] = self.description
        if self.minimum is not None:
            entry["min"] = self.minimum
        if self.maximum is not None:
            entry["max"] = self.maximum
        entry["missing"] = self.missing
        if self.categories:
            entry["categories"] = list(self.categories)
        if self.monotone:
            entry["monotone"] = {"sign": self.monotone, "because": self.monotone_because}
        return entry


def encode(frame: pd.DataFrame, features: tuple[Feature, ...]) -> Floats:
    """The rows of a frame whose columns carry the features' names, as the engine sees them."""
    columns = []
    for feature in features:
        column = frame[feature.name]
        if feature.kind == "category":
            columns.append(np.array([feature.code_of(value) for value in column], dtype=np.float64))
        else:
            try:
                columns.append(column.to_numpy(dtype=np.float64, na_value=np.nan))
            except ValueError:
                text = pd.to_numeric(column, errors="coerce").isna() & column.notna()
                raise ValueError(f"{feature.name}: {column[text].iloc[0]!r} is no number") from None
    return np.column_stack(columns)


def named_values(row: Floats, features: tuple[Feature, ...]) -> dict[str, Value]:
    """One row as named values, as a client sends it; missing ones are None."""
    return {
        feature.name: feature.value_of(float(code))
        for feature, code in zip(features, row, strict=True)
    }


def violations(rows: Floats, features: tuple[Feature, ...]) -> list[str]:
    """What in these rows a pod would refuse, by the features' own bounds; empty when nothing."""
    found = []
    for column, feature in zip(rows.T, features, strict=True):
        present = column[~np.isnan(column)]
        if feature.missing == "reject" and len(present) < len(column):
            found.append(f"{feature.name}: {len(column) - len(present)} missing, not allowed")
        if feature.minimum is not None and (present < feature.minimum).any():
            found.append(f"{feature.name}: {present.min()} under the least {feature.minimum}")
        if feature.maximum is not None and (present > feature.maximum).any():
            found.append(f"{feature.name}: {present.max()} over the most {feature.maximum}")
        if feature.kind in ("integer", "category", "boolean") and (present % 1 != 0).any():
            found.append(f"{feature.name}: a value that is not whole")
    return found
