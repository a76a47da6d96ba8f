"""Clients that ask and never read, or read one byte a second."""

import socket
import struct
import time

import grpc
import h2.connection
import h2.events
import h2.settings
from patience import eventually

REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
# A small question with an answer of many kilobytes: file_containing_symbol (4).
SYMBOL = b"inference.GRPCInferenceService"
QUESTION = b"\x22" + bytes([len(SYMBOL)]) + SYMBOL
QUESTION = struct.pack(">BI", 0, len(QUESTION)) + QUESTION


# Of a connection, by the pod's settings below: what a client may leave unread.
UNREAD = 1 << 20
# And what of it has left the streams and waits for the socket.
DRAINED = 256 << 10


def answer_bytes(pod) -> int:
    """How long one of those answers is."""
    with grpc.insecure_channel(f"127.0.0.1:{pod.port}") as channel:
        ask = channel.stream_stream(REFLECTION)
        return len(next(iter(ask(iter([QUESTION[5:]]), timeout=5))))


class Sleeper:
    """Asks for many large answers, and never takes a byte of them."""

    def __init__(self, port: int, window: int):
        self.socket = socket.socket()
        # Before connecting: the window that is offered to the pod's kernel.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(2)
        self.h2 = h2.connection.H2Connection()
        self.h2.initiate_connection()
        if window:
            self.h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window})
            self.h2.increment_flow_control_window((1 << 31) - 1 - 65535)
        self.ask()

    def ask(self):
        fields = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", REFLECTION),
            (":authority", "x"),
        ]
        fields += [("te", "trailers"), ("content-type", "application/grpc")]
        for _ in range(64):
            stream = self.h2.get_next_available_stream_id()
            self.h2.send_headers(stream, fields)
            self.h2.send_data(stream, QUESTION, end_stream=True)
        try:
            self.socket.sendall(self.h2.data_to_send())
        except OSError:
            pass

    def close(self):
        self.socket.close()


def test_clients_that_never_read_are_ended_and_hold_little_memory(start, bystander):
    # Not about load: a debug build would turn calls away for it.
    pod = start(
        "--write-timeout=1s",
        "--max-connection-idle=2s",
        "--no-load-shedding",
        f"--max-unread-bytes={UNREAD}",
    )
    others = bystander(pod)
    before, memory = pod.metric("vigie_connections_open"), pod.resident_bytes
    sleepers = [Sleeper(pod.port, window) for window in [0, 1 << 24] * 20]
    for sleeper in sleepers:
        for _ in range(8):
            sleeper.ask()
    held = pod.resident_bytes - memory
    # Each has asked 576 times, for megabytes; what is over its bytes has been refused.
    most = len(sleepers) * (UNREAD + DRAINED + 2 * answer_bytes(pod)) + (16 << 20)
    assert 576 * answer_bytes(pod) > 4 * (UNREAD + DRAINED), "too little is asked for"
    assert pod.metric("vigie_calls_refused_total", reason="max_unread_bytes") > 0
    assert held < most, f"{held >> 20} MB for {len(sleepers)} clients"
    since = time.monotonic()
    eventually(lambda: pod.metric("vigie_connections_open") == before, 30)
    others.wait_for(50, since=since)
    assert pod.metric("vigie_connections_closed_total", reason="write_timeout") > 0
    for sleeper in sleepers:
        sleeper.close()
    eventually(lambda: pod.metric("vigie_http2_streams_open") <= 1)


def test_who_does_not_read_is_told_so_and_others_are_served(start, bystander):
    pod = start("--no-load-shedding", f"--max-unread-bytes={UNREAD}", "--shed-retry-after=80ms")
    others = bystander(pod)
    sleeper = Sleeper(pod.port, 0)
    for _ in range(3):
        sleeper.ask()
    eventually(lambda: pod.metric("vigie_calls_refused_total", reason="max_unread_bytes") > 0)
    # It wakes, and grants what it held back.
    answered, refusals = set(), []
    sleeper.h2.increment_flow_control_window(1 << 30)
    deadline = time.monotonic() + 60
    while len(answered) + len(refusals) < 4 * 64 and time.monotonic() < deadline:
        sleeper.socket.sendall(sleeper.h2.data_to_send())
        for event in sleeper.h2.receive_data(sleeper.socket.recv(1 << 16)):
            if isinstance(event, h2.events.ResponseReceived):
                fields = {name.decode(): value.decode() for name, value in event.headers}
                if "grpc-status" in fields:
                    refusals.append(fields)
            elif isinstance(event, h2.events.DataReceived):
                answered.add(event.stream_id)
                sleeper.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
    assert len(answered) + len(refusals) == 4 * 64
    for fields in refusals:
        assert fields["grpc-status"] == "8", fields
        assert fields["grpc-message"].startswith(f"over {UNREAD} bytes of answers wait"), fields
        assert 40 <= int(fields["grpc-retry-pushback-ms"]) <= 120, fields
    assert pod.metric("vigie_calls_refused_total", reason="max_unread_bytes") == len(refusals)
    assert refusals and answered
    # The same connection is served again.
    sleeper.ask()
    more = set()
    while len(more) < 1:
        sleeper.socket.sendall(sleeper.h2.data_to_send())
        for event in sleeper.h2.receive_data(sleeper.socket.recv(1 << 16)):
            if isinstance(event, h2.events.DataReceived) and event.stream_id not in answered:
                more.add(event.stream_id)
    others.wait_for(50, since=time.monotonic())
    sleeper.close()
