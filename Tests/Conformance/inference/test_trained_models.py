"""What the pipelines train and publish, served by a pod, against the Python models themselves."""

import json

import numpy
import pytest
import tritonclient.grpc as triton
from harness import ROOT, Process
from tritonclient.utils import np_to_triton_dtype
from vigie_pipelines.anomaly.served import publish_models, train_models
from vigie_pipelines.fraud import rules
from vigie_pipelines.fraud.decision import FraudDecision
from vigie_pipelines.fraud.served import Periods, train_served
from vigie_pipelines.fraud.simulator import simulate
from vigie_pipelines.fraud.state import STATE_FEATURES
from vigie_pipelines.fraud.world import Size
from vigie_pipelines.intents.classifier import IntentClassifier
from vigie_pipelines.intents.corpus import held_out, training
from vigie_pipelines.published.version import PublishedVersion
from vigie_pipelines.registry.publish import publish

DEMO = ROOT / "Sources/pipelines/demo-registry"
ROWS = 400
KINDS = {"number": numpy.float64, "integer": numpy.int64, "boolean": numpy.bool_}

# Sentences that are hard to cut into words, beside ordinary ones.
ODD = [
    "",
    "!!!",
    "ÉTAT DE MON PRÊT",
    "L'ÉTRANGER",
    "œuvre  à\tl'hôtel",
    "€ 120",
    "日本",
]


