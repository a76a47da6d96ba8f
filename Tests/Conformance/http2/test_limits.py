"""Every limit of ServerLimits and HTTP2Settings is hit once, by a peer that asks for it."""

import socket
import struct
import time

import pytest

from server import Server
from wire import (
    CANCEL,
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    ENHANCE_YOUR_CALM,
    GOAWAY,
    HEADERS,
    INITIAL_WINDOW_SIZE,
    MAX_CONCURRENT_STREAMS,
    MAX_HEADER_LIST_SIZE,
    NO_ERROR,
    PING,
    PREFACE,
    PROTOCOL_ERROR,
    REFUSED_STREAM,
    RST_STREAM,
    SETTINGS,
    Closed,
    Connection,
    common,
    frame,
    priority,
    rst_stream,
    settings_frame,
    window_update,
)


@pytest.fixture
def serve():
    """Starts a server with the given limits; `serve.closed()` stops it and returns its counters."""
    servers = []

    def start(**limits):
        servers.append(Server(limits=limits))
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__(None)


def wait_closed(c, timeout=10):
    """Reads to the peer's end and returns the frames that came."""
    frames = []
    try:
        while True:
            frames.append(c.receive(timeout))
    except Closed:
        return frames


def goaway_texts(frames):
    return [f.payload[8:].decode() for f in frames if f.type == GOAWAY]


# Streams and headers


def test_more_streams_than_announced_are_refused_and_the_others_go_on(serve):
    server = serve(maxConcurrentStreams=2)
    c = Connection(server.address, handshake=False)
    # Before the limit is acknowledged the peer cannot know it, and may send again what is refused.
    c.send(PREFACE, settings_frame())
    for stream in (1, 3, 5):
        c.request(stream, "POST", "/", end=False)
    c.expect_stream_error(5, REFUSED_STREAM)
    for stream in (1, 3):
        c.data(stream, b"x")
        c.expect_response(stream)


def test_more_streams_than_acknowledged_end_the_connection(serve):
    server = serve(maxConcurrentStreams=2)
    c = Connection(server.address)
    assert c.peer_settings[MAX_CONCURRENT_STREAMS] == 2
    for stream in (1, 3, 5):
        c.request(stream, "POST", "/", end=False)
    c.expect_connection_error(PROTOCOL_ERROR)


def test_a_header_list_over_four_times_the_announced_size_is_refused_alone(serve):
    server = serve(maxHeaderListBytes=1000)
    c = Connection(server.address)
    assert c.peer_settings[MAX_HEADER_LIST_SIZE] == 1000
    c.request(1, extra=[("x-large", "v" * 3000)])
    c.expect_response(1)
    c.request(3, extra=[("x-larger", "v" * 4000)])
    c.expect_stream_error(3, ENHANCE_YOUR_CALM)
    c.request(5)
    c.expect_response(5)


def test_an_hpack_bomb_ends_the_connection_after_a_hundred_requests(serve):
    server = serve()
    c = Connection(server.address)
    # One field of 4,000 bytes is sent once; a byte each then repeats it 16,000 times a request.
    c.request(1, extra=[("x-bomb", "b" * 3900)])
    c.expect_response(1)
    block = c.block(common() + [("x-bomb", "b" * 3900)])
    for stream in range(3, 401, 2):
        c.send(frame(HEADERS, END_STREAM | END_HEADERS, stream, block + block[-1:] * 1000))
    frames = wait_closed(c)
    assert "header_flood" in goaway_texts(frames)
    assert server.stop()["header_flood"] == 1


def test_a_flood_of_continuations_ends_the_connection(serve):
    server = serve(maxContinuations=8)
    c = Connection(server.address)
    c.send(frame(HEADERS, END_STREAM, 1, c.block(common())))
    for _ in range(1000):
        c.send(frame(CONTINUATION, 0, 1, b""))
    wait_closed(c)
    assert c.closed
    assert Connection(server.address).peer_settings


RESET_FLOODS = {
    "rapid_reset": (range(1, 201, 2), rst_stream),
    # A window of more than 2³¹ - 1 bytes: the server resets the stream (CVE-2025-8671).
    "made_you_reset": (range(1, 201, 2), lambda stream: window_update(stream, 0x7FFFFFFF)),
    # Streams that are skipped were not answered.
    "skipped_ids": (range(1, 100_001, 1000), rst_stream),
}


@pytest.mark.parametrize(("streams", "end"), RESET_FLOODS.values(), ids=RESET_FLOODS)
def test_requests_that_are_never_answered_end_the_connection(serve, streams, end):
    server = serve(resetBurst=20, resetsPerSecond=1)
    c = Connection(server.address)
    for stream in streams:
        c.send(c.request_frame(stream, "POST", end=False), end(stream))
    frames = wait_closed(c)
    assert "reset_flood" in goaway_texts(frames)
    assert server.stop()["reset_flood"] == 1


