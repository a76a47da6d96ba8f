"""Packets that are lost, late, twice there, or never come: the network between callers and a pod."""

import time

import pytest
from network import Wire
from patience import eventually
from pods import assert_sound, find
from postgres import running
from proxy import Proxy

ANY = "0.0.0.0:0"


@pytest.fixture
def wire(dice):
    made = Wire(dice)
    yield made
    made.close()


@pytest.fixture
def proxy(dice):
    proxies = []

    def begin(pod):
        proxies.append(Proxy(("127.0.0.1", pod.port), dice))
        return proxies[-1]

    yield begin
    for one in proxies:
        one.close()


def test_callers_behind_a_network_that_loses_and_reorders_packets_get_right_answers(
    start, wire, call, bystander
):
    pod = start(listen=ANY)
    bystander(pod)
    victim = call(f"{wire.pod_address}:{pod.port}", "--timeout=20", prefix=wire.prefix)
    wire.loss, wire.delay, wire.jitter, wire.duplicate = 0.05, 0.002, 0.004, 0.02
    began = time.monotonic()
    victim.wait_for(200, seconds=90)
    assert wire.lost > 10, "nothing was lost: this has shown nothing"
    assert set(victim.statuses(began)) == {"OK"}


def test_a_caller_who_is_cut_off_is_noticed_and_comes_back(start, wire, call, bystander):
    pod = start("--keepalive-time=500ms", "--keepalive-timeout=500ms", listen=ANY)
    others = bystander(pod)
    victim = call(f"{wire.pod_address}:{pod.port}", "--timeout=1", prefix=wire.prefix)
    victim.wait_for(20)
    before = pod.metric("vigie_connections_closed_total", reason="keepalive_timeout")
    wire.is_cut = True
    victim.wait_for(1, "DEADLINE_EXCEEDED")
    pod.counts("vigie_connections_closed_total", before, reason="keepalive_timeout")
    # Only the bystander's is left.
    eventually(lambda: pod.metric("vigie_connections_open") == 1)
    others.wait_for(50)
    wire.is_cut = False
    victim.wait_for(20)


def test_a_caller_who_is_cut_off_in_the_middle_of_answers_costs_no_memory_for_long(
    start, wire, call, bystander
):
    pod = start("--write-timeout=1s", "--keepalive-time=1s", "--keepalive-timeout=1s", listen=ANY)
    others = bystander(pod)
    victims = [
        call(f"{wire.pod_address}:{pod.port}", "--timeout=1", "--pace=0", prefix=wire.prefix)
        for _ in range(3)
    ]
    for _ in range(3):
        since = time.monotonic()
        for victim in victims:
            victim.wait_for(20, since=since)
        wire.is_cut = True
        eventually(lambda: pod.metric("vigie_connections_open") == 1)
        wire.is_cut = False
    others.wait_for(50)
    assert pod.metric("vigie_http2_streams_open") <= len(victims) + 1


def test_a_slow_network_slows_its_own_callers_only(start, proxy, call, bystander):
    pod = start()
    others = bystander(pod)
    between = proxy(pod)
    between.delay, between.chunk = 0.05, 7
    victim = call(between.address)
    began = time.monotonic()
    victim.wait_for(20, seconds=60)
    assert set(victim.statuses(began)) == {"OK"}
    assert min(one.seconds for one in victim.calls(began)) >= 0.1
    others.wait_for(100)


def test_connections_that_are_cut_again_and_again_are_made_again(start, proxy, call, bystander):
    pod = start()
    bystander(pod)
    between = proxy(pod)
    victims = [call(between.address, "--pace=0", "--timeout=2") for _ in range(3)]
    for _ in range(10):
        since = time.monotonic()
        for victim in victims:
            victim.wait_for(5, since=since)
        between.cut()
    for victim in victims:
        assert set(victim.statuses()) <= {"OK", "UNAVAILABLE"}, victim.statuses()
        victim.stop()
    eventually(lambda: pod.metric("vigie_connections_open") == 1)
    assert pod.metric("vigie_http2_streams_open") <= 1


def test_bytes_that_change_on_their_way_end_connections_and_nothing_else(
    start, proxy, call, bystander
):
    pod = start()
    bystander(pod)
    between = proxy(pod)
    victim = call(between.address, "--pace=0", "--timeout=0.5")
    victim.wait_for(20)
    for _ in range(5):
        between.corrupt = 300
        time.sleep(1)
        between.corrupt = 0
        between.cut()
        victim.wait_for(5)
    ends = ["violation", "http2", "peer_closed", "clean", "network"]
    assert sum(pod.metric("vigie_connections_closed_total", reason=end) for end in ends) >= 5


@pytest.mark.parametrize("mode", ["required", "best-effort"])
def test_a_commit_whose_answer_is_lost_is_not_recorded_twice(start, call, dice, mode):
    """The database has carried it out, and the pod cannot know that."""
    with running() as postgres:
        between = Proxy(("127.0.0.1", postgres.port), dice)
        log = postgres.log.replace(f"port={postgres.port}", f"port={between.address[10:]}")
        pod = start(
            f"--decision-log={log} sslmode=disable gssencmode=disable",
            "--decision-log-chain=test",
            "--decision-log-timeout=1s",
            f"--decision-log-mode={mode}",
        )
        caller = call(f"127.0.0.1:{pod.port}")
        caller.wait_for(20)
        between.mute_after = b"COMMIT"
        pod.says("decisions cannot be recorded")
        pod.says("decisions are recorded again")
        caller.wait_for(20)
        caller.stop()
        answered = caller.statuses()["OK"]
        assert pod.stop() == 0
        ids = [line["record"]["id"] for line in find(postgres.log)]
        assert len(set(ids)) == len(ids)
        if mode == "best-effort":
            assert len(ids) == answered
        else:
            # One was refused, and is recorded all the same.
            assert len(ids) >= answered
        assert_sound(postgres.log)
        between.close()
