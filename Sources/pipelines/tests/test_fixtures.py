"""The Swift tests' fixtures must be those of the committed models."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import violations
from vigie_pipelines.published.version import PublishedVersion

NAMES = ["credit-default-1", "credit-default-2", "credit-german-1", "credit-german-2"]
NAMES += ["hr-candidate-1"]


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_is_what_the_committed_model_answers(
    name: str, fixtures_folder: Path, demo_registry: Path
) -> None:
    fixture = json.loads((fixtures_folder / f"{name}.json").read_text())
    folder = demo_registry / fixture["model"] / str(fixture["version"])
    version = PublishedVersion.open(folder)
    assert fixture["modelSha256"] == version.manifest["files"][0]["sha256"]
    rows = np.array(
        [[f.code_of(row["features"][f.name]) for f in version.features] for row in fixture["rows"]]
    )
    assert violations(rows, version.features) == []
    for row, scored in zip(fixture["rows"], version.score(rows), strict=True):
        assert row["probability"] == pytest.approx(scored.probability, abs=1e-6)
        assert row["points"] == scored.points
        assert row["decision"] == scored.decision
        assert row["reasons"] == scored.reasons
        assert row["baseValue"] + sum(row["contributions"].values()) == pytest.approx(
            row["logOdds"], abs=1e-5
        )


@pytest.mark.parametrize("name", ["credit-default-1", "credit-default-2"])
def test_no_real_row_of_givemesomecredit_is_in_a_fixture(
    name: str, fixtures_folder: Path, gmsc: Dataset
) -> None:
    fixture = json.loads((fixtures_folder / f"{name}.json").read_text())
    real = {tuple(np.nan_to_num(row, nan=-1.0)) for row in gmsc.rows}
    for row in fixture["rows"]:
        codes = [f.code_of(row["features"][f.name]) for f in gmsc.features]
        assert tuple(np.nan_to_num(codes, nan=-1.0)) not in real


def test_fixtures_cover_every_decision_and_missing_values(fixtures_folder: Path) -> None:
    decisions: set[str] = set()
    missing = 0
    for name in NAMES:
        for row in json.loads((fixtures_folder / f"{name}.json").read_text())["rows"]:
            decisions.add(row["decision"])
            missing += None in row["features"].values()
    assert decisions == {"APPROVE", "REFER", "DECLINE"}
    assert missing > 50


def test_the_script_that_makes_them_makes_the_committed_ones(
    fixtures_folder: Path, demo_registry: Path, read_data: Callable[[str], Dataset]
) -> None:
    read_data("german")
    from make_credit_fixtures import fixture

    for name in NAMES:
        model, _, number = name.rpartition("-")
        made = fixture(PublishedVersion.open(demo_registry / model / number))
        kept = json.loads((fixtures_folder / f"{name}.json").read_text())
        assert [r["features"] for r in made["rows"]] == [r["features"] for r in kept["rows"]]
