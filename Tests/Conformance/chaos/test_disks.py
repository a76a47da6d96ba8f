"""Disks that take seconds for what takes microseconds, and disks that fail."""

import errno
import time

import pytest
from pods import assert_sound
from registries import publish, record_nothing

READ, WRITE, SYNC, OPEN, FAILURE, COUNT = range(6)


@pytest.fixture
def disk(shim, tmp_path):
    made = shim("disk")
    made.watch(tmp_path / "log")
    return made


def recorded(start, disk, registry, tmp_path, *arguments):
    """A pod with a decision log on that disk, for all models but one."""
    record_nothing(registry, "fraud-xgboost")
    return start(
        f"--decision-log=file:{tmp_path / 'log'}",
        "--decision-log-chain=test",
        "--decision-log-timeout=1s",
        *arguments,
        env=disk.env,
    )


def test_a_slow_disk_delays_those_who_wait_for_it_and_nobody_else(
    start, disk, registry, bystander, call, tmp_path
):
    pod = recorded(start, disk, registry, tmp_path)
    bystander(pod, "--model=fraud-xgboost")
    victim = call(f"127.0.0.1:{pod.port}")
    victim.wait_for(20)
    disk[SYNC] = 200
    since = time.monotonic()
    victim.wait_for(10, since=since)
    assert disk[COUNT] > 0, "the pod does not sync through the library"
    slow = [one.seconds for one in victim.calls(since)]
    assert sorted(slow)[len(slow) // 2] >= 0.2
    assert set(victim.statuses(since)) == {"OK"}
    disk[SYNC] = 0
    victim.stop()
    assert_sound(f"file:{tmp_path / 'log'}")


def test_a_disk_that_hangs_refuses_required_decisions_in_time_and_says_so(
    start, disk, registry, bystander, call, tmp_path
):
    pod = recorded(start, disk, registry, tmp_path)
    bystander(pod, "--model=fraud-xgboost")
    victim = call(f"127.0.0.1:{pod.port}", "--timeout=20")
    victim.wait_for(20)
    since = time.monotonic()
    disk[SYNC] = 12_000
    victim.wait_for(20, "UNAVAILABLE", since=since, seconds=10)
    refused = [one.seconds for one in victim.calls(since) if one.status == "UNAVAILABLE"]
    assert max(refused) < 8
    pod.says("it has not answered for")
    disk[SYNC] = 0
    victim.wait_for(20, seconds=30)
    pod.says("decisions are recorded again")
    victim.stop()
    assert_sound(f"file:{tmp_path / 'log'}")


def test_a_disk_that_hangs_delays_no_best_effort_decision(
    start, disk, registry, bystander, tmp_path
):
    pod = recorded(start, disk, registry, tmp_path, "--decision-log-mode=best-effort")
    others = bystander(pod)
    disk[SYNC] = disk[WRITE] = 3000
    pod.says("it has not answered for")
    since = time.monotonic()
    others.wait_for(100, since=since)
    disk[SYNC] = disk[WRITE] = 0
    pod.says("decisions are recorded again")
    count = len(others.calls())
    others.stop()
    pod.counts("vigie_decisions_recorded_total", count - 1)
    assert pod.metric("vigie_decisions_lost_total") == 0
    assert_sound(f"file:{tmp_path / 'log'}")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_refuses_until_it_works_again(
    start, disk, registry, bystander, call, tmp_path, code
):
    pod = recorded(start, disk, registry, tmp_path)
    bystander(pod, "--model=fraud-xgboost")
    victim = call(f"127.0.0.1:{pod.port}")
    victim.wait_for(20)
    disk[FAILURE] = code
    victim.wait_for(20, "UNAVAILABLE")
    pod.says("decisions cannot be recorded")
    disk[FAILURE] = 0
    victim.wait_for(20)
    pod.says("decisions are recorded again")
    victim.stop()
    assert_sound(f"file:{tmp_path / 'log'}")


def test_a_registry_on_a_slow_disk_holds_up_no_call(start, shim, registry, bystander):
    disk = shim("disk")
    disk.watch(registry)
    pod = start(env=disk.env)
    others = bystander(pod)
    disk[READ] = 300
    before = disk[COUNT]
    publish(registry, "fraud-xgboost", 2)
    since = time.monotonic()
    pod.says("fraud-xgboost/2 serves", 60)
    assert disk[COUNT] > before, "the pod does not read through the library"
    assert time.monotonic() - since > 0.6
    others.wait_for(50)


def test_a_log_file_on_a_disk_that_hangs_holds_up_no_call(start, shim, bystander, tmp_path):
    disk = shim("disk")
    disk.watch(tmp_path / "slow")
    (tmp_path / "slow").mkdir()
    pod = start("--access-log", f"--log-file={tmp_path / 'slow' / 'pod.log'}", env=disk.env)
    others = bystander(pod)
    disk[WRITE] = 2000
    since = time.monotonic()
    others.wait_for(300, since=since)
    assert disk[COUNT] > 0, "the pod does not write through the library"
    disk[WRITE] = 0
