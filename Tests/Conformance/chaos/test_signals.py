"""Processes that are stopped and go on: the pod itself, its callers, and what it depends on."""

import os
import signal
import time

import pytest
from pods import assert_sound
from postgres import running
from registries import record_nothing


@pytest.fixture
def postgres():
    with running() as server:
        yield server


def test_a_pod_that_was_stopped_goes_on_where_it_was(start, call):
    pod = start("--decision-log-mode=best-effort")
    caller = call(f"127.0.0.1:{pod.port}", "--timeout=1")
    caller.wait_for(20)
    os.kill(pod.pid, signal.SIGSTOP)
    caller.wait_for(1, "DEADLINE_EXCEEDED")
    os.kill(pod.pid, signal.SIGCONT)
    # What was asked meanwhile has expired: it is not computed, nor refused as overload for long.
    caller.wait_for(100)
    since = time.monotonic()
    caller.wait_for(50, since=since)
    assert set(caller.statuses(since)) == {"OK"}


def test_callers_that_are_stopped_hurt_no_other(start, call, bystander):
    pod = start("--write-timeout=2s", "--keepalive-time=1s", "--keepalive-timeout=1s")
    others = bystander(pod)
    victims = [call(f"127.0.0.1:{pod.port}", "--pace=0", "--timeout=2") for _ in range(4)]
    for victim in victims:
        victim.wait_for(20)
        os.kill(victim.process.pid, signal.SIGSTOP)
    try:
        # The kernel of a stopped process still acknowledges bytes: only the pings go unanswered.
        pod.counts("vigie_connections_closed_total", 3, reason="keepalive_timeout")
        others.wait_for(50)
    finally:
        for victim in victims:
            os.kill(victim.process.pid, signal.SIGCONT)
    for victim in victims:
        victim.wait_for(20)


def test_a_database_that_stands_still_refuses_required_decisions_and_holds_up_no_other_call(
    start, postgres, call, bystander, registry
):
    """Callers used to wait for their deadlines, one after the other."""
    record_nothing(registry, "fraud-xgboost")
    pod = start(
        f"--decision-log={postgres.log} connect_timeout=2",
        "--decision-log-chain=test",
        "--decision-log-timeout=1s",
    )
    other = bystander(pod, "--model=fraud-xgboost")
    victim = call(f"127.0.0.1:{pod.port}", "--timeout=10")
    victim.wait_for(20)
    postgres.freeze()
    since = time.monotonic()
    try:
        victim.wait_for(20, "UNAVAILABLE", since=since)
        refused = [one for one in victim.calls(since) if one.status == "UNAVAILABLE"]
        assert max(one.seconds for one in refused) < 8
        # Those that come when it is known do not wait at all.
        assert sorted(one.seconds for one in refused)[len(refused) // 2] < 1
        assert "DEADLINE_EXCEEDED" not in victim.statuses(since)
        pod.says("decisions cannot be recorded: postgres")
        assert pod.metric("vigie_decisions_lost_total", reason="sink_failed") > 0
    finally:
        postgres.thaw()
    victim.wait_for(20, seconds=60)
    pod.says("decisions are recorded again")
    victim.stop()
    other.stop()
    assert pod.stop() == 0
    assert_sound(postgres.log)


def test_a_database_that_stands_still_delays_no_best_effort_decision(start, postgres, bystander):
    pod = start(
        f"--decision-log={postgres.log} connect_timeout=2",
        "--decision-log-chain=test",
        "--decision-log-timeout=1s",
        "--decision-log-mode=best-effort",
    )
    others = bystander(pod)
    postgres.freeze()
    try:
        pod.says("decisions cannot be recorded: postgres")
        others.wait_for(100)
        assert pod.metric("vigie_decisions_waiting_bytes") > 0
    finally:
        postgres.thaw()
    pod.says("decisions are recorded again", 60)


def test_a_pod_ends_in_time_though_its_database_stands_still(start, postgres, call):
    pod = start(
        f"--decision-log={postgres.log} connect_timeout=2",
        "--decision-log-timeout=1s",
        "--decision-log-mode=best-effort",
    )
    caller = call(f"127.0.0.1:{pod.port}")
    caller.wait_for(20)
    postgres.freeze()
    try:
        caller.wait_for(20)
        caller.stop()
        began = time.monotonic()
        assert pod.stop() == 0
        assert time.monotonic() - began < 20
    finally:
        postgres.thaw()
