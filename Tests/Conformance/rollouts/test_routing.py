"""Which version answers whom: shares, sticky callers, rules, exclusions, pins, and what answers say."""

import collections
import json

import grpc
import numpy
import pytest
import tritonclient.grpc as triton
import xxhash
from rollout_kit import MODEL, linear, publish, samples, total, until
from tritonclient.grpc import service_pb2

STABLE = {"stable": {"version": 1}}
CANARY = STABLE | {"canary": {"version": 2}}


def bucket(key: str, salt: str = MODEL) -> int:
    """As the documentation says that anybody can recompute it."""
    seed = xxhash.xxh64(salt.encode()).intdigest()
    return xxhash.xxh64(key.encode(), seed=seed).intdigest() % 10_000


def test_the_stable_version_answers_although_a_newer_one_is_there(cluster):
    cluster.rollouts.write(STABLE)
    cluster.start()
    answer = cluster.caller.ask()
    assert answer.value == 2.0
    assert (answer.version, answer.arm, answer.route) == ("1", "stable", "default")
    assert answer.response.model_version == "1"
    assert answer.parameters == {
        "vigie-model-version": "1",
        "vigie-arm": "stable",
        "vigie-route": "default",
    }


def test_without_a_rollout_nothing_is_said_and_the_newest_answers(cluster):
    cluster.start()
    answer = cluster.caller.ask()
    assert answer.value == 3.0
    assert answer.trailers == {}
    assert answer.parameters == {}


def test_the_canary_gets_its_share_and_every_answer_says_so(cluster):
    cluster.rollouts.write(CANARY | {"routing": {"weight": 2500}})
    cluster.start()
    calls = 4000
    arms = collections.Counter()
    for index, answer in enumerate(cluster.caller.ask_many(calls)):
        assert answer.value == index + int(answer.version)
        assert answer.route == "weight"
        assert (answer.arm == "canary") == (answer.version == "2")
        arms[answer.arm] += 1
    # Six standard deviations of so many draws.
    assert abs(arms["canary"] / calls - 0.25) < 6 * (0.25 * 0.75 / calls) ** 0.5
    counted = samples(cluster.pod, "vigie_rollout_requests_total")
    by_arm = collections.Counter()
    for labels, count in counted.items():
        by_arm[dict(labels)["arm"]] += int(count)
    assert by_arm["canary"] == arms["canary"]
    assert by_arm["stable"] == arms["stable"]
    assert total(cluster.pod, "vigie_rollout_weight_ratio", arm="canary") == 0.25


@pytest.mark.parametrize("salt", [None, "autumn"])
def test_callers_stick_by_metadata_as_anybody_can_recompute(cluster, salt):
    routing = {"weight": 3000, "sticky": {"metadata": "x-account-id"}}
    if salt:
        routing["salt"] = salt
    cluster.rollouts.write(CANARY | {"routing": routing})
    cluster.start()
    arms = set()
    for account in range(200):
        answer = cluster.caller.ask(metadata=[("x-account-id", f"FR-{account}")])
        expected = "canary" if bucket(f"FR-{account}", salt or MODEL) < 3000 else "stable"
        assert (answer.arm, answer.route) == (expected, "sticky"), account
        arms.add(answer.arm)
    assert arms == {"canary", "stable"}
    assert cluster.caller.ask().route == "weight"


def test_callers_stick_by_an_input(cluster):
    cluster.rollouts.write(CANARY | {"routing": {"weight": 5000, "sticky": {"input": "x"}}})
    cluster.start()
    arms = set()
    for account in range(60):
        answer = cluster.caller.ask(x=(account, 0))
        assert answer.arm == ("canary" if bucket(str(account)) < 5000 else "stable")
        assert answer.route == "sticky"
        # Typed contents of the same number say the same.
        request = cluster.caller.request()
        del request.raw_input_contents[:]
        request.inputs[0].contents.fp32_contents.extend([account, 0])
        _, call = cluster.caller.stub.ModelInfer.with_call(request)
        assert dict(call.trailing_metadata())["vigie-arm"] == answer.arm
        arms.add(answer.arm)
    assert arms == {"canary", "stable"}


def test_no_sticky_caller_moves_back_when_the_weight_rises(cluster):
    sticky = {"sticky": {"metadata": "x-account-id"}}
    cluster.rollouts.write(CANARY | {"routing": {"weight": 0} | sticky})
    cluster.start()
    turned = set()
    for weight in (500, 2500, 5000, 9000, 10_000):
        cluster.rollouts.write(CANARY | {"routing": {"weight": weight} | sticky})
        until(
            lambda weight=weight: (
                total(cluster.pod, "vigie_rollout_weight_ratio", arm="canary") == weight / 10_000
            ),
            what=f"weight {weight}",
        )
        now = set()
        for account in range(150):
            answer = cluster.caller.ask(metadata=[("x-account-id", str(account))])
            if answer.arm == "canary":
                now.add(account)
        assert turned <= now, weight
        turned = now
    assert len(turned) == 150


