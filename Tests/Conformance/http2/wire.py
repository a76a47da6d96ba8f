"""A client of raw HTTP/2 frames: it sends what it is told to, right or wrong, and says what came back."""

import collections
import select
import socket
import ssl
import struct
import time
from dataclasses import dataclass

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 5, 6, 7, 8, 9

ACK = END_STREAM = 0x1
END_HEADERS = 0x4
PADDED = 0x8
PRIORITY_FLAG = 0x20

NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR = 0, 1, 2, 3
STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL = 5, 6, 7, 8
COMPRESSION_ERROR, ENHANCE_YOUR_CALM = 9, 11

ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE = 2, 3, 4
MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = 5, 6

TIMEOUT = 10.0
"""Seconds after which a peer that says nothing has failed a test; never a measure of speed."""


@dataclass
class Frame:
    type: int
    flags: int
    stream: int
    payload: bytes

    def has(self, flag):
        return bool(self.flags & flag)

    @property
    def code(self):
        """The error code of RST_STREAM or GOAWAY."""
        offset = 4 if self.type == GOAWAY else 0
        return struct.unpack_from(">I", self.payload, offset)[0]


class Closed(Exception):
    """The peer closed the connection."""


def frame(type, flags=0, stream=0, payload=b"", length=None):
    length = len(payload) if length is None else length
    return struct.pack(">I", length)[1:] + struct.pack(">BBI", type, flags, stream) + payload


