"""The handbook's figures again, and what the committed fraud models promise."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from vigie_pipelines.arrays import Floats
from vigie_pipelines.fraud import rules
from vigie_pipelines.fraud.baselines import BASELINES, measure
from vigie_pipelines.fraud.decision import RuleRisk
from vigie_pipelines.fraud.delay import measure_delay
from vigie_pipelines.fraud.features import features
from vigie_pipelines.fraud.protocol import Protocol, card_precision
from vigie_pipelines.fraud.served import DELAY, Periods
from vigie_pipelines.fraud.simulator import simulate
from vigie_pipelines.fraud.state import STATE_FEATURES, state_features
from vigie_pipelines.fraud.transactions import SECONDS_A_DAY, Transactions
from vigie_pipelines.fraud.world import Size
from vigie_pipelines.published.version import PublishedVersion


@pytest.fixture(scope="module")
def published_rows(handbook: Transactions) -> Floats:
    return features(handbook)


@pytest.mark.parametrize("name", ["logistic regression", "XGBoost"])
def test_a_baseline_has_its_published_figures(
    name: str, handbook: Transactions, published_rows: Floats
) -> None:
    baseline = next(b for b in BASELINES if b.name == name)
    found = measure(baseline, handbook, published_rows, Protocol(), seed=0)
    assert baseline.published is not None
    # Published with three digits; libraries round elsewhere since.
    assert found == pytest.approx(baseline.published, abs=0.004)


def day_of(*days: int) -> np.ndarray:
    return np.array(days) * SECONDS_A_DAY + 10


def test_the_test_week_leaves_out_cards_known_by_then() -> None:
    # Customers 0 to 4; frauds of 0 in training, of 1 and 2 just before two test days.
    data = Transactions(
        seconds=day_of(1, 5, 6, 9, 9, 9, 10, 10, 10),
        customer=np.array([0, 1, 2, 0, 1, 3, 1, 2, 3]),
        terminal=np.zeros(9, dtype=np.int64),
        cents=np.ones(9, dtype=np.int64),
        scenario=np.array([2, 2, 2, 0, 0, 0, 0, 0, 0], dtype=np.int8),
    )
    protocol = Protocol(train_from=0, train_days=3, gap_days=4, test_days=5)
    train, test = protocol.split(data)
    assert protocol.test_from == 7
    assert train.tolist() == [0]
    # Day 9 knows the frauds of days up to 9 - 4 - 1 = 4; day 10 also that of day 5, customer 1's.
    assert test.tolist() == [4, 5, 7, 8]
    everybody = Protocol(
        train_from=0, train_days=3, gap_days=4, test_days=5, drop_known_cards=False
    )
    assert everybody.split(data)[1].tolist() == [3, 4, 5, 6, 7, 8]


def test_card_precision_counts_a_caught_card_once() -> None:
    data = Transactions(
        seconds=day_of(0, 0, 0, 1, 1),
        customer=np.array([7, 7, 8, 7, 8]),
        terminal=np.zeros(5, dtype=np.int64),
        cents=np.ones(5, dtype=np.int64),
        scenario=np.array([3, 0, 0, 3, 0], dtype=np.int8),
    )
    score = np.array([0.2, 0.9, 0.5, 0.9, 0.1])
    # Day 0: card 7 is first and bad. Day 1: it is known, so card 8 is first, and good.
    assert card_precision(score, data, np.arange(5), 1) == 0.5


def test_old_labels_find_fewer_frauds() -> None:
    data = simulate(2, Size(customers=500, terminals=1_000, days=120))
    protocol = Protocol(
        train_from=40, train_days=40, gap_days=7, test_days=30, drop_known_cards=False
    )
    fresh, old = (
        measure_delay(data, delay, protocol, trees=20, seed=1)
        for delay in (3_600, 7 * SECONDS_A_DAY)
    )
    assert fresh.recall[2] > old.recall[2] + 0.05
    assert fresh.auc > old.auc
    assert fresh.rate_at_goal < old.rate_at_goal


def test_the_committed_model_reproduces_its_figures(
    handbook: Transactions, demo_registry: Path
) -> None:
    version = PublishedVersion.open(demo_registry / "fraud-xgboost/1")
    test = Periods().rows(handbook)[2]
    rows, labels = state_features(handbook, delay=DELAY)[test], handbook.fraud[test]
    probability = version.probability(rows)
    metrics = version.manifest["metrics"]
    assert roc_auc_score(labels, probability) == pytest.approx(metrics["auc"], abs=2e-6)
    alert = probability >= version.manifest["decision"]["approveBelow"]
    assert alert[labels == 1].mean() == pytest.approx(metrics["alert_recall"], abs=1e-6)
    assert alert[labels == 0].mean() == pytest.approx(metrics["alert_fpr"], abs=1e-6)


def test_the_committed_models_keep_their_promise(demo_registry: Path) -> None:
    for name in ("fraud-xgboost", "fraud"):
        metrics = json.loads((demo_registry / name / "1/manifest.json").read_text())["metrics"]
        assert metrics["alert_recall_low"] > 0.95
        assert metrics["alert_fpr"] < 0.02


def test_the_rules_fire_in_python_as_their_own_tests_say() -> None:
    names = [feature.name for feature in STATE_FEATURES]
    for case in rules.tests():
        row = np.zeros((1, len(STATE_FEATURES)))
        for name, value in case["given"].items():
            row[0, names.index(name)] = float(value)
        ids = [rule.id for rule, on in zip(rules.RULES, rules.fired(row)[0], strict=True) if on]
        assert ids == case["expect"]["fired"], case["name"]
        assert rules.scores(row)[0] == case["expect"]["score"]


def test_rule_risk_never_falls_and_is_a_share() -> None:
    score = np.repeat([0.0, 30.0, 50.0, 100.0], 100)
    labels = np.concatenate([np.zeros(100), np.ones(20), np.zeros(80), np.ones(10), np.zeros(90)])
    labels = np.concatenate([labels, np.ones(100)]).astype(np.int8)
    risk = RuleRisk.fit(score, labels)
    assert list(risk.y) == sorted(risk.y)
    assert risk(np.array([0.0]))[0] < 0.01
    assert risk(np.array([30.0, 50.0])).tolist() == pytest.approx([0.153465] * 2, abs=1e-5)
    assert 0.99 < risk(np.array([100.0]))[0] < 1
