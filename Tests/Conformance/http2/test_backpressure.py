"""Flow control both ways: nobody is made to hold what the other side cannot take."""

import threading
import time

import pytest

from server import Server
from wire import DATA, END_STREAM, INITIAL_WINDOW_SIZE, WINDOW_UPDATE, Connection, frame, window_update

MEGABYTE = 1 << 20


def send_until_blocked(c, stream, total, quiet=0.3):
    """Sends `total` bytes as the peer's windows allow; returns those that went when no window is left."""
    sent = 0
    while sent < total:
        sent += c.send_body(stream, bytes(total - sent), end=False)
        try:
            c.receive(quiet)
        except TimeoutError:
            break
    return sent


def test_a_handler_that_does_not_read_stops_the_peer_at_its_window():
    with Server(limits={"streamWindowBytes": 100_000}) as server:
        c = Connection(server.address)
        c.request(1, "POST", "/hold", end=False)
        assert send_until_blocked(c, 1, MEGABYTE) == 100_000
        # The connection is not stuck: another stream goes on.
        c.request(3, "POST", "/", end=False)
        c.data(3, b"x")
        c.expect_response(3)


def test_streams_that_do_not_read_stop_the_whole_connection_at_its_limit():
    limits = {"streamWindowBytes": 1 << 20, "connectionWindowBytes": 1 << 20, "pausedBytesMax": 2 << 20}
    with Server(limits=limits) as server:
        c = Connection(server.address)
        sent = 0
        for stream in range(1, 41, 2):
            c.request(stream, "POST", "/hold", end=False)
            sent += send_until_blocked(c, stream, MEGABYTE)
        # Twenty streams of 1 MiB each wanted to go; the limit and one more window did.
        assert 2 * MEGABYTE <= sent <= 3 * MEGABYTE + 65536
        # Streams that end give their share back.
        c.send(b"".join(frame(3, 0, s, b"\0\0\0\x08") for s in range(1, 41, 2)))
        got = c.receive_until(lambda f: f.type == WINDOW_UPDATE and f.stream == 0)
        assert int.from_bytes(got.payload, "big") > 0


@pytest.mark.parametrize("socket_full", [False, True], ids=["window_closed", "socket_full"])
def test_a_producer_that_asks_isWritable_keeps_memory_bounded(socket_full):
    with Server() as server:
        before = server.resident_bytes
        settings = [(INITIAL_WINDOW_SIZE, 2**31 - 1)] if socket_full else []
        c = Connection(server.address, receive_buffer=8192, settings=settings)
        if socket_full:
            c.send(window_update(0, 2**30))
        for index in range(20):
            c.request(1 + 2 * index, path="/bytes/1000000000")
        time.sleep(1)
        # 20 GB were asked for. Each stream may hold 64 KiB and a block, the connection 256 KiB.
        assert server.resident_bytes - before < 20 * MEGABYTE
        c.close()


def test_an_echo_with_a_slow_reader_arrives_whole():
    with Server() as server:
        c = Connection(server.address)
        c.request(1, "POST", "/echo", end=False)
        c.expect_headers(1)
        total = 3 * MEGABYTE
        received = bytearray()
        body = bytes(range(256)) * (total // 256)
        sent = 0
        while len(received) < total:
            sent += c.send_body(1, body[sent:])
            got = c.receive()
            if got.type == DATA and got.payload:
                received += got.payload
                c.send(window_update(0, len(got.payload)))
                if not got.has(END_STREAM):
                    c.send(window_update(1, len(got.payload)))
        assert bytes(received) == body


def test_a_connection_that_always_has_more_to_write_does_not_starve_the_others():
    with Server() as server:
        hungry = Connection(server.address, settings=[(INITIAL_WINDOW_SIZE, 2**31 - 1)])
        hungry.send(window_update(0, 2**30))
        hungry.request(1, path="/bytes/900000000")
        stop = threading.Event()

        def drink():
            while not stop.is_set() and hungry.socket.recv(1 << 20):
                pass

        thread = threading.Thread(target=drink)
        thread.start()
        try:
            c = Connection(server.address)
            for stream in range(1, 41, 2):
                c.request(stream)
                c.expect_response(stream)
        finally:
            stop.set()
            thread.join()
            hungry.close()
