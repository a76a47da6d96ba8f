"""The guard in the pod: a canary that fails is out within a second, without anybody being asked."""

import threading
import time

import grpc
import pytest
from rollout_kit import (
    MODEL,
    Caller,
    linear,
    nan_from,
    publish,
    samples,
    slow,
    throwing_from,
    total,
    until,
)

GUARD = {"errorRate": 0.05, "p99": "20ms", "nonFinite": True, "window": "1s", "minimumRequests": 20}


def rollout(canary: int, weight: int = 5000, **guard) -> dict:
    return {
        "stable": {"version": 1},
        "canary": {"version": canary},
        "routing": {"weight": weight},
        "strategy": {"guard": GUARD | guard},
    }


class Load:
    """Callers that ask without a pause; what becomes of every request is kept."""

    def __init__(self, pod, callers: int = 2):
        self.x = (1.0, 0.0)
        self.seen = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(pod,)) for _ in range(callers)]
        for thread in self.threads:
            thread.start()

    def run(self, pod):
        caller = Caller(pod)
        while not self.stopping.is_set():
            began = time.monotonic()
            try:
                answer = caller.ask(self.x)
                self.seen.append((began, answer.arm, answer.route, None))
            except grpc.RpcError as error:
                trailers = dict(error.trailing_metadata() or ())
                self.seen.append((began, trailers.get("vigie-arm"), None, error.code()))
            time.sleep(0.001)
        caller.close()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def guarded(self):
        """When the first answer said that the canary is out; nil before."""
        return next((began for began, _, route, _ in list(self.seen) if route == "guard"), None)


@pytest.fixture
def load(cluster):
    running = []

    def begin(**options):
        running.append(Load(cluster.pod, **options))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


def wait_for_canary(load):
    until(
        lambda: sum(arm == "canary" and code is None for _, arm, _, code in list(load.seen)) > 40,
        what="a healthy canary",
    )


def check_is_out(cluster, load, reason: str, failing_since: float):
    tripped = until(load.guarded, what="the guard's trip")
    assert tripped - failing_since < 1, "the canary was in for too long"
    time.sleep(0.3)
    load.stop()
    later = [seen for seen in load.seen if seen[0] > tripped + 0.05]
    assert later
    assert {arm for _, arm, _, _ in later} == {"stable"}
    assert all(code is None for _, _, _, code in later)
    assert total(cluster.pod, "vigie_rollout_guard_trips_total", reason=reason) == 1
    assert total(cluster.pod, "vigie_rollout_guard_tripped", version="3") == 1
    assert total(cluster.pod, "vigie_rollout_weight_ratio", arm="canary") == 0


def test_a_canary_whose_outputs_are_no_numbers_is_out(cluster, load):
    publish(cluster.registry, 3, nan_from(100))
    cluster.rollouts.write(rollout(3))
    cluster.start()
    asking = load()
    wait_for_canary(asking)
    asking.x = (200.0, 0.0)
    check_is_out(cluster, asking, "nonFinite", time.monotonic())


def test_a_canary_that_throws_is_out(cluster, load):
    publish(cluster.registry, 3, throwing_from(10))
    cluster.rollouts.write(rollout(3))
    cluster.start()
    asking = load()
    wait_for_canary(asking)
    asking.x = (99.0, 0.0)
    check_is_out(cluster, asking, "errorRate", time.monotonic())


def test_a_canary_that_is_slow_is_out(cluster, load):
    publish(cluster.registry, 3, slow())
    cluster.rollouts.write(rollout(3, weight=0))
    cluster.start("--workers", 2)
    asking = load(callers=8)
    until(lambda: len(asking.seen) > 100, what="answers of the stable version")
    cluster.rollouts.write(rollout(3, minimumRequests=4))
    first = until(
        lambda: (
            next((s[0] for s in list(asking.seen) if s[1] == "canary"), None) or asking.guarded()
        ),
        what="the canary's first answer",
    )
    check_is_out(cluster, asking, "p99", first)


def test_a_healthy_canary_stays_whatever_its_callers_do(cluster, load):
    """Wrong requests are their callers' fault, and the stable version refuses them as well."""
    cluster.rollouts.write(rollout(2))
    cluster.start()
    caller = cluster.caller
    arms = set()
    for index in range(600):
        request = caller.request()
        if index % 3 == 0:
            request.inputs[0].datatype = "INT32"
        try:
            _, call = caller.stub.ModelInfer.with_call(request)
            arms.add(dict(call.trailing_metadata())["vigie-arm"])
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert arms == {"stable", "canary"}
    time.sleep(0.3)
    assert total(cluster.pod, "vigie_rollout_guard_tripped", version="2") == 0


def test_a_canary_that_is_out_stays_out_until_another_version_or_generation(cluster, load):
    publish(cluster.registry, 3, nan_from(100))
    cluster.rollouts.write(rollout(3, weight=10_000))
    cluster.start()
    for _ in range(5):
        cluster.caller.ask((200.0, 0.0))
    until(lambda: cluster.caller.ask().route == "guard", what="the guard's trip")
    # The file is written again as it was: nothing has changed.
    cluster.rollouts.write(rollout(3, weight=10_000))
    time.sleep(0.5)
    assert cluster.caller.ask().route == "guard"
    # Rules lead to it no more, pins do.
    assert cluster.caller.ask(version="3").arm == "pinned"
    # Another version begins anew.
    cluster.rollouts.write(rollout(2, weight=10_000))
    until(lambda: cluster.caller.ask().version == "2", what="version 2")
    # And so does a changed specification.
    cluster.rollouts.write(rollout(3, weight=10_000))
    until(lambda: cluster.caller.ask().version == "3", what="version 3 again")


def test_the_log_says_why(cluster):
    publish(cluster.registry, 3, nan_from(100))
    cluster.rollouts.write(rollout(3, weight=10_000))
    cluster.start()
    for _ in range(5):
        cluster.caller.ask((200.0, 0.0))
    until(lambda: cluster.caller.ask().route == "guard", what="the guard's trip")
    pod, cluster.pod = cluster.pod, None
    assert pod.stop() == 0
    assert f"guard took the canary {MODEL}/3 out" in pod.errors
    assert "no finite numbers" in pod.errors


def test_a_canary_without_traffic_trips_nothing(cluster):
    publish(cluster.registry, 3, linear((1, 0), 3))
    cluster.rollouts.write(rollout(3, weight=0))
    cluster.start()
    for _ in range(50):
        assert cluster.caller.ask().arm == "stable"
    time.sleep(0.3)
    assert samples(cluster.pod, "vigie_rollout_guard_trips_total") == {}
