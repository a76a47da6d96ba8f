"""Lines of the pod's log: Elastic Common Schema, access and slow-request log, rotation."""

import datetime
import ipaddress
import json
import os
import re
import resource
import signal
import subprocess
import time

import grpc
import pytest
from ecs import FIELDS, RESERVED, problem
from grpc_health.v1 import health_pb2, health_pb2_grpc
from harness import binary

TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADERS = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}


def check(running, times=1, **options):
    with grpc.insecure_channel(running.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for _ in range(times):
            health.Check(health_pb2.HealthCheckRequest(), timeout=5, **options)


def access(running):
    return [line for line in running.lines() if line.get("log.logger") == "vigie.access"]


def test_every_line_is_elastic_common_schema(pod):
    running = pod("--log-format=json", "--access-log", "--slow-request=1us", "--log-level=debug")
    running.infer(rows=2, headers=HEADERS)
    with grpc.insecure_channel(running.address) as channel, pytest.raises(grpc.RpcError):
        channel.unary_unary("/no.Such/Method")(b"", timeout=5)
    running.process.send_signal(signal.SIGHUP)
    assert running.stop() == 0
    lines = running.lines()
    assert {line["log.logger"] for line in lines} == {"vigie", "vigie.access", "vigie.slow"}
    for line in lines:
        # The order that ECS logging asks for, so that people can read the start of a line.
        assert list(line)[:3] == ["@timestamp", "log.level", "message"]
        assert line["ecs.version"] == "8.11.0" and line["service.name"] == "vigie"
        for name, value in line.items():
            assert problem(name, value) is None, problem(name, value)


def test_the_validator_finds_what_is_not_elastic_common_schema():
    assert problem("event.duration", "5") and problem("event.category", "web")
    assert problem("event.category", ["none of ECS's"]) and problem("client.ip", "host:1")
    assert problem("event.nonsense", 1) and problem("@timestamp", "yesterday")
    assert not problem("vigie.rows", 1) and set(RESERVED) >= {"event", "client"}
    assert len(FIELDS) > 30


def test_a_call_is_one_line_with_who_what_and_how_long(pod):
    running = pod("--log-format=json", "--access-log")
    running.infer(rows=2, headers=HEADERS)
    assert running.stop() == 0
    (line,) = [one for one in access(running) if one["url.path"].endswith("/ModelInfer")]
    assert (line["trace.id"], line["vigie.rows"]) == (TRACE, 2)
    assert re.fullmatch("[0-9a-f]{16}", line["span.id"]) and line["span.id"] != "b7ad6b7169203331"
    assert (line["vigie.model"], line["vigie.model_version"], line["vigie.arm"]) == (
        "anomaly-forest",
        "1",
        "stable",
    )
    assert line["user_agent.original"].startswith("grpc-python/")
    assert line["event.outcome"] == "success" and line["rpc.grpc.status_code"] == 0
    assert line["client.bytes"] > 2 * 4 and line["server.bytes"] > 0
    began, ended = (
        datetime.datetime.fromisoformat(line[f"event.{edge}"]) for edge in ("start", "end")
    )
    assert 0 <= (ended - began).total_seconds() - line["event.duration"] / 1e9 + 0.001 < 0.003


def test_a_pinned_version_and_a_failure_are_told(pod):
    running = pod("--log-format=json", "--access-log")
    running.infer(model_version="1")
    with pytest.raises(Exception, match="no model"):
        running.infer(model="nobody")
    assert running.stop() == 0
    lines = access(running)
    assert [one["vigie.arm"] for one in lines if "vigie.arm" in one] == ["pinned"]
    (failed,) = [one for one in lines if one["event.outcome"] == "failure"]
    assert failed["error.code"] == "NOT_FOUND" and "nobody" in failed["error.message"]


def test_text_lines_are_as_documented(pod):
    running = pod("--access-log")
    running.infer(headers=HEADERS)
    assert running.stop() == 0
    (line,) = [one for one in running.log.read_text().splitlines() if "/ModelInfer" in one]
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: 127\.0\.0\.1:\d+ "
        r"/inference\.GRPCInferenceService/ModelInfer OK \d+ us \d+/\d+ \"grpc-python[^\"]*\" "
        rf"model=anomaly-forest/1 arm=stable rows=1 trace={TRACE}",
        line,
    ), line


def test_a_share_of_calls_is_logged_and_all_that_fail(pod):
    running = pod("--log-format=json", "--access-log", "--access-log-sample=0.1")
    check(running, 500)
    with grpc.insecure_channel(running.address) as channel:
        for _ in range(20):
            with pytest.raises(grpc.RpcError):
                channel.unary_unary("/no.Such/Method")(b"", timeout=5)
    assert running.stop() == 0
    lines = access(running)
    assert len([one for one in lines if one["event.outcome"] == "failure"]) == 20
    # 50 ± 6 standard deviations of 6.7.
    assert 10 <= len([one for one in lines if one["event.outcome"] == "success"]) <= 91