def test_rules_decide_in_their_order_and_exclusions_bar_the_canary(cluster):
    publish(cluster.registry, 3, linear((1, 0), 3))
    cluster.rollouts.write(
        CANARY
        | {
            "routing": {
                "weight": 10_000,
                "rules": [
                    {
                        "name": "lab",
                        "match": [
                            {"metadata": "x-user", "prefix": "lab-"},
                            {"metadata": "x-beta", "exact": "yes"},
                        ],
                        "version": 3,
                    },
                    {
                        "name": "staff",
                        "match": [{"metadata": "x-user", "regex": "(lab|staff)-[0-9]{1,4}"}],
                        "to": "canary",
                    },
                    {
                        "name": "audit",
                        "match": [{"metadata": "x-user", "exact": "audit"}],
                        "to": "stable",
                    },
                ],
                "exclude": [{"metadata": "x-tenant", "exact": "bank-a"}],
            }
        }
    )
    cluster.start()

    def ask(**metadata):
        pairs = [(f"x-{key}", value) for key, value in metadata.items()]
        answer = cluster.caller.ask(metadata=pairs)
        return answer.version, answer.arm, answer.route

    assert ask(user="lab-1", beta="yes") == ("3", "pinned", "rule:lab")
    assert ask(user="lab-1") == ("2", "canary", "rule:staff")
    assert ask(user="lab-12345") == ("2", "canary", "weight")
    assert ask(user="audit") == ("1", "stable", "rule:audit")
    assert ask(user="staff-7", tenant="bank-a") == ("1", "stable", "excluded")
    assert ask(tenant="bank-a") == ("1", "stable", "excluded")
    assert ask(tenant="bank-a", user="lab-1", beta="yes") == ("3", "pinned", "rule:lab")
    assert ask(tenant="bank-b") == ("2", "canary", "weight")


def test_who_names_a_version_gets_it(cluster):
    cluster.rollouts.write(CANARY | {"routing": {"weight": 0}})
    cluster.start()
    for version in ("1", "2"):
        answer = cluster.caller.ask(version=version)
        assert (answer.version, answer.arm, answer.route) == (version, "pinned", "pinned")
        assert answer.value == 1 + int(version)
    with pytest.raises(grpc.RpcError) as caught:
        cluster.caller.ask(version="9")
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_version_that_is_not_loaded_gets_no_traffic_and_is_counted(cluster):
    cluster.rollouts.write(STABLE | {"canary": {"version": 9}, "routing": {"weight": 10_000}})
    cluster.start()
    for _ in range(20):
        answer = cluster.caller.ask()
        assert (answer.version, answer.arm, answer.route) == ("1", "stable", "not-loaded")
    counted = total(cluster.pod, "vigie_rollout_not_loaded_total", version="9", instead="stable")
    assert counted == 20
    publish(cluster.registry, 9, linear((1, 0), 9))
    until(lambda: cluster.caller.ask().version == "9", what="version 9")


def test_without_the_stable_version_something_answers_and_is_counted(cluster):
    cluster.rollouts.write(
        {"stable": {"version": 8}, "canary": {"version": 2}, "routing": {"weight": 0}}
    )
    cluster.start()
    answer = cluster.caller.ask()
    # The newest but for the one on trial.
    assert (answer.version, answer.route) == ("1", "not-loaded")
    counted = total(cluster.pod, "vigie_rollout_not_loaded_total", version="8", instead="fallback")
    assert counted == 1


def test_a_manifest_of_another_digest_gets_no_traffic(cluster):
    cluster.rollouts.write(
        STABLE
        | {
            "canary": {"version": 2, "digest": "sha256:" + "0" * 64},
            "routing": {"weight": 10_000},
        }
    )
    cluster.start()
    assert cluster.caller.ask().route == "not-loaded"


def test_failures_say_who_was_asked(cluster):
    cluster.rollouts.write(CANARY | {"routing": {"weight": 10_000}})
    cluster.start()
    request = cluster.caller.request()
    request.inputs[0].name = "no-such-input"
    with pytest.raises(grpc.RpcError) as caught:
        cluster.caller.stub.ModelInfer(request)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    trailers = dict(caught.value.trailing_metadata())
    assert trailers["vigie-model-version"] == "2"
    assert trailers["vigie-arm"] == "canary"


def test_requests_of_a_stream_are_routed_one_by_one(cluster):
    cluster.rollouts.write(CANARY | {"routing": {"weight": 5000}})
    cluster.start()
    requests = [cluster.caller.request() for _ in range(100)]
    arms = collections.Counter()
    for message in cluster.caller.stub.ModelStreamInfer(iter(requests), timeout=30):
        assert not message.error_message
        answer = message.infer_response
        value = float(numpy.frombuffer(answer.raw_output_contents[0], "<f4")[0])
        assert value == 1 + int(answer.parameters["vigie-model-version"].string_param)
        arms[answer.parameters["vigie-arm"].string_param] += 1
    assert set(arms) == {"canary", "stable"}


def test_tritonclient_reads_answers_with_parameters(cluster):
    cluster.rollouts.write(CANARY | {"routing": {"weight": 10_000}})
    cluster.start()
    client = triton.InferenceServerClient(cluster.pod.address)
    made = triton.InferInput("x", [1, 2], "FP32")
    made.set_data_from_numpy(numpy.array([[4, 0]], numpy.float32))
    result = client.infer(MODEL, [made])
    assert result.as_numpy("y")[0][0] == 6
    assert result.get_response().parameters["vigie-arm"].string_param == "canary"
    # Those who ask about the model are told of the stable version.
    response = client.stub_ if hasattr(client, "stub_") else cluster.caller.stub
    metadata = response.ModelMetadata(service_pb2.ModelMetadataRequest(name=MODEL))
    assert list(metadata.versions) == ["1", "2"]
    client.close()


def test_the_decision_log_and_model_metrics_know_the_arm(cluster):
    cluster.rollouts.write(CANARY | {"routing": {"weight": 10_000}})
    cluster.start()
    for _ in range(5):
        cluster.caller.ask()
    counted = total(
        cluster.pod,
        "vigie_model_request_duration_seconds_count",
        version="2",
        arm="canary",
    )
    assert counted == 5
    models = json.loads(cluster.pod.get("/models")[1])
    assert {model["version"] for model in models} == {1, 2}
