"""Peers that vanish without a word: nothing tells the pod that they are gone but time."""

import socket
import time

import pytest
from patience import eventually
from proxy import Proxy


@pytest.fixture
def frozen(dice):
    """Callers' way to a pod, which stays open and carries nothing any more."""
    proxies = []

    def begin(pod):
        proxies.append(Proxy(("127.0.0.1", pod.port), dice))
        return proxies[-1]

    yield begin
    for one in proxies:
        one.close()


def test_keepalive_closes_what_does_not_answer_and_counts_it(start, frozen, call, bystander):
    pod = start("--keepalive-time=500ms", "--keepalive-timeout=300ms")
    others = bystander(pod)
    between = frozen(pod)
    victims = [call(between.address, "--timeout=1") for _ in range(5)]
    for victim in victims:
        victim.wait_for(3)
    eventually(lambda: pod.metric("vigie_connections_open") == 6)
    closed = pod.metric("vigie_connections_closed_total", reason="keepalive_timeout")
    between.frozen = True
    pod.counts("vigie_connections_closed_total", closed + 4, reason="keepalive_timeout")
    eventually(lambda: pod.metric("vigie_connections_open") == 1)
    since = time.monotonic()
    others.wait_for(50, since=since)
    # The proxy's own sockets have been closed meanwhile; callers find their way back.
    between.frozen = False
    for victim in victims:
        victim.wait_for(3)


def test_a_handshake_that_stops_half_way_is_ended(start, bystander):
    pod = start("--handshake-timeout=500ms")
    others = bystander(pod)
    before = pod.metric("vigie_connections_closed_total", reason="handshake_timeout")
    silent = [socket.create_connection(("127.0.0.1", pod.port)) for _ in range(50)]
    for one in silent[:25]:
        one.sendall(b"PRI * HTTP/2.0\r\n")
    pod.counts("vigie_connections_closed_total", before + 49, reason="handshake_timeout")
    for one in silent:
        one.close()
    others.wait_for(50)


def test_silent_clients_of_the_admin_port_keep_no_probe_waiting(start, bystander):
    """kubelet ends a pod whose probes do not answer."""
    pod = start()
    bystander(pod)
    host, port = pod.admin.rsplit(":", 1)
    silent = []
    for number in range(32):
        silent.append(socket.create_connection((host, int(port))))
        if number % 2:
            silent[-1].sendall(b"GET /metrics HTTP/1.1\r\n")
    for _ in range(5):
        began = time.monotonic()
        assert pod.get("/healthz")[0] == 200
        assert time.monotonic() - began < 1
    for one in silent:
        one.close()


def test_clients_of_the_admin_port_who_read_a_byte_now_and_then_are_ended(start, bystander):
    pod = start()
    bystander(pod)
    host, port = pod.admin.rsplit(":", 1)
    slow = []
    for _ in range(16):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        one.connect((host, int(port)))
        one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        slow.append(one)
    until = time.monotonic() + 12
    while time.monotonic() < until:
        for one in slow:
            one.setblocking(False)
            try:
                one.recv(1)
            except (BlockingIOError, ConnectionError):
                pass
        began = time.monotonic()
        assert pod.get("/healthz")[0] == 200
        assert time.monotonic() - began < 3
        time.sleep(0.5)
    for one in slow:
        one.close()