class Connection:
    """One connection; `handshake` exchanges prefaces and SETTINGS."""

    def __init__(self, address, tls=None, handshake=True, settings=(), receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.address = address
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.buffer = b""
        self.peer_settings = {}
        # Bytes that may be sent, by stream, 0 for the connection (RFC 9113 §6.9.2); `send_body` minds it.
        self.credit = collections.defaultdict(
            lambda: self.peer_settings.get(INITIAL_WINDOW_SIZE, 65535), {0: 65535}
        )
        self.closed = False
        if handshake:
            self.handshake(settings)

    def handshake(self, settings=()):
        self.send(PREFACE + settings_frame(settings))
        acked = False
        while not acked or not self.peer_settings:
            received = self.receive()
            if received.type == SETTINGS and received.has(ACK):
                acked = True
            elif received.type == SETTINGS:
                for offset in range(0, len(received.payload), 6):
                    key, value = struct.unpack_from(">HI", received.payload, offset)
                    self.peer_settings[key] = value
                self.peer_settings.setdefault("seen", True)
        self.send(frame(SETTINGS, ACK))

    # Sending

    def send(self, *parts):
        try:
            self.socket.sendall(b"".join(parts))
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            # What the peer said before it went is still to be read.
            pass

    def block(self, headers):
        return self.encoder.encode(headers)

    def request(self, stream=1, method="GET", path="/", extra=(), end=True, flags=END_HEADERS):
        self.send(self.request_frame(stream, method, path, extra, end, flags))

    def request_frame(self, stream=1, method="GET", path="/", extra=(), end=True, flags=END_HEADERS):
        payload = self.block(common(method, path) + list(extra))
        return frame(HEADERS, flags | (END_STREAM if end else 0), stream, payload)

    def data(self, stream, payload, end=True):
        self.send(frame(DATA, END_STREAM if end else 0, stream, payload))

    def send_body(self, stream, body, end=True):
        """Sends as much of `body` as the windows allow now, and returns how much that was."""
        sent = 0
        while sent < len(body) and (window := min(self.credit[0], self.credit[stream])) > 0:
            part = body[sent : sent + min(16384, window)]
            sent += len(part)
            self.data(stream, part, end=end and sent == len(body))
            self.credit[0] -= len(part)
            self.credit[stream] -= len(part)
        return sent

    # Receiving

    def receive(self, timeout=TIMEOUT):
        """The next frame; raises Closed at the peer's end and TimeoutError when nothing comes."""
        deadline = time.monotonic() + timeout
        while True:
            if len(self.buffer) >= 9:
                length = int.from_bytes(self.buffer[:3], "big")
                if len(self.buffer) >= 9 + length:
                    type, flags, stream = struct.unpack(">BBI", self.buffer[3:9])
                    payload = self.buffer[9 : 9 + length]
                    self.buffer = self.buffer[9 + length :]
                    received = Frame(type, flags, stream & 0x7FFFFFFF, payload)
                    if type == WINDOW_UPDATE:
                        self.credit[received.stream] += int.from_bytes(payload, "big")
                    return received
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the peer said nothing")
            self.socket.settimeout(left)
            try:
                chunk = self.socket.recv(65536)
            except (ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                chunk = b""
            if not chunk:
                self.closed = True
                raise Closed
            self.buffer += chunk

    def receive_until(self, accept, timeout=TIMEOUT):
        """The first frame that `accept` is true for; SETTINGS and PINGs of the peer are answered."""
        deadline = time.monotonic() + timeout
        while True:
            received = self.receive(max(0.001, deadline - time.monotonic()))
            if received.type == SETTINGS and not received.has(ACK):
                self.send(frame(SETTINGS, ACK))
            if received.type == PING and not received.has(ACK):
                self.send(frame(PING, ACK, 0, received.payload))
            if accept(received):
                return received

    def receive_until_raw(self, type):
        """The first frame of a type, with nothing answered on the way."""
        while True:
            received = self.receive()
            if received.type == type:
                return received

    def is_quiet(self, seconds):
        """True when the peer sends nothing for that long."""
        return not self.buffer and not select.select([self.socket], [], [], seconds)[0]

    def close(self):
        self.socket.close()

    # What should have come back

    def expect_settings_ack(self):
        self.receive_until(lambda f: f.type == SETTINGS and f.has(ACK))

    def expect_ping_ack(self, payload):
        got = self.receive_until(lambda f: f.type == PING and f.has(ACK))
        assert got.payload == payload

    def expect_headers(self, stream=1):
        """The decoded header block of a response."""

        def accept(f):
            refused = (f.type == GOAWAY and f.code) or (f.type == RST_STREAM and f.stream == stream)
            assert not refused, f"the request was refused: {f}"
            return f.type == HEADERS and f.stream == stream

        got = self.receive_until(accept)
        payload = got.payload
        while not got.has(END_HEADERS):
            got = self.receive_until(lambda f: f.type == CONTINUATION)
            payload += got.payload
        return dict(self.decoder.decode(payload))

    def expect_response(self, stream=1, status="200", body=True):
        headers = self.expect_headers(stream)
        assert headers[":status"] == status
        if body:
            got = self.receive_until(lambda f: f.stream == stream and f.type in (DATA, HEADERS))
            content = got.payload
            while not got.has(END_STREAM):
                got = self.receive_until(lambda f: f.stream == stream and f.type in (DATA, HEADERS))
                content += got.payload if got.type == DATA else b""
            return headers, content
        return headers, b""

    def expect_connection_error(self, *codes):
        """GOAWAY with one of `codes`, or a closed socket (RFC 9113 §5.4.1)."""
        try:
            got = self.receive_until(lambda f: f.type == GOAWAY)
        except Closed:
            return
        assert got.code in codes, f"GOAWAY has code {got.code}, not {codes}"
        # A connection error ends the connection: GOAWAY alone would not do.
        try:
            self.receive_until(lambda f: False)
        except Closed:
            return

    def expect_stream_error(self, stream, *codes):
        """RST_STREAM with one of `codes`, or the same taken as a connection error (RFC 9113 §5.4)."""
        try:
            got = self.receive_until(
                lambda f: f.type == GOAWAY or (f.type == RST_STREAM and f.stream == stream)
            )
        except Closed:
            return
        assert got.code in codes, f"{'GOAWAY' if got.type == GOAWAY else 'RST_STREAM'} has code {got.code}"

    def expect_alive(self):
        """The connection still answers."""
        self.send(frame(PING, 0, 0, b"alive?!?"))
        self.expect_ping_ack(b"alive?!?")


def common(method="GET", path="/"):
    return [(":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost")]


def settings_frame(settings=()):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", k, v) for k, v in settings))


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def rst_stream(stream, code=CANCEL):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def priority(stream, dependency, weight=15, exclusive=False):
    return frame(PRIORITY, 0, stream, priority_payload(dependency, weight, exclusive))


def priority_payload(dependency, weight=15, exclusive=False):
    return struct.pack(">IB", dependency | (0x80000000 if exclusive else 0), weight)


def goaway(last=0, code=NO_ERROR, message=b""):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, code) + message)
