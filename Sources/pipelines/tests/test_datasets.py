from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vigie_pipelines.data import candidates as simulator
from vigie_pipelines.data.dataset import Dataset, fingerprint
from vigie_pipelines.data.features import violations
from vigie_pipelines.data.packages import installed_file
from vigie_pipelines.errors import DataNotFoundError

# Rows, features, bad rows: as published (GiveMeSomeCredit: less one row of age 0).
SHAPES = {
    "gmsc": (149_999, 10, 10_026),
    "german": (1_000, 17, 300),
    "hmeq": (5_960, 12, 1_189),
}


@pytest.mark.parametrize("key", SHAPES)
def test_a_data_set_is_read_whole(key: str, read_data: Callable[[str], Dataset]) -> None:
    data = read_data(key)
    assert (*data.rows.shape, int(data.labels.sum())) == SHAPES[key]


@pytest.mark.parametrize("key", ["gmsc", "german", "hmeq", "hr"])
def test_every_real_row_is_one_that_a_pod_accepts(
    key: str, read_data: Callable[[str], Dataset]
) -> None:
    data = read_data(key)
    assert violations(data.rows, data.features) == []


@pytest.mark.parametrize("key", ["gmsc", "german", "hmeq", "hr"])
def test_every_feature_has_a_reason_of_its_own(
    key: str, read_data: Callable[[str], Dataset]
) -> None:
    features = read_data(key).features
    assert all(feature.code and feature.reason for feature in features)
    assert len({feature.code for feature in features}) == len(features)


def test_no_protected_attribute_is_a_feature_of_german_credit_or_of_candidates(
    german: Dataset, candidates: Dataset
) -> None:
    for name in german.names + candidates.names:
        for word in ("sex", "age_in", "marital", "foreign", "nation", "gender", "religion"):
            assert word not in name


def test_the_fingerprint_is_of_the_canonical_data(candidates: Dataset) -> None:
    same = replace(candidates, rows=candidates.rows.astype(">f8").astype(np.float64))
    assert fingerprint(same) == fingerprint(candidates)
    other = candidates.rows.copy()
    other[5, 0] += 0.5
    assert fingerprint(replace(candidates, rows=other)) != fingerprint(candidates)
    flipped = candidates.labels.copy()
    flipped[0] ^= 1
    assert fingerprint(replace(candidates, labels=flipped)) != fingerprint(candidates)


def test_the_simulator_repeats_itself_by_seed() -> None:
    one, two, other = (simulator.simulate(seed, 500) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.rows, two.rows)
    np.testing.assert_array_equal(one.labels, two.labels)
    assert not np.array_equal(one.labels, other.labels)


def test_simulated_candidates_follow_their_law() -> None:
    data = simulator.simulate(1, 20_000)
    interview = data.rows[:, data.names.index("structured_interview")]
    best, worst = interview >= 3.8, interview <= 2.4
    assert 0.15 < data.labels.mean() < 0.25
    assert data.labels[best].mean() < 0.6 * data.labels[worst].mean()
    missing = np.isnan(data.rows[:, data.names.index("work_sample")]).mean()
    assert missing == pytest.approx(0.3, abs=0.02)


def test_a_missing_package_says_what_to_install() -> None:
    with pytest.raises(DataNotFoundError, match="run `pip install no-such-package-here`"):
        installed_file("no-such-package-here", "x.csv", "pip install no-such-package-here")


def test_a_package_without_the_file_says_what_to_install() -> None:
    with pytest.raises(DataNotFoundError, match=r"has no pytest/x\.csv"):
        installed_file("pytest", "pytest/x.csv", "pip install pytest")
