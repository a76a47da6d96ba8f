"""gRPC's interop test service on grpcio's own server: the peer of our client."""

import threading
import time
from concurrent import futures

import grpc


class Recorder:
    """Calls as the server has seen them: path and metadata."""

    def __init__(self):
        self.calls: list[tuple[str, dict[str, str | bytes]]] = []


class Watcher(grpc.ServerInterceptor):
    def __init__(self, recorder):
        self.recorder = recorder

    def intercept_service(self, continuation, details):
        self.recorder.calls.append((details.method, dict(details.invocation_metadata)))
        return continuation(details)


def echo(context):
    metadata = dict(context.invocation_metadata())
    if value := metadata.get("x-grpc-test-echo-initial"):
        context.send_initial_metadata([("x-grpc-test-echo-initial", value)])
    if value := metadata.get("x-grpc-test-echo-trailing-bin"):
        context.set_trailing_metadata([("x-grpc-test-echo-trailing-bin", value)])


def check_status(request, context):
    if request.HasField("response_status") and request.response_status.code:
        codes = {code.value[0]: code for code in grpc.StatusCode}
        context.abort(codes[request.response_status.code], request.response_status.message)


def check_compression(request, context):
    """grpcio does not show a message's flag; the call's encoding is as near as one can get."""
    if request.HasField("expect_compressed") and request.expect_compressed.value:
        metadata = dict(context.invocation_metadata())
        if metadata.get("x-sent-compressed") == "no":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "not compressed")


def service(protos):
    messages = protos("grpc/testing/messages")[0]
    services = protos("grpc/testing/test")[1]
    empty = protos("grpc/testing/empty")[0].Empty

    class TestService(services.TestServiceServicer):
        def EmptyCall(self, request, context):
            echo(context)
            return empty()

        def UnaryCall(self, request, context):
            echo(context)
            if request.response_compressed.value:
                context.set_compression(grpc.Compression.Gzip)
            check_status(request, context)
            body = bytes(request.response_size)
            return messages.SimpleResponse(payload=messages.Payload(body=body))

        def _responses(self, request):
            for parameters in request.response_parameters:
                if parameters.interval_us:
                    time.sleep(parameters.interval_us / 1e6)
                body = bytes(parameters.size)
                yield messages.StreamingOutputCallResponse(payload=messages.Payload(body=body))

        def StreamingOutputCall(self, request, context):
            if any(one.compressed.value for one in request.response_parameters):
                context.set_compression(grpc.Compression.Gzip)
            yield from self._responses(request)

        def StreamingInputCall(self, requests, context):
            total = sum(len(request.payload.body) for request in requests)
            return messages.StreamingInputCallResponse(aggregated_payload_size=total)

        def FullDuplexCall(self, requests, context):
            echo(context)
            for request in requests:
                check_status(request, context)
                yield from self._responses(request)

    return TestService(), services.add_TestServiceServicer_to_server


class Peer:
    """A grpcio server on a port of its own; `fail` decides call by call whether it fails first."""

    def __init__(self, protos, port=0, credentials=None, fail=None, options=()):
        self.recorder = Recorder()
        self.server = grpc.server(
            futures.ThreadPoolExecutor(16),
            interceptors=[Watcher(self.recorder), *([Failing(fail)] if fail else [])],
            options=[("grpc.so_reuseport", 0), *options],
        )
        servicer, add = service(protos)
        add(servicer, self.server)
        address = f"127.0.0.1:{port}"
        if credentials:
            self.port = self.server.add_secure_port(address, credentials)
        else:
            self.port = self.server.add_insecure_port(address)
        self.server.start()

    def stop(self):
        self.server.stop(None).wait(10)


class Failing(grpc.ServerInterceptor):
    """Ends a call with what `fail(number)` says: a code and trailing metadata, or None for no
    failure. Calls are numbered from 1."""

    def __init__(self, fail):
        self.fail = fail
        self.count = 0
        self.lock = threading.Lock()

    def intercept_service(self, continuation, details):
        with self.lock:
            self.count += 1
            verdict = self.fail(self.count)
        handler = continuation(details)
        if verdict is None:
            return handler
        code, trailers = verdict

        def refuse(request, context):
            context.set_trailing_metadata(trailers)
            context.abort(code, "on purpose")

        return grpc.unary_unary_rpc_method_handler(
            refuse, handler.request_deserializer, handler.response_serializer
        )
