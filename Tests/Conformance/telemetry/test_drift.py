"""Drift as a pod tells it is what its own formulas' model, Evidently, means: by known traffic."""

import json

import grpc
import pytest
from harness import DEMO, Pod
from known_load import application
from prometheus_client.parser import text_string_to_metric_families
from stubs import module


def figures(pod, family):
    _, text = pod.get("/metrics")
    for found in text_string_to_metric_families(text):
        if found.name == family:
            return {
                tuple(sample.labels.get(name) for name in ("feature", "statistic")): sample.value
                for sample in found.samples
                if sample.labels["model"] == "credit-default" and sample.labels["version"] == "2"
            }
    return {}


@pytest.fixture(scope="module")
def drifted():
    """A pod that was asked for one and the same applicant 60 times."""
    pod = Pod(
        *[f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0"],
        # Every row is kept: a window by the thousand is under what a call takes.
        *["--drift-window=1ms", "--loops=1"],
    )
    credit = module("vigie.v1.credit_pb2")
    with grpc.insecure_channel(pod.address) as channel:
        stub = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
        for _ in range(60):
            pod.answer = stub.ScoreApplication(application(credit, "credit-default", "2"))
    yield pod
    assert pod.stop() == 0


def test_scores_are_all_counted_and_compared_with_the_reference(drifted):
    samples = figures(drifted, "vigie_model_drift_samples")
    assert list(samples.values()) == [60]
    found = figures(drifted, "vigie_model_score_drift")
    reference = json.loads((DEMO / "credit-default/2/manifest.json").read_text())["reference"]
    counts, edges = reference["score"]["counts"], reference["score"]["edges"]
    probability = drifted.answer.probability_of_default
    place = sum(edge <= probability for edge in edges)
    total = sum(counts)
    below = sum(counts[:place]) / total
    assert found[None, "ks"] == pytest.approx(max(below, 1 - below - counts[place] / total))
    assert found[None, "psi"] > 1
    assert 0 < found[None, "jensenshannon"] < 0.8326


def test_features_are_compared_bin_by_bin(drifted):
    found = figures(drifted, "vigie_model_feature_drift")
    manifest = json.loads((DEMO / "credit-default/2/manifest.json").read_text())
    names = {name for name, _ in found}
    assert names == {feature["name"] for feature in manifest["signature"]["features"]}
    # Everybody of one age is far from the reference's deciles.
    assert found["age", "psi"] > 1