def test_a_slow_request_is_told_with_where_the_time_went(pod):
    running = pod("--log-format=json", "--slow-request=1us")
    running.infer(rows=500, client_timeout=60)
    assert running.stop() == 0
    slow = [one for one in running.lines() if one["log.logger"] == "vigie.slow"]
    (line,) = [one for one in slow if one["url.path"].endswith("/ModelInfer")]
    parts = ["receive", "decode", "queue", "inference", "encode"]
    took = [line[f"vigie.{part}.duration"] for part in parts]
    assert all(part >= 0 for part in took) and sum(took) == line["event.duration"]
    assert 50e9 < line["vigie.deadline_left"] < 61e9
    assert line["log.level"] == "warning" and line["vigie.rows"] == 500
    assert not access(running)


def test_fast_requests_are_not_slow(pod):
    running = pod("--log-format=json", "--slow-request=20s")
    running.infer()
    assert running.stop() == 0
    assert not [one for one in running.lines() if one["log.logger"] == "vigie.slow"]


def test_when_everything_is_slow_the_log_stays_readable(pod):
    running = pod("--log-format=json", "--slow-request=1us", "--loops=1")
    check(running, 400)
    time.sleep(1.1)
    check(running)
    assert running.stop() == 0
    slow = [one["message"] for one in running.lines() if one["log.logger"] == "vigie.slow"]
    kept = sum(int(text.split()[0]) for text in slow if "not told one by one" in text)
    told = [text for text in slow if text.startswith("slow:")]
    assert kept > 0 and len(told) + kept == 401


def test_a_file_that_was_rotated_away_is_opened_anew(pod):
    running = pod("--access-log")
    check(running)
    old = running.log.with_suffix(".1")
    until = time.monotonic() + 10
    while "/Check" not in running.log.read_text() and time.monotonic() < until:
        time.sleep(0.02)
    running.log.rename(old)
    check(running)
    running.process.send_signal(signal.SIGHUP)
    while not running.log.exists() and time.monotonic() < until:
        time.sleep(0.02)
    check(running)
    assert running.stop() == 0
    assert old.read_text().count("/Check") == 2
    assert running.log.read_text().count("/Check") == 1


def test_a_file_that_cannot_be_opened_anew_is_written_on(pod):
    running = pod("--access-log")
    folder = running.log.parent
    moved = folder.with_name("moved")
    folder.rename(moved)
    running.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + 10
    while "goes on" not in (moved / "pod.log").read_text() and time.monotonic() < until:
        time.sleep(0.02)
    check(running)
    assert running.stop() == 0
    assert "goes on in the file that is open" in (moved / "pod.log").read_text()
    assert "/Check" in (moved / "pod.log").read_text()


def settled(running, name):
    """A figure when it has not changed for half a second."""
    before = -1
    deadline = time.monotonic() + 20
    while (now := running.metrics().get(name, 0)) != before:
        assert time.monotonic() < deadline, f"{name} does not come to rest"
        before = now
        time.sleep(0.5)
    return now


def test_a_full_disk_loses_each_line_once_and_does_not_keep_the_log_busy(pod):
    running = pod("--access-log", "--admin=127.0.0.1:0", "--log-file=/dev/full")
    dropped = "vigie_log_lines_dropped_total"
    # To tell of lost lines is of no use where nothing can be written.
    before = settled(running, dropped)
    check(running, 100)
    assert settled(running, dropped) == before + 100
    assert running.metrics().get("vigie_log_written_bytes_total", 0) == 0


def test_after_a_full_disk_lines_are_whole_again_and_the_lost_are_told(pod):
    running = pod("--access-log", "--admin=127.0.0.1:0", "--log-format=json")
    dropped = "vigie_log_lines_dropped_total"
    check(running, 5)
    settled(running, "vigie_log_written_bytes_total")
    # A limit on the size of its files is what a full disk is to the pod; it is met within a line.
    size = running.log.stat().st_size
    old = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (size + 100, -1))
    check(running, 20)
    assert settled(running, dropped) == 20
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, old)
    check(running, 7)
    settled(running, "vigie_log_written_bytes_total")
    torn, *rest = running.log.read_bytes()[size:].decode().split("\n")
    assert len(torn) == 100
    lines = [json.loads(line) for line in rest if line]
    assert sum(line["log.logger"] == "vigie.access" for line in lines) == 7
    assert any(line["message"].startswith("20 log lines were dropped") for line in lines)
    assert settled(running, dropped) == 20


def test_lines_may_go_to_standard_output(tmp_path):
    done = subprocess.run(
        [binary("vigie"), "serve", f"--registry={tmp_path}", "--log-file=stdout", "--listen=x"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 78 and "--listen" in done.stderr


def test_a_reader_that_takes_no_lines_hurts_no_call_and_does_not_keep_the_pod(pod, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Open at both ends, so that the pod can open it, and never read.
    held = os.open(pipe, os.O_RDWR)
    try:
        running = pod("--access-log", f"--log-file={pipe}")
        check(running, 2000)
        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 15
    finally:
        os.close(held)


def test_addresses_are_addresses(pod):
    running = pod("--log-format=json", "--access-log")
    check(running)
    assert running.stop() == 0
    (line,) = access(running)
    assert ipaddress.ip_address(line["client.ip"]).is_loopback and 0 < line["client.port"] < 65536
