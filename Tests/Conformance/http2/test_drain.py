"""SIGTERM: no new connections, GOAWAY in two steps, running streams finish, exit within the grace."""

import signal
import socket
import struct
import time

import pytest

from server import Server
from wire import GOAWAY, PING, PREFACE, Closed, Connection, frame, settings_frame


def refuses_connections(address):
    for _ in range(200):
        try:
            socket.create_connection(address).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.02)
    return False


def test_running_streams_finish_and_the_process_ends():
    with Server("--grace", "10000") as server:
        c = Connection(server.address)
        c.request(1, path="/wait/700")
        c.expect_alive()
        server.signal(signal.SIGTERM)
        first = c.receive_until(lambda f: f.type == GOAWAY)
        assert struct.unpack_from(">I", first.payload)[0] == 0x7FFFFFFF
        # Requests that were on their way are served, too.
        c.request(3)
        ping = c.receive_until_raw(PING)
        c.expect_response(3)
        c.send(frame(PING, 1, 0, ping.payload))
        second = c.receive_until(lambda f: f.type == GOAWAY)
        assert struct.unpack_from(">I", second.payload)[0] == 3
        assert second.payload[8:] == b"shutdown"
        assert refuses_connections(server.address)
        c.expect_response(1)
        with pytest.raises(Closed):
            c.receive()
        c.close()
        counters = server.wait()
        assert counters["open"] == 0 and counters["clean"] == 1


def test_a_stream_that_does_not_end_is_cut_off_at_the_grace():
    with Server("--grace", "500") as server:
        c = Connection(server.address)
        c.request(1, path="/wait/600000")
        c.expect_alive()
        server.signal(signal.SIGTERM)
        assert server.wait()["grace_ended"] == 1


def test_a_peer_that_answers_no_ping_is_not_waited_for_beyond_a_second():
    with Server("--grace", "600000") as server:
        c = Connection(server.address)
        server.signal(signal.SIGTERM)
        goaways = 0
        try:
            while True:
                goaways += c.receive().type == GOAWAY
        except Closed:
            pass
        assert goaways == 2
        c.close()
        server.wait()


def test_a_connection_that_was_just_made_gets_its_answer():
    with Server("--grace", "5000") as server:
        c = Connection(server.address, handshake=False)
        server.signal(signal.SIGTERM)
        assert refuses_connections(server.address)
        c.send(PREFACE + settings_frame() + c.request_frame(1))
        c.expect_response(1)
        server.wait()


def test_a_drain_right_after_the_start_waits_for_its_connections():
    for _ in range(20):
        with Server("--grace", "5000") as server:
            # Before the loop has had its first round, if the machine is quick.
            server.signal(signal.SIGTERM)
            try:
                c = Connection(server.address, handshake=False)
            except ConnectionError:
                server.wait()
                continue
            try:
                c.send(PREFACE + settings_frame() + c.request_frame(1))
                c.expect_response(1)
            except (Closed, ConnectionError):
                # It came after the listener had gone; then it was never let in.
                assert server.wait()["accepted"] == 0
                continue
            assert server.wait()["accepted"] == 1


def test_silent_connections_are_not_waited_for():
    with Server("--grace", "600000") as server:
        silent = [socket.create_connection(server.address) for _ in range(5)]
        server.signal(signal.SIGTERM)
        server.wait()
        for s in silent:
            s.close()


def test_idle_connections_end_at_once_when_they_answer():
    with Server("--grace", "600000") as server:
        connections = [Connection(server.address) for _ in range(20)]
        server.signal(signal.SIGTERM)
        for c in connections:
            with pytest.raises(Closed):
                c.receive_until(lambda f: False)
            c.close()
        assert server.wait()["clean"] == 20