def test_a_caller_who_resets_what_was_answered_early_is_not_punished(serve):
    # Who is turned away under load before its request has ended leaves the stream by RST_STREAM; and not
    # all of its other calls are to go with it.
    server = serve(resetBurst=20, resetsPerSecond=1)
    c = Connection(server.address)
    for stream in range(1, 401, 2):
        c.request(stream, "POST", path="/wait/0", end=False)
        c.expect_response(stream)
        c.send(rst_stream(stream, NO_ERROR if stream % 4 == 1 else CANCEL))
    c.request(401)
    c.expect_response(401)
    c.close()
    assert "reset_flood" not in server.stop()


def test_a_caller_whose_deadlines_pass_is_not_punished(serve):
    server = serve(resetBurst=20, resetsPerSecond=1, minPingInterval=0)
    c = Connection(server.address)
    for first in range(1, 201, 50):
        streams = range(first, first + 50, 2)
        for stream in streams:
            c.request(stream, "POST", path="/hold", end=False)
        c.expect_alive()
        time.sleep(0.2)
        c.send(b"".join(rst_stream(stream) for stream in streams))
    c.request(201)
    c.expect_response(201)


def test_every_answer_earns_a_reset(serve):
    server = serve(resetBurst=20, resetsPerSecond=1)
    c = Connection(server.address)
    for stream in range(1, 401, 4):
        c.request(stream)
        c.expect_response(stream)
        c.send(c.request_frame(stream + 2, "POST", end=False), rst_stream(stream + 2))
    c.request(401)
    c.expect_response(401)


def test_resets_within_the_budget_are_fine(serve):
    server = serve(resetBurst=20, resetsPerSecond=1)
    c = Connection(server.address)
    for stream in range(1, 31, 2):
        c.send(c.request_frame(stream, "POST", end=False), rst_stream(stream))
    c.request(31)
    c.expect_response(31)


FLOODS = {
    "settings": lambda: settings_frame(),
    "priority": lambda: priority(1, 0),
    "empty_data": lambda: frame(DATA, 0, 1),
}


@pytest.mark.parametrize("make", FLOODS.values(), ids=FLOODS)
def test_a_flood_of_frames_that_cost_the_peer_nothing_ends_the_connection(serve, make):
    server = serve()
    c = Connection(server.address)
    c.request(1, "POST", end=False)
    for _ in range(30):
        c.send(make() * 100)
    frames = wait_closed(c)
    assert "control_flood" in goaway_texts(frames)
    assert server.stop()["control_flood"] == 1


def test_acknowledgements_that_the_peer_does_not_read_are_bounded(serve):
    server = serve(maxOutboundAcks=100, minPingInterval=0, permitPingWithoutStreams=1)
    c = Connection(server.address, receive_buffer=4096)
    block = frame(PING, 0, 0, b"flooded!") * 1000
    c.socket.settimeout(10)
    with pytest.raises((ConnectionError, TimeoutError)):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            c.socket.sendall(block)
    c.close()
    assert server.resident_bytes < 100e6


# Pings


def test_too_many_pings_end_the_connection(serve):
    server = serve()
    c = Connection(server.address)
    for _ in range(5):
        c.send(frame(PING, 0, 0, bytes(8)))
    frames = wait_closed(c)
    assert goaway_texts(frames)[0] == "too_many_pings"
    assert [f.code for f in frames if f.type == GOAWAY][0] == ENHANCE_YOUR_CALM
    assert server.stop()["too_many_pings"] == 1


def test_answers_forgive_pings(serve):
    server = serve()
    c = Connection(server.address)
    for stream in range(1, 21, 2):
        c.send(frame(PING, 0, 0, bytes(8)))
        c.expect_ping_ack(bytes(8))
        c.request(stream)
        c.expect_response(stream)


def test_pings_that_are_far_enough_apart_are_fine(serve):
    server = serve(minPingInterval=0, permitPingWithoutStreams=1)
    c = Connection(server.address)
    for _ in range(20):
        c.expect_alive()


def test_a_silent_peer_is_pinged_and_closed_when_it_does_not_answer(serve):
    server = serve(keepaliveTime=200, keepaliveTimeout=200)
    c = Connection(server.address)
    frames = wait_closed(c)
    assert any(f.type == PING for f in frames)
    assert server.stop()["keepalive_timeout"] == 1


def test_a_silent_peer_that_answers_pings_is_kept(serve):
    server = serve(keepaliveTime=200, keepaliveTimeout=200)
    c = Connection(server.address)
    for _ in range(3):
        got = c.receive_until(lambda f: f.type == PING)
        assert not got.has(1)
    c.request(1)
    c.expect_response(1)


# Connections and their time


def test_connections_over_the_limit_are_closed_on_arrival(serve):
    server = serve(maxConnections=2)
    kept = [Connection(server.address), Connection(server.address)]
    with pytest.raises((Closed, ConnectionError)):
        Connection(server.address)
    for c in kept:
        c.request(1)
        c.expect_response(1)
    kept.pop().close()
    # A place is free again as soon as the server has seen the close.
    for _ in range(100):
        try:
            Connection(server.address)
            break
        except (Closed, ConnectionError):
            time.sleep(0.02)
    else:
        pytest.fail("the place was never given free")
    counters = server.stop()
    assert counters["refused"] >= 1 and counters["accepted"] == 3


