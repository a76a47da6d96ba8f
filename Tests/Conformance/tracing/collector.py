"""A collector of OpenTelemetry spans: grpcio's server of opentelemetry-proto's own TraceService."""

import concurrent.futures
import threading
import time

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


def attributes(message) -> dict:
    """A span's or resource's attributes as plain values."""
    return {
        pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in message.attributes
    }


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps all spans that it is sent; `answer` may refuse or delay an export."""

    def __init__(self, port: int = 0, answer=None, credentials=None):
        self.requests = []
        self.metadata = []
        self.answer = answer
        self.attempts = 0
        self._changed = threading.Condition()
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self.server)
        address = f"127.0.0.1:{port}"
        if credentials:
            self.port = self.server.add_secure_port(address, credentials)
        else:
            self.port = self.server.add_insecure_port(address)
        self.server.start()

    def Export(self, request, context):  # noqa: N802 (gRPC's name)
        with self._changed:
            self.attempts += 1
            attempt = self.attempts
        if self.answer and (response := self.answer(attempt, context)) is not None:
            self._keep(request, context)
            return response
        self._keep(request, context)
        return trace_service_pb2.ExportTraceServiceResponse()

    def _keep(self, request, context):
        with self._changed:
            self.requests.append(request)
            self.metadata.append(dict(context.invocation_metadata()))
            self._changed.notify_all()

    @property
    def spans(self) -> list:
        return [
            span
            for request in list(self.requests)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def calls(self) -> list:
        """Spans of whole calls."""
        return [span for span in self.spans if span.name.startswith("Recv.")]

    def wait(self, condition, seconds: float = 15):
        """Waits until `condition(self)` holds and gives its value."""
        until = time.monotonic() + seconds
        with self._changed:
            while not (value := condition(self)):
                left = until - time.monotonic()
                assert left > 0, f"not seen within {seconds} s; {len(self.spans)} spans came"
                self._changed.wait(min(left, 0.2))
        return value

    def stop(self):
        self.server.stop(0).wait()
