"""Thousands of HTTP/2 connections that say hello and then nothing: sockets and epoll only."""

from __future__ import annotations

import resource
import select
import socket
import struct
import time
from types import TracebackType
from typing import Self

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, SETTINGS, PING, GOAWAY = 0x0, 0x4, 0x6, 0x7
ACK = 0x1
PING_CONTENT = b"vigie-up"
SPARE_DESCRIPTORS = 512


def http2_frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """A frame of RFC 9113 §4.1."""
    length = struct.pack(">I", len(payload))[1:]
    return length + struct.pack(">BBI", kind, flags, stream) + payload


def parse_frames(buffer: bytearray) -> list[tuple[int, int, bytes]]:
    """Takes the whole frames off the buffer's front: type, flags, payload."""
    found = []
    while len(buffer) >= 9:
        length = int.from_bytes(buffer[:3], "big")
        if len(buffer) < 9 + length:
            break
        found.append((buffer[3], buffer[4], bytes(buffer[9 : 9 + length])))
        del buffer[: 9 + length]
    return found


def raise_descriptor_limit(wanted: int) -> int:
    """Raises the soft limit as far as allowed; the servers started afterwards inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < target:
        resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
        return target
    return soft


class IdleConnections:
    """Open connections to one server, each past its SETTINGS exchange."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.closed = 0
        self._sockets: dict[int, socket.socket] = {}
        self._buffers: dict[int, bytearray] = {}
        self._poll = select.epoll()
        self._settled = 0
        self._pongs = 0

    def __len__(self) -> int:
        return len(self._sockets)

    def open(self, count: int, seconds_max: float = 60.0) -> None:
        """Opens that many and waits until the server has answered each one's SETTINGS."""
        hello = PREFACE + http2_frame(SETTINGS, 0, 0)
        deadline = time.monotonic() + seconds_max
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
            connection.sendall(hello)
            connection.setblocking(False)
            self._sockets[connection.fileno()] = connection
            self._buffers[connection.fileno()] = bytearray()
            self._poll.register(connection.fileno(), select.EPOLLIN)
            self._read(0)
        # The server's own SETTINGS and its acknowledgement of ours: two a connection.
        while self._settled < 2 * count and time.monotonic() < deadline and self._sockets:
            self._read(0.2)

    def alive(self, seconds_max: float = 30.0) -> int:
        """How many answer a PING."""
        self._pongs = 0
        ping = http2_frame(PING, 0, 0, PING_CONTENT)
        for number in list(self._sockets):
            try:
                self._sockets[number].send(ping)
            except OSError:
                self._drop(number)
            self._read(0)
        deadline = time.monotonic() + seconds_max
        while self._pongs < len(self._sockets) and time.monotonic() < deadline:
            self._read(0.2)
        return self._pongs

    def _read(self, timeout: float) -> None:
        for number, _ in self._poll.poll(timeout, 256):
            try:
                data = self._sockets[number].recv(16384)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                self._drop(number)
                continue
            self._buffers[number] += data
            for kind, flags, payload in parse_frames(self._buffers[number]):
                self._take(number, kind, flags, payload)

    def _take(self, number: int, kind: int, flags: int, payload: bytes) -> None:
        if kind == SETTINGS:
            self._settled += 1
            if not flags & ACK:
                self._sockets[number].send(http2_frame(SETTINGS, ACK, 0))
        elif kind == PING and flags & ACK and payload == PING_CONTENT:
            self._pongs += 1
        elif kind == PING and not flags & ACK:
            self._sockets[number].send(http2_frame(PING, ACK, 0, payload))

    def _drop(self, number: int) -> None:
        self._poll.unregister(number)
        self._sockets.pop(number).close()
        del self._buffers[number]
        self.closed += 1

    def close(self) -> None:
        for connection in self._sockets.values():
            connection.close()
        self._sockets.clear()
        self._buffers.clear()
        self._poll.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
