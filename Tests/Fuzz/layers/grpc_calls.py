"""gRPC: message frames that lie, and messages that are not what they should be, for every method."""

import contextlib
import re
import socket

import h2.exceptions

from layers.layer import Finding, PodLayer

# How a message is described that cannot be read; gRPC has no status but INTERNAL for that.
MALFORMED = re.compile(r"malformed|cannot read|cut short|[Cc]ompress|encoding|flag|more than one")

# A seed's file is <Method>.<what it is>.
METHODS = {
    "Ping": "/vigie.v1.Diagnostics/Ping",
    "ScoreApplication": "/vigie.v1.CreditScoring/ScoreApplication",
    "ModelInfer": "/inference.GRPCInferenceService/ModelInfer",
    "ModelStreamInfer": "/inference.GRPCInferenceService/ModelStreamInfer",
    "ModelMetadata": "/inference.GRPCInferenceService/ModelMetadata",
    "ModelConfig": "/inference.GRPCInferenceService/ModelConfig",
    "ModelReady": "/inference.GRPCInferenceService/ModelReady",
    "RepositoryIndex": "/inference.GRPCInferenceService/RepositoryIndex",
    "Check": "/grpc.health.v1.Health/Check",
    "ServerReflectionInfo": "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
}


class Calls(PodLayer):
    """One connection after the other, some calls each."""

    def __init__(self, dice, folder):
        super().__init__(dice, folder)
        self.client = None

    def ask(self, method: str, body: bytes, **headers):
        from h2_client import Client

        try:
            if self.client is None:
                self.client = Client(self.port)
            stream = self.client.begin(method, **headers)
            self.client.send(stream, body, end=True)
            answer = self.client.answer(stream, 30)
        except TimeoutError as error:
            raise Finding("a call was not answered within 30 s") from error
        except (OSError, h2.exceptions.ProtocolError):
            # It was told to go, or its stream was ended, while it was sending.
            self.drop()
            return
        if answer.reset is not None:
            return
        if answer.grpc_status is None and answer.http_status == "200":
            raise Finding(f"an answer without a status: {answer.headers}")
        # Else UNKNOWN and INTERNAL are for faults of ours.
        is_known = MALFORMED.search(answer.grpc_message)
        if answer.grpc_status in (2, 13) and not is_known:
            raise Finding(f"status {answer.grpc_status}: {answer.grpc_message}")
        if self.dice.random() < 0.01:
            self.drop()

    def drop(self):
        if self.client is not None:
            with contextlib.suppress(OSError):
                self.client.socket.shutdown(socket.SHUT_RDWR)
            self.client.socket.close()
            self.client = None

    def close(self):
        self.drop()
        super().close()


class Framing(Calls):
    """The five bytes before each message, compression, and several messages where one is due."""

    name = "grpc"

    def attempt(self, seed, data):
        headers = {}
        if self.dice.random() < 0.3:
            headers["grpc_encoding"] = self.dice.choice(
                ["gzip", "deflate", "identity", "br", "\x01"]
            )
        if self.dice.random() < 0.1:
            headers["grpc_timeout"] = self.dice.choice(["0n", "1S", "99999999H", "-1S", "1", "x"])
        if self.dice.random() < 0.1:
            headers["traceparent"] = self.dice.choice(
                ["00-" + "a" * 32, "", "zz-0-0-0", "00" * 200]
            )
        self.ask(METHODS[seed.split(".")[0]], data, **headers)


class Messages(Calls):
    """Protobuf messages in sound frames."""

    name = "messages"

    def attempt(self, seed, data):
        from h2_client import framed

        self.ask(METHODS[seed.split(".")[0]], framed(data))
