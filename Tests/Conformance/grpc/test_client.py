"""Our client against grpcio's server, and against our own."""

import pathlib
import subprocess

import grpc
import pytest
from harness import binary
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from peer_server import Peer

CASES = [
    "empty_unary",
    "large_unary",
    "client_compressed_unary",
    "server_compressed_unary",
    "client_streaming",
    "client_compressed_streaming",
    "server_streaming",
    "server_compressed_streaming",
    "ping_pong",
    "empty_stream",
    "custom_metadata",
    "status_code_and_message",
    "special_status_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
]

# A server in Python cannot see whether a message came compressed, which these ask it to check.
CASES_OF_GRPCIO = [case for case in CASES if not case.startswith("client_compressed")]


def run(port, cases, *arguments):
    done = subprocess.run(
        [binary("vigie-interop"), "--client", ",".join(cases), "--port", str(port), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"OK: {case}" for case in cases]


@pytest.fixture
def peer(protos):
    """Starts grpcio servers."""
    running = []

    def start(**arguments):
        running.append(Peer(protos, **arguments))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def test_against_our_own_server(server):
    run(server.port, CASES)


def test_against_our_own_server_over_tls(tls_server, certificates):
    authority = str(certificates / "ca.pem")
    run(tls_server.port, CASES, "--tls-ca", authority, "--server-name", "server.vigie.test")


def test_against_grpcio(peer):
    run(peer().port, CASES_OF_GRPCIO)


def test_against_grpcio_over_tls(peer, certificates):
    pair = [(certificates / name).read_bytes() for name in ["server.key", "server.pem"]]
    port = peer(credentials=grpc.ssl_server_credentials([pair])).port
    authority = str(certificates / "ca.pem")
    run(port, CASES_OF_GRPCIO, "--tls-ca", authority, "--server-name", "server.vigie.test")


def test_a_trace_goes_on_as_opentelemetry_reads_it(peer):
    other = peer()
    run(other.port, ["trace_context"])
    ((_, sent),) = other.recorder.calls
    context = get_current_span(TraceContextTextMapPropagator().extract(sent)).get_span_context()
    assert f"{context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert f"{context.span_id:016x}" == "b7ad6b7169203331"
    assert context.trace_flags.sampled and context.is_remote
    assert dict(context.trace_state) == {"rojo": "00f067aa0ba902b7", "congo": "t61rcWkgMzE"}


RUBY_SERVERS = "usr/lib/*/rubygems-integration/*/gems/grpc-*/src/ruby/pb/test/server.rb"

# Its own server fails these: it has neither compression nor UnimplementedService's status.
CASES_OF_RUBY = [
    case for case in CASES if "compressed" not in case and case != "special_status_message"
]


def test_against_grpcs_ruby_server():
    found = sorted(pathlib.Path("/").glob(RUBY_SERVERS))
    if not found:
        pytest.skip("gRPC's Ruby interop server is missing: apt-get install ruby-grpc")
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        ["ruby", found[-1], "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        grpc.channel_ready_future(grpc.insecure_channel(f"127.0.0.1:{port}")).result(20)
        run(port, CASES_OF_RUBY)
    finally:
        process.terminate()
        process.wait(10)


# Retries, by a client that prints how its calls ended.

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
PUSH_BACK = "grpc-retry-pushback-ms"


def previous_attempts(peer):
    return [call[1].get("grpc-previous-rpc-attempts") for call in peer.recorder.calls]


def test_a_retryable_failure_is_tried_again(peer):
    flaky = peer(fail=lambda number: (UNAVAILABLE, []) if number < 3 else None)
    run(flaky.port, ["retry"])
    assert previous_attempts(flaky) == [None, "1", "2"]


def test_no_more_attempts_than_the_policy_allows(peer):
    broken = peer(fail=lambda number: (UNAVAILABLE, []))
    run(broken.port, ["retry_fails"])
    assert previous_attempts(broken) == [None, "1", "2"]


def test_other_failures_are_not_tried_again(peer):
    broken = peer(
        fail=lambda number: (
            (grpc.StatusCode.UNAVAILABLE, []) if number > 1 else (grpc.StatusCode.ABORTED, [])
        )
    )
    run(broken.port, ["abort_fails"])
    assert previous_attempts(broken) == [None]


def test_push_back_forbids_a_retry(peer):
    broken = peer(fail=lambda number: (UNAVAILABLE, [(PUSH_BACK, "-1")]))
    run(broken.port, ["retry_fails"])
    assert previous_attempts(broken) == [None]


def test_push_back_delays_a_retry(peer):
    flaky = peer(fail=lambda number: (UNAVAILABLE, [(PUSH_BACK, "700")]) if number < 2 else None)
    run(flaky.port, ["retry_after_700_ms"])
    assert previous_attempts(flaky) == [None, "1"]


def test_a_server_that_closes_connections_is_called_again(peer):
    aging = peer(options=[("grpc.max_connection_age_ms", 300), ("grpc.http2.min_ping_interval", 1)])
    run(aging.port, ["calls_for_2_s"])


def test_nobody_listens():
    run(1, ["unreachable", "unreachable_within_deadline"])


def test_a_restarted_server_is_found_again(protos):
    first = Peer(protos)
    port = first.port
    process = subprocess.Popen(
        [binary("vigie-interop"), "--client", "restart", "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "called\n"
    first.stop()
    assert process.stdout.readline() == "lost\n"
    second = Peer(protos, port=port)
    try:
        assert process.stdout.readline() == "OK: restart\n"
        assert process.wait(20) == 0
    finally:
        second.stop()
