"""What any HTTP/2 server must take: h2spec's "generic" cases, one test each, named by their sections."""

import pytest

from wire import (
    ACK,
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    NO_ERROR,
    PADDED,
    PING,
    PREFACE,
    PRIORITY_FLAG,
    SETTINGS,
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


def test_generic_1_1_a_client_preface_is_answered_with_settings(connect):
    c = connect(handshake=False)
    c.send(PREFACE + settings_frame())
    first = c.receive()
    assert first.type == SETTINGS and not first.has(ACK)


def test_generic_2_1_idle_priority_is_accepted(c):
    c.send(priority(1, 0))
    c.request(1)
    c.expect_response(1)


def test_generic_2_2_half_closed_remote_window_update_is_accepted(c):
    c.send(c.request_frame(1), window_update(1, 1))
    c.expect_response(1)


def test_generic_2_3_half_closed_remote_priority_is_accepted(c):
    c.send(c.request_frame(1), priority(1, 0))
    c.expect_response(1)


def test_generic_2_4_half_closed_remote_rst_stream_is_accepted(c):
    c.send(c.request_frame(1), rst_stream(1))
    c.expect_alive()


def test_generic_2_5_closed_priority_is_accepted(c):
    c.request(1)
    c.expect_response(1)
    c.send(priority(1, 0))
    c.expect_alive()


@pytest.mark.parametrize("count", [1, 2], ids=["3_1_1_one", "3_1_2_several"])
def test_generic_data_frames_are_accepted(c, count):
    c.request(1, "POST", end=False)
    for left in reversed(range(count)):
        c.data(1, b"test", end=left == 0)
    c.expect_response(1)


def test_generic_3_1_3_padded_data_is_accepted(c):
    c.request(1, "POST", end=False)
    c.send(frame(DATA, END_STREAM | PADDED, 1, b"\x05test" + bytes(5)))
    c.expect_response(1)


def test_generic_3_2_1_headers_are_accepted(c):
    c.request(1)
    c.expect_response(1)


def test_generic_3_2_2_padded_headers_are_accepted(c):
    payload = b"\x06" + c.block(common()) + bytes(6)
    c.send(frame(HEADERS, END_STREAM | END_HEADERS | PADDED, 1, payload))
    c.expect_response(1)


def test_generic_3_2_3_headers_with_priority_are_accepted(c):
    payload = priority_payload(0, 255) + c.block(common())
    c.send(frame(HEADERS, END_STREAM | END_HEADERS | PRIORITY_FLAG, 1, payload))
    c.expect_response(1)


@pytest.mark.parametrize(
    "dependency, weight, exclusive",
    [(0, 0, False), (0, 255, False), (1, 255, False), (1, 255, True)],
    ids=["3_3_1_weight_1", "3_3_2_weight_256", "3_3_3_dependency", "3_3_4_exclusive"],
)
def test_generic_priority_frames_are_accepted(c, dependency, weight, exclusive):
    stream = 3 if dependency else 1
    c.send(priority(stream, dependency, weight, exclusive))
    c.request(stream)
    c.expect_response(stream)


def test_generic_3_3_5_headers_of_a_lower_id_than_a_prioritised_idle_stream_are_accepted(c):
    c.send(priority(5, 0, 255))
    c.request(3)
    c.expect_response(3)


def test_generic_3_4_1_rst_stream_is_accepted(c):
    c.request(1, "POST", end=False)
    c.send(rst_stream(1))
    c.expect_alive()


def test_generic_3_5_1_settings_are_acknowledged(c):
    c.send(settings_frame([(3, 100)]))
    c.expect_settings_ack()


def test_generic_3_7_1_ping_is_answered(c):
    c.send(frame(PING, 0, 0, b"h2spec\0\0"))
    c.expect_ping_ack(b"h2spec\0\0")


def test_generic_3_8_1_goaway_is_accepted(c):
    c.send(goaway())
    try:
        got = c.receive_until(lambda f: f.type == GOAWAY)
    except Closed:
        return
    assert got.code == NO_ERROR


@pytest.mark.parametrize("stream", [0, 1], ids=["3_9_1_connection", "3_9_2_stream"])
def test_generic_window_update_is_accepted(c, stream):
    if stream:
        c.request(1, "POST", end=False)
        c.send(window_update(1, 1))
        c.data(1, b"")
    else:
        c.send(window_update(0, 1))
        c.request(1)
    c.expect_response(1)


@pytest.mark.parametrize("count", [1, 2], ids=["3_10_1_one", "3_10_2_several"])
def test_generic_continuation_is_accepted(c, count):
    parts = [c.block([("x-dummy", "n" * 100)]) for _ in range(count)]
    c.send(frame(HEADERS, END_STREAM, 1, c.block(common())))
    for index, part in enumerate(parts):
        c.send(frame(CONTINUATION, END_HEADERS if index == count - 1 else 0, 1, part))
    c.expect_response(1)


def test_generic_4_1_get_is_answered(c):
    c.request(1, "GET")
    _, body = c.expect_response(1)
    assert body


def test_generic_4_2_head_is_answered(c):
    c.request(1, "HEAD")
    c.expect_headers(1)


def test_generic_4_3_post_is_answered(c):
    c.request(1, "POST", end=False)
    c.data(1, b"test")
    c.expect_response(1)


def test_generic_4_4_post_with_trailers_is_answered(c):
    c.request(1, "POST", extra=[("trailer", "x-test")], end=False)
    c.data(1, b"test", end=False)
    c.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, c.block([("x-test", "ok")])))
    c.expect_response(1)


# RFC 7541 §6: representations written out byte by byte, each sent after the four pseudo-headers.
PSEUDO = b"\x82\x86\x84" + b"\x01\x09localhost"


def huffman(text):
    """A string literal in Huffman code (RFC 7541 §5.2)."""
    from hpack.huffman import HuffmanEncoder
    from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

    coded = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode(text)
    assert len(coded) < 127
    return bytes([0x80 | len(coded)]) + coded


def plain(text):
    return bytes([len(text)]) + text


LITERALS = {
    "incremental": (0x40, 6),
    "without_indexing": (0x00, 4),
    "never_indexed": (0x10, 4),
}


def integer(prefix_bits, first, value):
    limit = (1 << prefix_bits) - 1
    if value < limit:
        return bytes([first | value])
    out = [first | limit]
    value -= limit
    while value >= 128:
        out.append(value % 128 | 128)
        value //= 128
    out.append(value)
    return bytes(out)


def representations():
    yield "5_1_indexed", b"\x90"  # accept-encoding: gzip, deflate
    number = 2
    for kind, (first, bits) in LITERALS.items():
        for name in ("indexed_name", "new_name"):
            for coding in (plain, huffman):
                head = integer(bits, first, 58 if name == "indexed_name" else 0)
                if name == "new_name":
                    head += coding(b"x-test")
                yield f"5_{number}_{kind}_{name}_{coding.__name__}", head + coding(b"h2spec")
                number += 1


@pytest.mark.parametrize(
    "representation", [r for _, r in representations()], ids=[i for i, _ in representations()]
)
def test_generic_header_representations_are_accepted(c, representation):
    c.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, PSEUDO + representation))
    c.expect_response(1)


@pytest.mark.parametrize(
    "updates", [b"\x3f\x61", b"\x3f\x61\x3f\x62"], ids=["5_14_size_update", "5_15_two_size_updates"]
)
def test_generic_dynamic_table_size_updates_are_accepted(c, updates):
    c.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, updates + PSEUDO))
    c.expect_response(1)
