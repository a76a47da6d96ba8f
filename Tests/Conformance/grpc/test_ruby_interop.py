"""gRPC's own interop client, written in Ruby over gRPC's C core, against our test service."""

import os
import pathlib
import subprocess

import pytest

CLIENTS = "/usr/lib/*/rubygems-integration/*/gems/grpc-*/src/ruby/pb/test/client.rb"

CASES = [
    "empty_unary",
    "large_unary",
    "client_compressed_unary",
    "client_streaming",
    "client_compressed_streaming",
    "server_streaming",
    "ping_pong",
    "empty_stream",
    "custom_metadata",
    "status_code_and_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
]


@pytest.fixture(scope="session")
def client():
    found = sorted(pathlib.Path("/").glob(CLIENTS[1:]))
    if not found:
        pytest.skip("gRPC's Ruby interop client is missing: apt-get install ruby-grpc")
    return found[-1]


def run(client, server, case: str, *arguments: str, **environment):
    done = subprocess.run(
        [
            "ruby",
            client,
            "--server_host",
            "localhost",
            "--server_port",
            str(server.port),
            "--test_case",
            case,
            *arguments,
        ],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"OK: {case}" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("case", CASES)
def test_cleartext(client, server, case):
    run(client, server, case)


@pytest.mark.parametrize("case", CASES)
def test_tls(client, tls_server, certificates, case):
    authority = str(certificates / "ca.pem")
    run(client, tls_server, case, "--use_tls", "true", GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=authority)
