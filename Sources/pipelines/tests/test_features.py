import numpy as np
import pytest

from vigie_pipelines.data.features import Feature, named_values, violations

PURPOSE = Feature(name="purpose", kind="category", description="", categories=("car", "tv"))
AGE = Feature(name="age", kind="integer", description="", minimum=18, maximum=120)
INCOME = Feature(name="income", kind="number", description="", minimum=0, missing="allow")
OWNER = Feature(name="owner", kind="boolean", description="")


def test_a_row_goes_to_named_values_and_back() -> None:
    features = (PURPOSE, AGE, INCOME, OWNER)
    row = np.array([1, 44, np.nan, 1])
    named = named_values(row, features)
    assert named == {"purpose": "tv", "age": 44, "income": None, "owner": True}
    back = [f.code_of(named[f.name]) for f in features]
    np.testing.assert_array_equal(back, row)


def test_an_unknown_category_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="purpose has no category 'boat'"):
        PURPOSE.code_of("boat")


def test_violations_name_every_offending_feature() -> None:
    rows = np.array([[0, 17, -1, 1], [np.nan, 30.5, 5, 0]])
    found = violations(rows, (PURPOSE, AGE, INCOME, OWNER))
    assert [text.split(":")[0] for text in found] == ["purpose", "age", "age", "income"]


def test_a_monotone_constraint_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Feature(name="x", kind="number", description="", monotone=1)
