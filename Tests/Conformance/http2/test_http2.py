"""RFC 9113's states and errors: h2spec's "http2" cases, one test each, named by their sections
(of RFC 7540, which h2spec follows; RFC 9113 kept the rules)."""

import struct

import pytest

from wire import (
    ACK,
    COMPRESSION_ERROR,
    CONTINUATION,
    DATA,
    ENABLE_PUSH,
    END_HEADERS,
    END_STREAM,
    FLOW_CONTROL_ERROR,
    FRAME_SIZE_ERROR,
    GOAWAY,
    HEADERS,
    INITIAL_WINDOW_SIZE,
    MAX_CONCURRENT_STREAMS,
    MAX_FRAME_SIZE,
    PADDED,
    PING,
    PREFACE,
    PRIORITY,
    PRIORITY_FLAG,
    PROTOCOL_ERROR,
    PUSH_PROMISE,
    REFUSED_STREAM,
    RST_STREAM,
    SETTINGS,
    STREAM_CLOSED,
    WINDOW_UPDATE,
    Closed,
    common,
    frame,
    goaway,
    priority,
    priority_payload,
    rst_stream,
    settings_frame,
    window_update,
)

BLOCK_ENDS = END_STREAM | END_HEADERS


def dummy_block(c, bytes_min):
    """A header block of at least that many bytes."""
    return c.block([(f"x-dummy{i}", "0123456789abcdef" * 8) for i in range(bytes_min // 100 + 1)])


# 3.5 Connection preface


def test_http2_3_5_1_the_preface_is_answered(connect):
    c = connect(handshake=False)
    c.send(PREFACE + settings_frame())
    assert c.receive().type == SETTINGS


def test_http2_3_5_2_a_wrong_preface_ends_the_connection(connect):
    c = connect(handshake=False)
    c.send(b"INVALID CONNECTION PREFACE\r\n\r\n")
    c.expect_connection_error(PROTOCOL_ERROR)
    assert c.closed


# 4 Frames


def test_http2_4_1_1_a_frame_of_unknown_type_is_ignored(c):
    c.send(frame(0xFF, 0, 0, bytes(8)))
    c.expect_alive()


def test_http2_4_1_2_undefined_flags_are_ignored(c):
    c.send(frame(PING, 0xFE, 0, b"h2spec\0\0"))
    c.expect_ping_ack(b"h2spec\0\0")


def test_http2_4_1_3_the_reserved_bit_is_ignored(c):
    c.send(frame(PING, 0, 0x80000000, b"h2spec\0\0"))
    c.expect_ping_ack(b"h2spec\0\0")


def test_http2_4_2_1_a_data_frame_of_2_14_bytes_is_accepted(c):
    c.request(1, "POST", end=False)
    c.data(1, bytes(16384))
    c.expect_response(1)


def test_http2_4_2_2_a_data_frame_over_the_maximum_is_a_size_error(c):
    c.request(1, "POST", end=False)
    c.data(1, bytes(16385))
    c.expect_stream_error(1, FRAME_SIZE_ERROR)


def test_http2_4_2_3_a_headers_frame_over_the_maximum_ends_the_connection(c):
    c.send(frame(HEADERS, BLOCK_ENDS, 1, c.block(common()) + dummy_block(c, 20000)))
    c.expect_connection_error(FRAME_SIZE_ERROR)


def test_http2_4_3_1_an_invalid_block_ends_the_connection(c):
    c.send(frame(HEADERS, BLOCK_ENDS, 1, b"\x00\x02\x3a\xff\x03abc" + b"\xff\xff\xff\xff\xff\xff"))
    c.expect_connection_error(COMPRESSION_ERROR)


def test_http2_4_3_2_priority_inside_a_block_ends_the_connection(c):
    c.send(frame(HEADERS, END_STREAM, 1, c.block(common())), priority(1, 0))
    c.send(frame(CONTINUATION, END_HEADERS, 1, c.block([("x-a", "b")])))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_4_3_3_headers_of_another_stream_inside_a_block_end_the_connection(c):
    c.send(frame(HEADERS, END_STREAM, 1, c.block(common())), c.request_frame(3))
    c.expect_connection_error(PROTOCOL_ERROR)


# 5.1 Stream states

IDLE = {
    "1_data": lambda c: frame(DATA, END_STREAM, 1, b"test"),
    "2_rst_stream": lambda c: rst_stream(1),
    "3_window_update": lambda c: window_update(1, 100),
    "4_continuation": lambda c: frame(CONTINUATION, END_HEADERS, 1, c.block(common())),
}


@pytest.mark.parametrize("make", IDLE.values(), ids=IDLE)
def test_http2_5_1_idle(c, make):
    c.send(make(c))
    c.expect_connection_error(PROTOCOL_ERROR)


LATE = {
    "data": (lambda c: frame(DATA, END_STREAM, 1, b"test"), (STREAM_CLOSED,)),
    "headers": (lambda c: c.request_frame(1), (STREAM_CLOSED,)),
    "continuation": (
        lambda c: frame(CONTINUATION, END_HEADERS, 1, c.block([("x-a", "b")])),
        (STREAM_CLOSED, PROTOCOL_ERROR),
    ),
}


@pytest.mark.parametrize("make, codes", LATE.values(), ids=["5_data", "6_headers", "7_continuation"])
def test_http2_5_1_half_closed_remote(c, make, codes):
    # In one write, so that the stream is not over before the second frame is read.
    c.send(c.request_frame(1), make(c))
    c.expect_stream_error(1, *codes)


@pytest.mark.parametrize("make, codes", LATE.values(), ids=["8_data", "9_headers", "10_continuation"])
def test_http2_5_1_closed_by_rst_stream(c, make, codes):
    c.request(1, "POST", end=False)
    c.send(rst_stream(1), make(c))
    if codes == (STREAM_CLOSED,):
        ignored_or_stream_closed(c)
    else:
        c.expect_connection_error(*codes)


def ignored_or_stream_closed(c):
    """RFC 9113 §5.1: after RST_STREAM was received, a frame may be ignored or be a STREAM_CLOSED error."""
    c.send(frame(PING, 0, 0, b"sentinel"))
    try:
        got = c.receive_until(lambda f: f.type in (GOAWAY, RST_STREAM) or (f.type == PING and f.has(ACK)))
    except Closed:
        return
    assert got.type == PING or got.code == STREAM_CLOSED


@pytest.mark.parametrize("make, codes", LATE.values(), ids=["11_data", "12_headers", "13_continuation"])
def test_http2_5_1_closed_in_good_order(c, make, codes):
    c.request(1)
    c.expect_response(1)
    c.send(make(c))
    if codes == (STREAM_CLOSED,):
        ignored_or_stream_closed(c)
    else:
        c.expect_connection_error(*codes)


def test_http2_5_1_1_1_an_even_stream_id_ends_the_connection(c):
    c.request(2)
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_5_1_1_2_a_lower_stream_id_ends_the_connection(c):
    c.request(5)
    c.expect_response(5)
    c.request(3)
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_5_1_2_1_streams_over_the_announced_limit_are_refused(connect):
    c = connect()
    limit = c.peer_settings[MAX_CONCURRENT_STREAMS]
    # Requests without an end stay open.
    for index in range(limit + 1):
        c.request(1 + 2 * index, "POST", end=False)
    c.expect_stream_error(1 + 2 * limit, PROTOCOL_ERROR, REFUSED_STREAM)


# 5.3 to 5.5


def test_http2_5_3_1_1_headers_that_depend_on_themselves_are_an_error(c):
    payload = priority_payload(1) + c.block(common())
    c.send(frame(HEADERS, BLOCK_ENDS | PRIORITY_FLAG, 1, payload))
    # RFC 9113 dropped priorities: a server may also ignore them and answer.
    got = c.receive_until(lambda f: f.type in (RST_STREAM, GOAWAY) or f.stream == 1)
    assert got.type == HEADERS or got.code == PROTOCOL_ERROR


def test_http2_5_3_1_2_priority_that_depends_on_itself_is_an_error(c):
    c.send(priority(2, 2))
    c.send(frame(PING, 0, 0, b"sentinel"))
    got = c.receive_until(lambda f: f.type in (RST_STREAM, GOAWAY) or (f.type == PING and f.has(ACK)))
    assert got.type == PING or got.code == PROTOCOL_ERROR


def test_http2_5_4_1_1_a_connection_error_closes_the_connection(c):
    c.send(frame(PING, 0, 3, bytes(8)))
    c.expect_connection_error(PROTOCOL_ERROR)
    assert c.closed


def test_http2_5_4_1_2_a_connection_error_is_announced_by_goaway(c):
    c.send(frame(PING, 0, 3, bytes(8)))
    assert c.receive_until(lambda f: f.type == GOAWAY).code == PROTOCOL_ERROR


def test_http2_5_5_1_an_unknown_extension_frame_is_ignored(c):
    c.send(frame(0x16, 0, 0, bytes(8)))
    c.expect_alive()


def test_http2_5_5_2_an_unknown_extension_frame_inside_a_block_ends_the_connection(c):
    c.send(frame(HEADERS, END_STREAM, 1, c.block(common())), frame(0x16, 0, 0, bytes(8)))
    c.send(frame(CONTINUATION, END_HEADERS, 1, c.block([("x-a", "b")])))
    c.expect_connection_error(PROTOCOL_ERROR)


# 6.1 DATA


def test_http2_6_1_1_data_on_stream_0_ends_the_connection(c):
    c.send(frame(DATA, END_STREAM, 0, b"test"))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_1_2_data_on_a_stream_that_is_not_open_is_an_error(c):
    c.send(c.request_frame(1), frame(DATA, END_STREAM, 1, b"test"))
    c.expect_stream_error(1, STREAM_CLOSED)


def test_http2_6_1_3_data_padding_over_the_payload_ends_the_connection(c):
    c.request(1, "POST", extra=[("content-length", "4")], end=False)
    c.send(frame(DATA, END_STREAM | PADDED, 1, b"\x06test"))
    c.expect_connection_error(PROTOCOL_ERROR)


# 6.2 HEADERS


def test_http2_6_2_1_a_block_must_not_be_interrupted_by_priority(c):
    c.send(frame(HEADERS, END_STREAM, 1, c.block(common())), priority(1, 0))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_2_2_a_block_must_not_be_interrupted_by_headers(c):
    c.send(frame(HEADERS, END_STREAM, 1, c.block(common())), c.request_frame(3))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_2_3_headers_on_stream_0_end_the_connection(c):
    c.request(0)
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_2_4_headers_padding_over_the_payload_ends_the_connection(c):
    block = c.block(common())
    c.send(frame(HEADERS, BLOCK_ENDS | PADDED, 1, bytes([len(block) + 1]) + block))
    c.expect_connection_error(PROTOCOL_ERROR)


# 6.3 PRIORITY, 6.4 RST_STREAM


def test_http2_6_3_1_priority_on_stream_0_ends_the_connection(c):
    c.send(priority(0, 0))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_3_2_priority_of_another_length_is_a_size_error(c):
    c.request(1, "POST", end=False)
    c.send(frame(PRIORITY, 0, 1, b"\x80\0\0\x01"))
    c.expect_stream_error(1, FRAME_SIZE_ERROR)


def test_http2_6_4_1_rst_stream_on_stream_0_ends_the_connection(c):
    c.send(rst_stream(0))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_4_2_rst_stream_on_an_idle_stream_ends_the_connection(c):
    c.send(rst_stream(1))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_4_3_rst_stream_of_another_length_ends_the_connection(c):
    c.request(1, "POST", end=False)
    c.send(frame(RST_STREAM, 0, 1, b"\0\0\0"))
    c.expect_connection_error(FRAME_SIZE_ERROR)


# 6.5 SETTINGS


def test_http2_6_5_1_a_settings_ack_with_payload_ends_the_connection(c):
    c.send(frame(SETTINGS, ACK, 0, b"\0"))
    c.expect_connection_error(FRAME_SIZE_ERROR)


def test_http2_6_5_2_settings_on_a_stream_end_the_connection(c):
    c.send(frame(SETTINGS, 0, 1, struct.pack(">HI", 3, 100)))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_5_3_settings_of_an_odd_length_end_the_connection(c):
    c.send(frame(SETTINGS, 0, 0, b"\0\x03\0"))
    c.expect_connection_error(FRAME_SIZE_ERROR)


SETTINGS_VALUES = {
    "6_5_2_1_enable_push_of_2": (ENABLE_PUSH, 2, PROTOCOL_ERROR),
    "6_5_2_2_initial_window_over_the_maximum": (INITIAL_WINDOW_SIZE, 1 << 31, FLOW_CONTROL_ERROR),
    "6_5_2_3_max_frame_size_below_the_minimum": (MAX_FRAME_SIZE, 16383, PROTOCOL_ERROR),
    "6_5_2_4_max_frame_size_over_the_maximum": (MAX_FRAME_SIZE, 1 << 24, PROTOCOL_ERROR),
}


@pytest.mark.parametrize("key, value, code", SETTINGS_VALUES.values(), ids=SETTINGS_VALUES)
def test_http2_settings_out_of_range_end_the_connection(c, key, value, code):
    c.send(settings_frame([(key, value)]))
    c.expect_connection_error(code)


def test_http2_6_5_2_5_an_unknown_setting_is_ignored(c):
    c.send(settings_frame([(0xFF, 1)]))
    c.expect_alive()


def test_http2_6_5_3_1_settings_are_taken_in_order(c):
    c.send(settings_frame([(INITIAL_WINDOW_SIZE, 100), (INITIAL_WINDOW_SIZE, 1)]))
    c.expect_settings_ack()
    c.request(1)
    c.expect_headers(1)
    got = c.receive_until(lambda f: f.type == DATA)
    assert len(got.payload) == 1


def test_http2_6_5_3_2_settings_are_acknowledged(c):
    c.send(settings_frame())
    c.expect_settings_ack()


# 6.7 PING, 6.8 GOAWAY


def test_http2_6_7_1_ping_is_answered_with_its_payload(c):
    c.send(frame(PING, 0, 0, b"h2spec\0\0"))
    c.expect_ping_ack(b"h2spec\0\0")


def test_http2_6_7_2_a_ping_ack_is_not_answered(c):
    c.send(frame(PING, ACK, 0, b"unasked!"), frame(PING, 0, 0, b"h2spec\0\0"))
    # The first answer must be the second ping's.
    c.expect_ping_ack(b"h2spec\0\0")


def test_http2_6_7_3_ping_on_a_stream_ends_the_connection(c):
    c.send(frame(PING, 0, 1, bytes(8)))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_7_4_ping_of_another_length_ends_the_connection(c):
    c.send(frame(PING, 0, 0, bytes(6)))
    c.expect_connection_error(FRAME_SIZE_ERROR)


def test_http2_6_8_1_goaway_on_a_stream_ends_the_connection(c):
    c.send(frame(GOAWAY, 0, 1, bytes(8)))
    c.expect_connection_error(PROTOCOL_ERROR)


# 6.9 WINDOW_UPDATE


def test_http2_6_9_1_a_connection_increment_of_0_ends_the_connection(c):
    c.send(window_update(0, 0))
    c.expect_connection_error(PROTOCOL_ERROR)


def test_http2_6_9_2_a_stream_increment_of_0_is_an_error(c):
    c.request(1, "POST", end=False)
    c.send(window_update(1, 0))
    c.expect_stream_error(1, PROTOCOL_ERROR)


def test_http2_6_9_3_window_update_of_another_length_ends_the_connection(c):
    c.send(frame(WINDOW_UPDATE, 0, 0, b"\0\0\x01"))
    c.expect_connection_error(FRAME_SIZE_ERROR)


def test_http2_6_9_1_1_a_window_of_one_byte_lets_one_byte_out(c):
    c.send(settings_frame([(INITIAL_WINDOW_SIZE, 1)]))
    c.expect_settings_ack()
    c.request(1)
    c.expect_headers(1)
    assert len(c.receive_until(lambda f: f.type == DATA).payload) == 1
    c.send(window_update(1, 1))
    assert len(c.receive_until(lambda f: f.type == DATA).payload) == 1


def test_http2_6_9_1_2_a_connection_window_over_the_maximum_ends_the_connection(c):
    c.send(window_update(0, 0x7FFFFFFF), window_update(0, 0x7FFFFFFF))
    c.expect_connection_error(FLOW_CONTROL_ERROR)


def test_http2_6_9_1_3_a_stream_window_over_the_maximum_is_an_error(c):
    c.request(1, "POST", end=False)
    c.send(window_update(1, 0x7FFFFFFF), window_update(1, 0x7FFFFFFF))
    c.expect_stream_error(1, FLOW_CONTROL_ERROR)


def test_http2_6_9_2_1_a_larger_initial_window_opens_streams_that_wait(c):
    c.send(settings_frame([(INITIAL_WINDOW_SIZE, 0)]))
    c.expect_settings_ack()
    c.request(1)
    c.expect_headers(1)
    c.send(settings_frame([(INITIAL_WINDOW_SIZE, 1)]))
    assert len(c.receive_until(lambda f: f.type == DATA).payload) == 1


def test_http2_6_9_2_2_a_window_may_become_negative(c):
    c.send(settings_frame([(INITIAL_WINDOW_SIZE, 3)]))
    c.expect_settings_ack()
    c.request(1)
    c.expect_headers(1)
    assert len(c.receive_until(lambda f: f.type == DATA).payload) == 3
    # The window is 0 now and becomes -1, then 1.
    c.send(settings_frame([(INITIAL_WINDOW_SIZE, 2)]), window_update(1, 2))
    assert len(c.receive_until(lambda f: f.type == DATA).payload) == 1


def test_http2_6_9_2_3_an_initial_window_over_the_maximum_ends_the_connection(c):
    c.send(settings_frame([(INITIAL_WINDOW_SIZE, 1 << 31)]))
    c.expect_connection_error(FLOW_CONTROL_ERROR)


# 6.10 CONTINUATION


def test_http2_6_10_1_several_continuations_are_accepted(c):
    c.send(
        frame(HEADERS, END_STREAM, 1, c.block(common())),
        frame(CONTINUATION, 0, 1, c.block([("x-a", "b")])),
        frame(CONTINUATION, END_HEADERS, 1, c.block([("x-c", "d")])),
    )
    c.expect_response(1)


BROKEN_BLOCKS = {
    "2_data_inside_a_block": lambda c: [
        frame(HEADERS, 0, 1, c.block(common("POST"))),
        frame(CONTINUATION, 0, 1, c.block([("x-a", "b")])),
        frame(DATA, END_STREAM, 1, b"test"),
    ],
    "3_continuation_on_stream_0": lambda c: [
        frame(HEADERS, END_STREAM, 1, c.block(common())),
        frame(CONTINUATION, END_HEADERS, 0, c.block([("x-a", "b")])),
    ],
    "4_continuation_after_headers_that_ended": lambda c: [
        frame(HEADERS, END_HEADERS, 1, c.block(common("POST"))),
        frame(CONTINUATION, END_HEADERS, 1, c.block([("x-a", "b")])),
    ],
    "5_continuation_after_a_continuation_that_ended": lambda c: [
        frame(HEADERS, 0, 1, c.block(common("POST"))),
        frame(CONTINUATION, END_HEADERS, 1, c.block([("x-a", "b")])),
        frame(CONTINUATION, END_HEADERS, 1, c.block([("x-c", "d")])),
    ],
    "6_continuation_after_data": lambda c: [
        frame(HEADERS, END_HEADERS, 1, c.block(common("POST"))),
        frame(DATA, 0, 1, b"test"),
        frame(CONTINUATION, END_HEADERS, 1, c.block([("x-a", "b")])),
    ],
}


@pytest.mark.parametrize("make", BROKEN_BLOCKS.values(), ids=BROKEN_BLOCKS)
def test_http2_6_10_broken_block_ends_the_connection(c, make):
    c.send(*make(c))
    c.expect_connection_error(PROTOCOL_ERROR)


# 7 Error codes


def test_http2_7_1_goaway_with_an_unknown_code_is_no_error(c):
    c.send(goaway(0, 0xFF))
    try:
        assert c.receive_until(lambda f: f.type == GOAWAY).code == 0
    except Closed:
        pass


def test_http2_7_2_rst_stream_with_an_unknown_code_is_no_error(c):
    c.request(1, "POST", end=False)
    c.send(rst_stream(1, 0xFF))
    c.expect_alive()


# 8 HTTP semantics


def test_http2_8_1_1_a_second_headers_frame_without_end_stream_is_an_error(c):
    c.request(1, "POST", end=False)
    c.request(1, "POST", end=False)
    c.expect_stream_error(1, PROTOCOL_ERROR)


def without(name):
    return [field for field in common() if field[0] != name]


MALFORMED = {
    "8_1_2_1_upper_case_name": common() + [("X-TEST", "ok")],
    "8_1_2_1_1_unknown_pseudo_header": common() + [(":test", "ok")],
    "8_1_2_1_2_pseudo_header_of_responses": common() + [(":status", "200")],
    "8_1_2_1_4_pseudo_header_after_a_regular_one": common()[:3]
    + [("x-test", "ok"), (":authority", "localhost")],
    "8_1_2_2_1_connection_header": common() + [("connection", "keep-alive")],
    "8_1_2_2_2_te_other_than_trailers": common() + [("trailers", "test"), ("te", "trailers, deflate")],
    "8_1_2_3_1_empty_path": common(path=""),
    "8_1_2_3_2_no_method": without(":method"),
    "8_1_2_3_3_no_scheme": without(":scheme"),
    "8_1_2_3_4_no_path": without(":path"),
    "8_1_2_3_5_two_methods": common() + [(":method", "GET")],
    "8_1_2_3_6_two_schemes": common() + [(":scheme", "http")],
    "8_1_2_3_7_two_paths": common() + [(":path", "/")],
}


@pytest.mark.parametrize("headers", MALFORMED.values(), ids=MALFORMED)
def test_http2_malformed_request_is_an_error(c, headers):
    c.send(frame(HEADERS, BLOCK_ENDS, 1, c.block(headers)))
    c.expect_stream_error(1, PROTOCOL_ERROR)


def test_http2_8_1_2_1_3_pseudo_header_in_trailers_is_an_error(c):
    c.request(1, "POST", end=False)
    c.data(1, b"test", end=False)
    c.send(frame(HEADERS, BLOCK_ENDS, 1, c.block([(":method", "POST")])))
    c.expect_stream_error(1, PROTOCOL_ERROR)


@pytest.mark.parametrize("frames", [1, 2], ids=["8_1_2_6_1_one_frame", "8_1_2_6_2_two_frames"])
def test_http2_content_length_other_than_the_body_is_an_error(c, frames):
    c.request(1, "POST", extra=[("content-length", "1")], end=False)
    for left in reversed(range(frames)):
        c.data(1, b"test", end=left == 0)
    c.expect_stream_error(1, PROTOCOL_ERROR)


def test_http2_8_2_1_push_promise_ends_the_connection(c):
    c.send(frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\x03" + c.block(common())))
    c.expect_connection_error(PROTOCOL_ERROR)
