"""A sampled trace can be found again from the histogram's bucket that its call is in."""

import urllib.request

import grpc
import pytest
from harness import DEMO, Pod
from known_load import application
from prometheus_client.openmetrics import parser
from stubs import module

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module")
def exemplars():
    """By family: the exemplars of a pod that a traced caller has asked once, in OpenMetrics."""
    pod = Pod(f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0")
    credit = module("vigie.v1.credit_pb2")
    with grpc.insecure_channel(pod.address) as channel:
        stub = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
        stub.ScoreApplication(
            application(credit, "credit-default", "2"),
            metadata=[("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")],
        )
        stub.ScoreApplication(application(credit, "credit-default", "2"))
    request = urllib.request.Request(
        f"http://{pod.admin}/metrics", headers={"Accept": "application/openmetrics-text"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    found = {}
    for family in parser.text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.exemplar:
                found.setdefault(family.name, []).append((sample, sample.exemplar))
    yield found
    assert pod.stop() == 0


@pytest.mark.parametrize(
    "name", ["grpc_server_call_duration_seconds", "vigie_model_request_duration_seconds"]
)
def test_the_sampled_call_and_no_other_is_an_exemplar(exemplars, name):
    [(sample, exemplar)] = exemplars[name]
    assert exemplar.labels["trace_id"] == TRACE
    assert len(exemplar.labels["span_id"]) == 16
    assert 0 < exemplar.value <= float(sample.labels["le"])
    assert float(exemplar.timestamp) > 1_700_000_000
