"""What is not quite gRPC, frame by frame: each is answered as the protocol says, and the connection
goes on."""

import gzip
import zlib

import pytest
from h2_client import Client, framed

OK, INVALID_ARGUMENT, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED = 0, 3, 4, 8
UNIMPLEMENTED, INTERNAL = 12, 13


@pytest.fixture
def client(server):
    with Client(server.port) as client:
        yield client
        # Whatever it was, it cost one stream only.
        assert client.call().grpc_status == OK
        assert client.goaway is None


def test_a_plain_call(client):
    answer = client.call()
    assert answer.http_status == "200"
    assert answer.headers[0]["content-type"] == "application/grpc"
    assert "grpc-status" not in answer.headers[0]
    assert answer.body[:1] == b"\0"
    assert answer.headers[1] == {"grpc-status": "0"}


def test_an_error_is_trailers_only_with_a_content_type(client):
    answer = client.call(path="/grpc.testing.TestService/Nothing")
    assert answer.is_trailers_only
    assert answer.http_status == "200"
    assert answer.headers[0]["content-type"] == "application/grpc"
    assert answer.grpc_status == UNIMPLEMENTED


@pytest.mark.parametrize("suffix", ["", "+proto", "+json", ";charset=utf-8"])
def test_content_types_that_are_grpc(client, suffix):
    assert client.call(content_type="application/grpc" + suffix).grpc_status == OK


@pytest.mark.parametrize("kind", ["application/json", "application/grpcx", "text/plain", None])
def test_content_types_that_are_not_grpc(client, kind):
    answer = client.call(content_type=kind)
    assert answer.http_status == "415"
    assert answer.grpc_status is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_methods_other_than_post(client, method):
    stream = client.begin(__method=method, end=True)
    answer = client.answer(stream)
    assert answer.http_status == "405"
    assert answer.grpc_status is None


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_probes_of_the_root_are_answered(client, method):
    stream = client.begin("/", __method=method, end=method != "POST", content_type=None, te=None)
    if method == "POST":
        client.send(stream, b"hello", end=True)
    answer = client.answer(stream)
    assert answer.http_status == "200"
    assert answer.body == (b"" if method == "HEAD" else b"vigie\n")
    assert answer.reset is None


def test_a_page_that_does_not_exist(client):
    stream = client.begin("/favicon.ico", __method="GET", end=True, content_type=None, te=None)
    assert client.answer(stream).http_status == "404"


@pytest.mark.parametrize("path", ["", "/", "//", "/a", "/a/b/c", "a/b"])
def test_paths_that_name_no_method(client, path):
    if path in ("", "a/b"):
        # HTTP/2 itself forbids these (RFC 9113 §8.3.1).
        stream = client.begin(path, end=True)
        assert client.answer(stream).reset is not None
    else:
        assert client.call(path=path).grpc_status == UNIMPLEMENTED


@pytest.mark.parametrize("timeout", ["", "1", "S", "123456789S", "1x", "-1S", "1.5S", "1 S", "1Sm"])
def test_malformed_timeouts(client, timeout):
    answer = client.call(grpc_timeout=timeout)
    assert answer.grpc_status == INTERNAL or answer.http_status == "400"


@pytest.mark.parametrize("timeout", ["99999999H", "1M", "10S", "10000m", "10000000u", "99999999n"])
def test_wellformed_timeouts(client, timeout):
    assert client.call(grpc_timeout=timeout).grpc_status == OK


@pytest.mark.parametrize("timeout", ["0S", "1n", "00000000H"])
def test_a_deadline_that_has_passed_is_not_computed(client, timeout):
    """The method does not get to see the request, which it would refuse."""
    request = framed(bytes([0x10]) + b"\xff" * 9 + b"\x01")  # response_size: -1
    answer = client.call(request, grpc_timeout=timeout)
    assert answer.grpc_status == DEADLINE_EXCEEDED
    assert client.call(request).grpc_status == INVALID_ARGUMENT


def test_a_deadline_before_the_request_is_whole(client):
    stream = client.begin(grpc_timeout="200m")
    client.send(stream, framed(b"12345")[:-1])
    answer = client.answer(stream)
    assert answer.grpc_status == DEADLINE_EXCEEDED
    assert answer.is_trailers_only


def test_a_request_that_never_comes_whole(start):
    server = start("vigie-interop", "--request-timeout-ms", "300")
    with Client(server.port) as client:
        stream = client.begin()
        client.send(stream, framed(b"12345")[:-1])
        assert client.answer(stream).reset == 8


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", UNIMPLEMENTED),
        (b"\0", INTERNAL),
        (framed()[:4], INTERNAL),
        (framed(b"\x10\x05")[:-1], INTERNAL),
        (framed() + framed(), UNIMPLEMENTED),
        (framed() + b"\0", UNIMPLEMENTED),
        (framed(flag=2), INTERNAL),
        (framed(flag=255), INTERNAL),
        (framed(b"\xff"), INTERNAL),
        (framed(length=0xFFFFFFFF), RESOURCE_EXHAUSTED),
        (framed(length=4 * 1024 * 1024 + 1), RESOURCE_EXHAUSTED),
    ],
)
def test_bodies_that_are_not_one_message(client, body, status):
    assert client.call(body).grpc_status == status