def test_an_idle_connection_is_asked_to_go_in_two_steps(serve):
    server = serve(maxIdle=300)
    c = Connection(server.address)
    c.request(1)
    c.expect_response(1)
    check_two_step_goaway(c, "max_idle", last=1)


def test_an_old_connection_is_asked_to_go_in_two_steps(serve):
    server = serve(maxAge=300)
    c = Connection(server.address)
    check_two_step_goaway(c, "max_age", last=-1)


def check_two_step_goaway(c, message, last):
    first = c.receive_until(lambda f: f.type == GOAWAY)
    assert first.code == 0 and struct.unpack_from(">I", first.payload)[0] == 0x7FFFFFFF
    # A request that was on its way when the first GOAWAY came is still served: the second follows
    # the answer to the ping, which proves that the first has arrived.
    ping = c.receive_until_raw(PING)
    c.request(last + 2)
    c.expect_response(last + 2)
    c.send(frame(PING, 1, 0, ping.payload))
    second = c.receive_until(lambda f: f.type == GOAWAY)
    assert second.code == 0 and struct.unpack_from(">I", second.payload)[0] == last + 2
    assert second.payload[8:].decode() == message
    wait_closed(c)


def test_a_connection_with_a_stream_is_not_idle(serve):
    server = serve(maxIdle=300)
    c = Connection(server.address)
    c.request(1, path="/wait/1500")
    c.expect_response(1)


def test_streams_over_the_age_grace_are_cut_off(serve):
    server = serve(maxAge=200, maxAgeGrace=300)
    c = Connection(server.address)
    c.request(1, path="/wait/60000")
    wait_closed(c)
    assert server.stop()["grace_ended"] == 1


def test_a_silent_socket_is_closed_after_the_handshake_timeout(serve):
    server = serve(handshakeTimeout=300)
    c = Connection(server.address, handshake=False)
    wait_closed(c)
    assert server.stop()["handshake_timeout"] == 1


def test_a_preface_without_settings_is_closed_after_the_handshake_timeout(serve):
    server = serve(handshakeTimeout=300)
    c = Connection(server.address, handshake=False)
    c.send(PREFACE)
    wait_closed(c)
    assert server.stop()["handshake_timeout"] == 1


# Slow peers


def test_a_header_block_that_does_not_end_ends_the_connection(serve):
    server = serve(headerTimeout=300)
    c = Connection(server.address)
    c.send(frame(HEADERS, END_STREAM, 1, c.block(common())))
    wait_closed(c)
    assert server.stop()["header_timeout"] == 1


def test_half_a_frame_of_headers_ends_the_connection(serve):
    server = serve(headerTimeout=300)
    c = Connection(server.address)
    c.send(c.request_frame(1)[:-3])
    wait_closed(c)
    assert server.stop()["header_timeout"] == 1


def test_a_body_that_does_not_arrive_loses_its_stream_only(serve):
    server = serve(requestTimeout=300)
    c = Connection(server.address)
    c.request(1, "POST", "/", end=False)
    c.data(1, b"a", end=False)
    # A long call next to it is not held to that time.
    c.request(3, "POST", "/echo", end=False)
    c.expect_headers(3)
    got = c.receive_until(lambda f: f.type == RST_STREAM)
    assert got.stream == 1
    time.sleep(0.7)
    c.data(3, b"late")
    assert c.receive_until(lambda f: f.type == DATA and f.stream == 3).payload == b"late"


def test_a_peer_that_reads_nothing_from_its_socket_is_cut_off(serve):
    server = serve(writeTimeout=500)
    c = Connection(server.address, receive_buffer=4096, settings=[(INITIAL_WINDOW_SIZE, 2**31 - 1)])
    c.send(frame(8, 0, 0, struct.pack(">I", 2**30)))
    c.request(1, path="/bytes/100000000")
    deadline = time.monotonic() + 20
    while server_closed(server, "write_timeout") == 0:
        assert time.monotonic() < deadline, "the connection was never closed"
        time.sleep(0.1)
    c.close()


def server_closed(server, label):
    c = Connection(server.address)
    c.request(1, path="/stats")
    _, body = c.expect_response(1)
    c.close()
    words = dict(word.split("=") for word in body.decode().split() if "=" in word)
    return int(words.get(label, 0))


def test_a_peer_that_grants_no_window_loses_its_stream(serve):
    server = serve(writeTimeout=500)
    c = Connection(server.address, settings=[(INITIAL_WINDOW_SIZE, 0)])
    c.request(1, path="/")
    c.expect_headers(1)
    assert c.receive_until(lambda f: f.type == RST_STREAM).stream == 1
    c.expect_alive()


# Those who do not speak HTTP/2


def test_http_1_is_told_what_this_port_speaks(serve):
    server = serve()
    with socket.create_connection(server.address) as s:
        s.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        answer = b""
        while chunk := s.recv(4096):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 505 ") and b"HTTP/2" in answer


def test_settings_are_acknowledged_in_full(serve):
    c = Connection(serve().address)
    c.send(settings_frame([(MAX_CONCURRENT_STREAMS, 7)]))
    assert c.receive_until(lambda f: f.type == SETTINGS and f.has(1)).payload == b""
