"""Calls of all four kinds from grpcio: deadlines, cancellation, metadata, compression, limits."""

import concurrent.futures
import threading
import time

import grpc
import pytest
from grpc_status import rpc_status

MIB = 1024 * 1024


def failure(call):
    """The error that a call ends with."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


@pytest.fixture
def request_of(messages):
    """A request for responses of the given sizes, each after an interval."""

    def make(*sizes, interval_us=0, **fields):
        parameters = [
            messages.ResponseParameters(size=size, interval_us=interval_us) for size in sizes
        ]
        return messages.StreamingOutputCallRequest(response_parameters=parameters, **fields)

    return make


# Cases of gRPC's interop list that the Ruby client lacks.


def test_server_compressed_unary(stub, messages):
    def ask(compressed):
        request = messages.SimpleRequest(response_size=314159)
        request.response_compressed.value = compressed
        response, call = stub.UnaryCall.with_call(request)
        assert len(response.payload.body) == 314159
        return dict(call.initial_metadata())

    # grpcio hides grpc-encoding; test_frames.py looks at the flag itself.
    ask(True)
    ask(False)


def test_server_compressed_streaming(stub, messages):
    request = messages.StreamingOutputCallRequest()
    for size, compressed in [(31415, True), (92653, False)]:
        parameters = request.response_parameters.add(size=size)
        parameters.compressed.value = compressed
    sizes = [len(response.payload.body) for response in stub.StreamingOutputCall(request)]
    assert sizes == [31415, 92653]


def test_special_status_message(stub, messages):
    message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    request = messages.SimpleRequest(response_status={"code": 2, "message": message})
    error = failure(lambda: stub.UnaryCall(request))
    assert error.code() == grpc.StatusCode.UNKNOWN
    assert error.details() == message


def test_every_status_code_arrives(stub, messages):
    for code in grpc.StatusCode:
        if code == grpc.StatusCode.OK:
            continue
        request = messages.SimpleRequest(response_status={"code": code.value[0], "message": "x"})
        assert failure(lambda request=request: stub.UnaryCall(request)).code() == code


def test_half_duplex_answers_after_the_last_request(stub, request_of):
    requests = [request_of(size) for size in [31415, 9, 2653]]
    sizes = [len(response.payload.body) for response in stub.HalfDuplexCall(iter(requests))]
    assert sizes == [31415, 9, 2653]


def test_cacheable_unary(stub, messages):
    _, call = stub.CacheableUnaryCall.with_call(messages.SimpleRequest())
    assert ("cache-control", "max-age=60, public") in call.initial_metadata()


# Deadlines and cancellation.


def test_a_deadline_ends_a_stream_that_is_under_way(stub, request_of):
    begun = time.monotonic()
    call = stub.StreamingOutputCall(request_of(1, 1, 1, interval_us=400_000), timeout=0.6)
    received = []
    error = failure(lambda: received.extend(call))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - begun < 5


def test_cancelling_a_deferred_call_reaches_its_work(start, protos, connect):
    """One deferred answer is allowed at once: a second call succeeds only if the work of the first,
    cancelled one has stopped."""
    server = start("vigie-interop", "--deferred-max", "1")
    diagnostics, services = protos("vigie/v1/diagnostics")
    stub = services.DiagnosticsStub(connect(server).channel)
    slow = stub.Version.future(diagnostics.VersionRequest(), metadata=[("x-slow", "1")])
    assert stub_waits(slow)
    error = failure(lambda: stub.Version(diagnostics.VersionRequest()))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert ("grpc-retry-pushback-ms", "200") in error.trailing_metadata()
    slow.cancel()
    until = time.monotonic() + 4
    while True:
        try:
            assert stub.Version(diagnostics.VersionRequest()).version == "interop"
            return
        except grpc.RpcError:
            assert time.monotonic() < until, "the cancelled call's work went on"
            time.sleep(0.05)


def stub_waits(call):
    time.sleep(0.2)
    return not call.done()


def test_a_deferred_call_whose_deadline_passes(stub, server, protos, connect):
    diagnostics, services = protos("vigie/v1/diagnostics")
    version = services.DiagnosticsStub(connect(server).channel).Version
    request = diagnostics.VersionRequest()
    error = failure(lambda: version(request, metadata=[("x-slow", "1")], timeout=0.3))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert version(request).version == "interop"


# Metadata.


def test_binary_metadata_round_trips_with_commas_and_nul(stub, messages):
    key = "x-grpc-test-echo-trailing-bin"
    values = [b"\xab\xab\xab", b"", b"\x00,\xff", bytes(range(256))]
    _, call = stub.UnaryCall.with_call(
        messages.SimpleRequest(), metadata=[(key, value) for value in values]
    )
    assert [value for name, value in call.trailing_metadata() if name == key] == values


def test_metadata_comes_on_errors_too(stub, messages):
    request = messages.SimpleRequest(response_status={"code": 5, "message": "none"})
    metadata = [("x-grpc-test-echo-initial", "text"), ("x-grpc-test-echo-trailing-bin", b"\1")]
    error = failure(lambda: stub.UnaryCall(request, metadata=metadata))
    both = list(error.initial_metadata() or []) + list(error.trailing_metadata())
    assert ("x-grpc-test-echo-initial", "text") in both
    assert ("x-grpc-test-echo-trailing-bin", b"\1") in both


def test_headers_over_the_limit(start, messages, connect):
    stub = connect(start("vigie-interop", "--header-list-bytes-max", "4096"))
    assert stub.UnaryCall(messages.SimpleRequest(), metadata=[("a", "x" * 2000)]) is not None
    error = failure(lambda: stub.UnaryCall(messages.SimpleRequest(), metadata=[("a", "x" * 6000)]))
    assert error.code() in (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL)
    assert stub.UnaryCall(messages.SimpleRequest()) is not None


# Compression.


@pytest.mark.parametrize("algorithm", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_compressed_both_ways(stub, messages, algorithm):
    body = b"vigie" * 50_000
    request = messages.SimpleRequest(response_size=200_000, payload={"body": body})
    request.response_compressed.value = True
    request.expect_compressed.value = True
    response = stub.UnaryCall(request, compression=algorithm)
    assert response.payload.body == bytes(200_000)


@pytest.mark.parametrize("algorithm", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_compressed_stream_both_ways(stub, messages, algorithm):
    request = messages.StreamingOutputCallRequest()
    for size in [0, 1, 70_000]:
        request.response_parameters.add(size=size).compressed.value = True
    responses = stub.FullDuplexCall(iter([request] * 3), compression=algorithm)
    assert [len(one.payload.body) for one in responses] == [0, 1, 70_000] * 3


def test_a_decompression_bomb_is_refused(stub, messages):
    request = messages.SimpleRequest(payload={"body": bytes(64 * MIB)})
    error = failure(lambda: stub.UnaryCall(request, compression=grpc.Compression.Gzip))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "decompresses" in error.details()


# Sizes.


def test_a_large_message_each_way(start, messages, connect):
    unlimited = {
        "grpc__max_receive_message_length": -1,
        "grpc__max_send_message_length": -1,
    }
    server = start("vigie-interop", "--request-bytes-max", str(40 * MIB))
    body = bytes(range(256)) * (32 * MIB // 256)
    request = messages.SimpleRequest(response_size=33 * MIB, payload={"body": body})
    response = connect(server, **unlimited).UnaryCall(request)
    assert len(response.payload.body) == 33 * MIB


def test_a_request_over_the_limit(stub, messages):
    request = messages.SimpleRequest(payload={"body": bytes(5 * MIB)})
    error = failure(lambda: stub.UnaryCall(request))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "4194304" in error.details()


def test_a_response_over_the_limit(start, messages, connect):
    stub = connect(start("vigie-interop", "--response-bytes-max", "1000"))
    error = failure(lambda: stub.UnaryCall(messages.SimpleRequest(response_size=2000)))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert len(stub.UnaryCall(messages.SimpleRequest(response_size=900)).payload.body) == 900


# Methods and messages that are wrong.


def raw(channel, path, kind="unary_unary"):
    return getattr(channel, kind)(path, lambda one: one, lambda one: one)


def test_unknown_method_and_service(stub, connect, server):
    channel = connect(server).channel
    for path in ["/grpc.testing.TestService/Nothing", "/no.Service/Nothing"]:
        error = failure(lambda path=path: raw(channel, path)(b""))
        assert error.code() == grpc.StatusCode.UNIMPLEMENTED
        assert "unknown" in error.details()


def test_bytes_that_are_no_message(server, connect):
    call = raw(connect(server).channel, "/grpc.testing.TestService/UnaryCall")
    error = failure(lambda: call(b"\xff\xff\xff"))
    assert error.code() == grpc.StatusCode.INTERNAL
    assert "grpc.testing.SimpleRequest" in error.details()


@pytest.mark.parametrize("count", [0, 2])
def test_a_unary_method_wants_exactly_one_request(server, connect, count):
    call = raw(connect(server).channel, "/grpc.testing.TestService/UnaryCall", "stream_unary")
    error = failure(lambda: call(iter([b""] * count)))
    assert error.code() in (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INTERNAL)


def test_field_violations_arrive_as_rich_status(stub, messages):
    from google.rpc import error_details_pb2

    error = failure(lambda: stub.UnaryCall(messages.SimpleRequest(response_size=-1)))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    status = rpc_status.from_call(error)
    assert status.code == 3 and status.message == error.details()
    detail = error_details_pb2.BadRequest()
    assert status.details[0].Unpack(detail)
    assert [one.field for one in detail.field_violations] == ["response_size"]


# Many at once.


def test_many_concurrent_calls(server, connect, messages):
    stub = connect(server)
    requests = [messages.SimpleRequest(response_size=size) for size in range(2000)]
    calls = [stub.UnaryCall.future(request) for request in requests]
    assert [len(call.result(30).payload.body) for call in calls] == list(range(2000))


def test_streams_of_one_connection_do_not_hold_each_other_up(server, connect, request_of, messages):
    """Streams that nobody reads fill their windows; others pass."""
    stub = connect(server)
    idle = [stub.StreamingOutputCall(request_of(*[MIB] * 20)) for _ in range(8)]
    response = stub.UnaryCall(messages.SimpleRequest(response_size=1000), timeout=10)
    assert len(response.payload.body) == 1000
    for call in idle:
        call.cancel()


def test_a_slow_reader_gets_everything(stub, request_of):
    received = 0
    for response in stub.StreamingOutputCall(request_of(*[300_000] * 40)):
        received += len(response.payload.body)
        time.sleep(0.01)
    assert received == 40 * 300_000


def test_threads_with_channels_of_their_own(server, connect, request_of, messages):
    def play(number):
        stub = connect(server)
        gate = threading.Semaphore(1)

        def requests():
            for size in range(50):
                assert gate.acquire(timeout=10)
                yield request_of(size)

        sizes = []
        for response in stub.FullDuplexCall(requests()):
            sizes.append(len(response.payload.body))
            gate.release()
        return sizes == list(range(50))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(pool.map(play, range(8)))


def test_calls_over_the_servers_limit_are_shed_with_push_back(start, connect, request_of, messages):
    stub = connect(start("vigie-interop", "--calls-max", "3"))
    held = [stub.FullDuplexCall(iter_forever(), timeout=20) for _ in range(3)]
    time.sleep(0.3)
    error = failure(lambda: stub.UnaryCall(messages.SimpleRequest()))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert ("grpc-retry-pushback-ms", "200") in error.trailing_metadata()
    for call in held:
        call.cancel()
    time.sleep(0.3)
    assert stub.UnaryCall(messages.SimpleRequest()) is not None


def iter_forever():
    threading.Event().wait(20)
    yield from ()


# Interceptors.


def test_a_token_is_asked_for_and_calls_are_logged(start, connect, messages):
    server = start("vigie-interop", "--access-log", "--token", "s3cret")
    stub = connect(server)
    request = messages.SimpleRequest()
    assert failure(lambda: stub.UnaryCall(request)).code() == grpc.StatusCode.UNAUTHENTICATED
    wrong = [("authorization", "Bearer other")]
    error = failure(lambda: stub.UnaryCall(request, metadata=wrong))
    assert error.code() == grpc.StatusCode.PERMISSION_DENIED
    stub.UnaryCall(request, metadata=[("authorization", "Bearer s3cret")])
    error = failure(lambda: raw(stub.channel, "/no.Service/Nothing")(b""))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    path = "/grpc.testing.TestService/UnaryCall"
    assert [server.line() for _ in range(4)] == [
        f"{path} UNAUTHENTICATED 0 0",
        f"{path} PERMISSION_DENIED 0 0",
        f"{path} OK 1 1",
        "/no.Service/Nothing UNIMPLEMENTED refused",
    ]


# Connections.


def test_keepalive_pings_keep_an_idle_stream(start, connect, request_of):
    server = start("vigie-interop", "--ping-interval-ms", "100")
    stub = connect(server, grpc__keepalive_time_ms=1000, grpc__keepalive_timeout_ms=2000)
    responses = stub.StreamingOutputCall(request_of(1, interval_us=3_500_000))
    assert len(list(responses)) == 1


def test_a_connection_that_was_closed_for_idling_comes_back(start, connect, messages):
    stub = connect(start("vigie-interop", "--max-idle-ms", "300"))
    for _ in range(3):
        assert stub.UnaryCall(messages.SimpleRequest()) is not None
        time.sleep(0.8)


def test_mutual_tls_reaches_the_handler(start, connect, certificates, messages):
    server = start(
        "vigie-interop",
        *["--tls-cert", str(certificates / "server.pem")],
        *["--tls-key", str(certificates / "server.key")],
        *["--tls-client-ca", str(certificates / "ca.pem")],
    )
    read = lambda name: (certificates / name).read_bytes()  # noqa: E731
    known = grpc.ssl_channel_credentials(read("ca.pem"), read("client.key"), read("client.pem"))
    response = connect(server, known).UnaryCall(messages.SimpleRequest(fill_username=True))
    assert response.username == "CN=client.vigie.test"
    stranger = connect(server, grpc.ssl_channel_credentials(read("ca.pem")))
    error = failure(lambda: stranger.UnaryCall(messages.SimpleRequest(), timeout=10))
    assert error.code() == grpc.StatusCode.UNAVAILABLE


def test_a_drain_finishes_what_runs(start, connect, request_of):
    server = start("vigie-interop", "--grace", "10")
    stub = connect(server)
    responses = stub.StreamingOutputCall(request_of(10, 10, 10, interval_us=300_000))
    assert len(next(responses).payload.body) == 10
    server.terminate()
    assert [len(one.payload.body) for one in responses] == [10, 10]
    assert server.wait() == 0
