"""A client that sends exactly the frames it is told to, over the h2 package."""

import socket
import struct
import time

import h2.config
import h2.connection
import h2.events


def framed(message: bytes = b"", flag: int = 0, length: int | None = None) -> bytes:
    """A gRPC message with its five bytes in front; flag and length may lie."""
    return struct.pack(">BI", flag, len(message) if length is None else length) + message


class Answer:
    """What a stream has received."""

    def __init__(self):
        self.headers: list[dict[str, str]] = []
        self.body = b""
        self.ended = False
        self.reset: int | None = None

    @property
    def http_status(self) -> str:
        return self.headers[0][":status"]

    @property
    def grpc_status(self) -> int | None:
        status = self.headers[-1].get("grpc-status")
        return None if status is None else int(status)

    @property
    def grpc_message(self) -> str:
        return self.headers[-1].get("grpc-message", "")

    @property
    def is_trailers_only(self) -> bool:
        return len(self.headers) == 1 and self.ended and not self.body


class Client:
    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        # Header checks off: what is malformed must reach the server.
        config = h2.config.H2Configuration(
            header_encoding="utf-8",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.connection = h2.connection.H2Connection(config)
        self.connection.initiate_connection()
        self.answers: dict[int, Answer] = {}
        self.goaway: int | None = None
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.connection.data_to_send())

    def begin(self, path="/grpc.testing.TestService/UnaryCall", *, end=False, **changes) -> int:
        """Opens a stream. `changes` replace header fields; None leaves one out."""
        fields = {
            ":method": "POST",
            ":scheme": "http",
            ":path": path,
            ":authority": "localhost",
            "te": "trailers",
            "content-type": "application/grpc",
        }
        fields |= {name.replace("__", ":").replace("_", "-"): v for name, v in changes.items()}
        stream = self.connection.get_next_available_stream_id()
        self.answers[stream] = Answer()
        list_of_fields = [(name, value) for name, value in fields.items() if value is not None]
        self.connection.send_headers(stream, list_of_fields, end_stream=end)
        self.flush()
        return stream

    def send(self, stream: int, data: bytes, end=False):
        while data or end:
            window = self.connection.local_flow_control_window(stream)
            piece = data[: min(self.connection.max_outbound_frame_size, window)]
            data = data[len(piece) :]
            if piece or not data:
                self.connection.send_data(stream, piece, end_stream=end and not data)
                self.flush()
                if not data:
                    return
            else:
                self.receive()

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        for event in self.connection.receive_data(data):
            answer = self.answers.get(getattr(event, "stream_id", None))
            match event:
                case h2.events.ResponseReceived() | h2.events.TrailersReceived():
                    answer.headers.append(dict(event.headers))
                case h2.events.DataReceived():
                    answer.body += event.data
                    self.connection.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id
                    )
                case h2.events.StreamEnded():
                    answer.ended = True
                case h2.events.StreamReset():
                    answer.reset = event.error_code
                case h2.events.ConnectionTerminated():
                    self.goaway = event.error_code
        self.flush()

    def answer(self, stream: int, seconds: float = 10) -> Answer:
        """The stream's answer, when it has ended."""
        until = time.monotonic() + seconds
        answer = self.answers[stream]
        while not answer.ended and answer.reset is None:
            self.socket.settimeout(max(0.01, until - time.monotonic()))
            self.receive()
        return answer

    def call(self, body: bytes = framed(), path="/grpc.testing.TestService/UnaryCall", **changes):
        stream = self.begin(path, **changes)
        self.send(stream, body, end=True)
        return self.answer(stream)