class Trained:
    """Small models of each kind, and the registry that they are published in."""

    def __init__(self, registry):
        self.registry = registry
        data = simulate(3, Size(customers=300, terminals=600))
        fraud = train_served(data, "a test", seed=1, trees=20, depth=4, periods=Periods())
        self.fraud = FraudDecision.of(fraud)
        self.fraud.publish(registry)
        self.anomaly = train_models(data, "a test", seed=1, epochs=2, periods=Periods())
        publish_models(self.anomaly, registry)
        self.intents = IntentClassifier()
        made = training(1, 8)
        self.intents.fit(made.texts, made.intents)
        publish(registry, "intents", {"flavor": "onnx"}, self.intents.write)
        # Frauds are few: half of the rows are some.
        test = fraud.test
        draw = numpy.random.default_rng(1)
        bad = draw.choice(numpy.flatnonzero(test.labels == 1), ROWS // 2)
        good = draw.choice(numpy.flatnonzero(test.labels == 0), ROWS // 2, replace=False)
        self.rows = test.rows[numpy.concatenate([bad, good])]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return Trained(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def pod(trained):
    process = Process("vigie", "serve", "--registry", trained.registry, "--listen", "127.0.0.1:0")
    client = triton.InferenceServerClient(process.address)
    yield client
    client.close()
    assert process.stop() == 0


@pytest.fixture(scope="module")
def demo():
    process = Process("vigie", "serve", "--registry", DEMO, "--listen", "127.0.0.1:0")
    client = triton.InferenceServerClient(process.address)
    yield client
    client.close()
    assert process.stop() == 0


def tensor(name: str, values: numpy.ndarray) -> triton.InferInput:
    made = triton.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
    made.set_data_from_numpy(values)
    return made


def by_feature(rows: numpy.ndarray, features) -> list:
    """An input a feature, as rules and pipelines have them."""
    return [
        tensor(feature.name, rows[:, STATE_FEATURES.index(feature)].astype(KINDS[feature.kind]))
        for feature in features
    ]


def texts(sentences: list[str]) -> list:
    return [tensor("text", numpy.array([[s.encode()] for s in sentences], dtype=object))]


def decoded(values: numpy.ndarray) -> list[str]:
    return [value.decode() for value in values]


def test_the_fraud_model_is_xgboosts(pod, trained):
    answer = pod.infer("fraud-xgboost", [tensor("input", trained.rows.astype(numpy.float32))])
    log_odds = trained.fraud.fraud.model.log_odds(trained.rows.astype(numpy.float32))
    expected = 1 / (1 + numpy.exp(-log_odds))
    numpy.testing.assert_allclose(answer.as_numpy("output").ravel(), expected, atol=1e-6)


def test_the_fraud_rules_are_those_that_were_measured(pod, trained):
    answer = pod.infer("fraud-rules", by_feature(trained.rows, rules.FEATURES))
    score = rules.scores(trained.rows)
    assert answer.as_numpy("score").tolist() == score.tolist()
    assert (answer.as_numpy("fired_mask") == rules.fired(trained.rows)).all()
    assert len(set(score.tolist())) > 2


def test_the_fraud_pipeline_decides_as_measured(pod, trained):
    answer = pod.infer("fraud", by_feature(trained.rows, STATE_FEATURES))
    fraud = trained.fraud.fraud
    probability = fraud.calibration.apply(fraud.model.log_odds(trained.rows))
    numpy.testing.assert_allclose(answer.as_numpy("probability"), probability, atol=1e-6)
    risk = trained.fraud.risk(trained.rows, probability)
    numpy.testing.assert_allclose(answer.as_numpy("risk"), risk, atol=1e-6)
    decisions = trained.fraud.decisions(trained.rows, probability).tolist()
    assert decoded(answer.as_numpy("decision")) == decisions
    assert set(decisions) == {"approve", "refer", "decline"}
    fired = [json.loads(text) for text in decoded(answer.as_numpy("fired"))]
    assert [len(ids) for ids in fired] == rules.fired(trained.rows).sum(axis=1).tolist()


def test_anomaly_levels_are_scikit_learns(pod, trained):
    # The forest sees float32, here and there.
    rows = trained.rows.astype(numpy.float32).astype(numpy.float64)
    answer = pod.infer("anomaly", by_feature(rows, STATE_FEATURES))
    detector = trained.anomaly.detector
    forest = -detector.forest.score_samples(rows)
    numpy.testing.assert_allclose(answer.as_numpy("forest_score"), forest, atol=1e-9)
    numpy.testing.assert_allclose(answer.as_numpy("error"), detector.errors(rows), rtol=2e-4)
    level = detector.levels(rows)[2]
    numpy.testing.assert_allclose(answer.as_numpy("level"), level, atol=2e-3)
    sure = abs(level - trained.anomaly.threshold) > 1e-2
    alert = level >= trained.anomaly.threshold
    assert (answer.as_numpy("alert")[sure] == alert[sure]).all()
    assert level.max() > level.min() + 1


def test_anomaly_explanations_add_up_to_the_level(pod, trained):
    inputs = by_feature(trained.rows[:50], STATE_FEATURES)
    answer = pod.infer("anomaly", inputs, parameters={"explain": True})
    parts = answer.as_numpy("explanation.contributions")
    base = answer.as_numpy("explanation.base_value")
    assert parts.shape == (50, len(STATE_FEATURES))
    numpy.testing.assert_allclose(base + parts.sum(axis=1), answer.as_numpy("level"), atol=1e-6)
    assert (abs(parts).sum(axis=1) > 0).all()


def test_intents_are_scikit_learns(pod, trained):
    sentences = held_out().texts + ODD
    answer = pod.infer("intents", texts(sentences))
    expected = trained.intents.probabilities(sentences)
    found = answer.as_numpy("probabilities")
    numpy.testing.assert_allclose(found, expected, atol=2e-6)
    best = [trained.intents.classes[i] for i in expected.argmax(axis=1)]
    # A sentence without any known word leaves the intercepts, which may tie in float32.
    assert decoded(answer.as_numpy("label").ravel())[: -len(ODD)] == best[: -len(ODD)]


def test_an_intent_does_not_depend_on_its_neighbours(pod):
    sentences = held_out().texts[:20]
    together = pod.infer("intents", texts(sentences)).as_numpy("probabilities")
    for row, sentence in enumerate(sentences):
        alone = pod.infer("intents", texts([sentence])).as_numpy("probabilities")
        assert alone.tobytes() == together[row].tobytes()


def test_the_committed_fraud_model_is_xgboosts(demo, trained):
    version = PublishedVersion.open(DEMO / "fraud-xgboost/1")
    answer = demo.infer("fraud-xgboost", [tensor("input", trained.rows.astype(numpy.float32))])
    log_odds = version.scorer.log_odds(trained.rows.astype(numpy.float32).astype(numpy.float64))
    expected = 1 / (1 + numpy.exp(-log_odds))
    numpy.testing.assert_allclose(answer.as_numpy("output").ravel(), expected, atol=1e-6)


def test_the_committed_intents_are_onnx_runtimes_and_reach_their_accuracy(demo):
    import onnxruntime

    data = held_out()
    session = onnxruntime.InferenceSession(DEMO / "intents/1/model.onnx")
    column = numpy.array(data.texts, dtype=object)[:, None]
    label, expected = session.run(["label", "probabilities"], {"text": column})
    answer = demo.infer("intents", texts(data.texts))
    numpy.testing.assert_allclose(answer.as_numpy("probabilities"), expected, atol=2e-6)
    assert decoded(answer.as_numpy("label").ravel()) == label.ravel().tolist()
    manifest = json.loads((DEMO / "intents/1/manifest.json").read_text())
    accuracy = (label.ravel() == numpy.array(data.intents)).mean()
    assert accuracy == pytest.approx(manifest["metrics"]["accuracy"], abs=1e-6)
    assert accuracy > 0.92
    assert manifest["intents"]["classes"] == sorted(set(data.intents))
