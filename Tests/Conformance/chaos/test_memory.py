"""Too little memory: calls are turned away, and the pod lives."""

import os
import pathlib
import struct
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from h2_client import Client
from patience import eventually

PING = "/vigie.v1.Diagnostics/Ping"
PIECE = 200_000


class Hoarder:
    """Calls whose messages are begun and never ended: their bytes wait in the pod."""

    def __init__(self, port: int):
        self.client = Client(port)
        self.held = 0

    def add(self, bytes_wanted: int):
        """As far as the pod's windows allow; it may have turned the call away already."""
        stream = self.client.begin(PING)
        sent, until = 0, time.monotonic() + 5
        head = struct.pack(">BI", 0, bytes_wanted + 1)
        while sent < bytes_wanted and time.monotonic() < until:
            answer = self.client.answers[stream]
            if answer.ended or answer.reset is not None:
                return
            connection = self.client.connection
            room = connection.local_flow_control_window(stream)
            size = min(PIECE, bytes_wanted - sent, room, connection.max_outbound_frame_size)
            if size > 0:
                connection.send_data(stream, head + bytes(size - len(head)))
                head = b""
                sent += size
                self.held += size
                self.client.flush()
            else:
                self.client.socket.settimeout(1)
                try:
                    self.client.receive()
                except (TimeoutError, ConnectionError):
                    return

    def close(self):
        self.client.socket.close()


def hoard(pod, until_short, count=400):
    hoarders = []
    for _ in range(count):
        hoarder = Hoarder(pod.port)
        hoarders.append(hoarder)
        try:
            hoarder.add(3_000_000)
        except OSError:
            pass
        if until_short():
            break
    return hoarders


def is_healthy(pod) -> bool:
    with grpc.insecure_channel(pod.address) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(), timeout=10
        )
    return answer.status == health_pb2.HealthCheckResponse.SERVING


def test_calls_are_turned_away_while_memory_is_short_and_let_in_again(start, call):
    probe = start()
    idle = probe.resident_bytes
    assert probe.stop() == 0
    limit = idle + (100 << 20)
    pod = start(f"--max-memory={limit}", "--request-timeout=60s")
    other = call(f"127.0.0.1:{pod.port}")
    other.wait_for(20)
    hoarders = hoard(pod, lambda: pod.metric("vigie_memory_short") == 1)
    pod.says("short of memory")
    other.wait_for(10, "RESOURCE_EXHAUSTED")
    # What takes memory is refused; what tells how the pod is, is not.
    assert is_healthy(pod)
    refused = "vigie_calls_refused_total"
    assert pod.metric(refused, reason="memory") > 0
    assert pod.resident_bytes < limit + (100 << 20)
    for hoarder in hoarders:
        hoarder.close()
    pod.says("memory is there again")
    other.wait_for(50)
    eventually(lambda: pod.resident_bytes < limit, what="memory has not come back")


@pytest.fixture
def group():
    """A control group with 400 MiB."""
    folder = made = None
    for mount in [pathlib.Path("/sys/fs/cgroup/memory"), pathlib.Path("/sys/fs/cgroup")]:
        folder = mount / f"vigie-chaos-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        limits = [folder / name for name in ["memory.limit_in_bytes", "memory.max"]]
        made = next((limit for limit in limits if limit.exists()), None)
        if made:
            break
        folder.rmdir()
    if made is None:
        pytest.skip("no control group for memory here: it needs root and a writable cgroup")
    made.write_text(str(400 << 20))
    yield folder
    eventually(lambda: try_remove(folder), what=f"{folder} cannot be removed")


def try_remove(folder: pathlib.Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def test_a_pod_in_a_small_control_group_turns_calls_away_and_is_not_killed(group, start, call):
    pod = start(
        "--request-timeout=60s", "--max-buffered-request-bytes=4GiB", within=group / "cgroup.procs"
    )
    assert pod.metric("vigie_memory_limit_bytes") == pytest.approx(0.9 * (400 << 20))
    other = call(f"127.0.0.1:{pod.port}")
    other.wait_for(20)
    hoarders = hoard(pod, lambda: pod.metric("vigie_memory_short") == 1)
    pod.says("short of memory")
    # Who goes on sending is not heard, so what is used does not grow up to where the kernel kills.
    for hoarder in hoarders[-5:]:
        try:
            hoarder.add(3_000_000)
        except OSError:
            pass
    assert is_healthy(pod)
    for hoarder in hoarders:
        hoarder.close()
    pod.says("memory is there again")
    other.wait_for(50)
