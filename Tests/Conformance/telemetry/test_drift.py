"""Drift as a pod tells it is what its own formulas' model, Evidently, means: by known traffic."""

import json
import shutil

import grpc
import numpy
import pytest
import scipy.stats
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


def test_bins_are_compared_by_their_numbers_as_scipy_does(tmp_path):
    registry = shutil.copytree(DEMO, tmp_path / "registry")
    path = registry / "credit-default/2/manifest.json"
    manifest = json.loads(path.read_text())
    # An exact p-value is told of up to 10,000 rows.
    entry = manifest["reference"]["features"]["age"]
    entry["counts"] = [count // 20 for count in entry["counts"]]
    path.write_text(json.dumps(manifest))
    pod = Pod(
        *[f"--registry={registry}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0"],
        *["--drift-window=1ms", "--loops=1"],
    )
    credit = module("vigie.v1.credit_pb2")
    ages = [21, 25, 33, 38, 44, 47, 52, 58, 63, 71, 80, 95] * 5
    with grpc.insecure_channel(pod.address) as channel:
        stub = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
        # Of features every fourth row is kept.
        for age in [age for age in ages for _ in range(4)]:
            request = application(credit, "credit-default", "2")
            request.features["age"].integer = age
            stub.ScoreApplication(request)
    found = figures(pod, "vigie_model_feature_drift")
    assert pod.stop() == 0
    bins = numpy.arange(len(entry["counts"]))
    known = numpy.repeat(bins, entry["counts"])
    live = numpy.searchsorted(entry["edges"], ages, side="right")
    test = scipy.stats.ks_2samp(known, live)
    distance = scipy.stats.wasserstein_distance(known, live) / max(numpy.std(known), 0.001)
    assert found["age", "ks"] == pytest.approx(test.statistic, rel=1e-9)
    assert found["age", "ks_p_value"] == pytest.approx(test.pvalue, rel=1e-9)
    assert found["age", "wasserstein"] == pytest.approx(distance, rel=1e-9)
