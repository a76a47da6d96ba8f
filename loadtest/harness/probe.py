"""One gRPC call by the h2 package, to see that a server answers rightly before it is measured."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import h2.config
import h2.connection
import h2.events

from harness.h2load import Request
from harness.wire import HEALTH_PATH, frame, unframe

SECONDS_MAX = 10.0


class ProbeError(Exception):
    """The server did not answer as it should."""


@dataclass(frozen=True)
class Answer:
    """What came back: header and trailer fields together, and the body."""

    fields: dict[str, str]
    body: bytes

    @property
    def grpc_status(self) -> str | None:
        return self.fields.get("grpc-status")


def call(
    port: int,
    path: str,
    body: bytes,
    headers: Sequence[tuple[str, str]] = (),
    *,
    tls: bool = False,
) -> Answer:
    """POSTs the body on a connection of its own and returns the whole answer."""
    config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
    connection = h2.connection.H2Connection(config)
    connection.initiate_connection()
    connection.send_headers(
        1,
        [
            (":method", "POST"),
            (":scheme", "https" if tls else "http"),
            (":authority", f"127.0.0.1:{port}"),
            (":path", path),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            *headers,
        ],
    )
    rest = memoryview(body)
    fields: dict[str, str] = {}
    content = bytearray()
    with _connect(port, tls) as stream:
        rest = send(connection, rest)
        stream.sendall(connection.data_to_send())
        while data := stream.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                    fields.update((str(name), str(value)) for name, value in event.headers)
                elif isinstance(event, h2.events.DataReceived):
                    content += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, 1)
                elif isinstance(event, h2.events.StreamEnded):
                    return Answer(fields, bytes(content))
                elif isinstance(event, h2.events.StreamReset | h2.events.ConnectionTerminated):
                    raise ProbeError(f"{path}: {event}")
            rest = send(connection, rest)
            stream.sendall(connection.data_to_send())
    raise ProbeError(f"{path}: the connection ended before the answer did")


def send(connection: h2.connection.H2Connection, rest: memoryview) -> memoryview:
    """Sends as much of the body as the windows allow, and gives what is left; the last piece ends it."""
    while rest:
        room = min(
            connection.local_flow_control_window(1), connection.max_outbound_frame_size, len(rest)
        )
        if room == 0:
            break
        connection.send_data(1, bytes(rest[:room]), end_stream=room == len(rest))
        rest = rest[room:]
    return rest


def _connect(port: int, tls: bool) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX)
    if not tls:
        return plain
    context = ssl.create_default_context()
    # A certificate of the benchmark's own making: the load generator does not look at it either.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(plain)


def serving(port: int) -> None:
    """Raises unless grpc.health.v1 says SERVING for the whole server."""
    answer = call(port, HEALTH_PATH, frame(b""))
    if answer.grpc_status != "0" or unframe(answer.body) != b"\x08\x01":
        raise ProbeError(f"health: status {answer.grpc_status}, {answer.body.hex()}")


def learn(port: int, request: Request) -> Answer:
    """Asks once what the load generator will ask; raises unless the answer is good."""
    body = request.body.read_bytes() if request.body else b""
    answer = call(port, request.path, body, tls=request.tls)
    if answer.grpc_status != "0":
        message = answer.fields.get("grpc-message", "")
        raise ProbeError(f"{request.path}: grpc-status {answer.grpc_status} {message}")
    return answer