def test_a_compressed_message_without_an_encoding(client):
    answer = client.call(framed(gzip.compress(b""), flag=1))
    assert answer.grpc_status == INTERNAL
    assert client.call(framed(b"", flag=1), grpc_encoding="identity").grpc_status == INTERNAL


def test_an_unknown_encoding_is_told_what_is_known(client):
    answer = client.call(framed(b"", flag=1), grpc_encoding="snappy")
    assert answer.grpc_status == UNIMPLEMENTED
    assert answer.is_trailers_only
    assert set(answer.headers[0]["grpc-accept-encoding"].split(",")) == {
        "identity",
        "gzip",
        "deflate",
    }


def test_an_uncompressed_message_may_name_an_encoding(client):
    assert client.call(framed(), grpc_encoding="gzip").grpc_status == OK


@pytest.mark.parametrize(
    "body", [b"no gzip at all", gzip.compress(b"\x10\x05")[:-3], gzip.compress(b"") + b"x", b""]
)
def test_corrupt_gzip(client, body):
    assert client.call(framed(body, flag=1), grpc_encoding="gzip").grpc_status == INTERNAL


def response_compressed(size: int) -> bytes:
    return framed(bytes([0x10, size, 0x32, 0x02, 0x08, 0x01]))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("identity,deflate", "deflate"),
        ("br, gzip ,deflate", "gzip"),
        ("identity", None),
        ("br", None),
        (None, None),
    ],
)
def test_answers_use_only_what_the_caller_accepts(client, accepted, encoding):
    answer = client.call(response_compressed(100), grpc_accept_encoding=accepted)
    assert answer.grpc_status == OK
    assert answer.headers[0].get("grpc-encoding") == encoding
    flag, message = answer.body[0], answer.body[5:]
    assert flag == (0 if encoding is None else 1)
    if encoding == "gzip":
        message = gzip.decompress(message)
    elif encoding == "deflate":
        message = zlib.decompress(message)
    assert message.endswith(bytes(100))


@pytest.mark.parametrize("value", ["!", "A", "AAA=A", "====", "Aé"])
def test_binary_metadata_that_is_not_base64(client, value):
    assert client.call(x_thing_bin=value).grpc_status == INTERNAL


@pytest.mark.parametrize("value", ["q6ur", "q6s", "q6s=", "q6ur,q6s,", ""])
def test_binary_metadata_padded_or_not(client, value):
    answer = client.call(x_grpc_test_echo_trailing_bin=value)
    assert answer.grpc_status == OK
    if value:
        # Written without padding. (A field that occurs twice is one dictionary entry here.)
        assert "=" not in answer.headers[-1]["x-grpc-test-echo-trailing-bin"]


def test_headers_over_the_limit_are_refused(start):
    server = start("vigie-interop", "--header-list-bytes-max", "2000")
    with Client(server.port) as client:
        answer = client.call(x_large="x" * 3000)
        assert answer.grpc_status == RESOURCE_EXHAUSTED
        assert client.call().grpc_status == OK


def test_messages_split_over_frames_at_every_byte(client):
    body = framed(bytes([0x10, 0x05]))
    stream = client.begin()
    for byte in body:
        client.send(stream, bytes([byte]))
    client.send(stream, b"", end=True)
    answer = client.answer(stream)
    assert answer.grpc_status == OK
    assert answer.body.endswith(bytes(5))


def test_an_early_error_tells_the_client_to_stop(client):
    """RFC 9113 §8.1: RST_STREAM(NO_ERROR) after an answer that did not need the whole request."""
    stream = client.begin("/grpc.testing.TestService/Nothing")
    answer = client.answer(stream)
    assert answer.grpc_status == UNIMPLEMENTED
    while answer.reset is None:
        client.receive()
    assert answer.reset == 0


def test_frames_after_a_cancelled_stream_are_harmless(client):
    for _ in range(100):
        stream = client.begin("/grpc.testing.TestService/FullDuplexCall")
        client.send(stream, framed())
        client.connection.reset_stream(stream, 8)
        client.flush()


def test_trailers_of_the_caller_end_its_request(client):
    stream = client.begin()
    client.send(stream, framed())
    client.connection.send_headers(stream, [("x-trailer", "1")], end_stream=True)
    client.flush()
    assert client.answer(stream).grpc_status == OK
