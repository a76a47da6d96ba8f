"""Exports to collectors that refuse, are slow, or go away: calls are never hurt."""

import threading
import time

import grpc
import pytest
from collector import Collector
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2


def traced(pod, port, *arguments):
    return pod(
        f"--trace-endpoint=127.0.0.1:{port}",
        "--trace-sample-ratio=1",
        "--trace-max-per-second=0",
        "--trace-delay=50ms",
        *arguments,
    )


def call(running, times=1):
    with grpc.insecure_channel(running.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for _ in range(times):
            health.Check(health_pb2.HealthCheckRequest(), timeout=5)


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.DATA_LOSS,
    ],
)
def test_what_may_be_tried_again_is(pod, collector, code):
    def answer(attempt, context):
        if attempt == 1:
            context.abort(code, "not now")

    backend = collector(answer=answer)
    running = traced(pod, backend.port)
    call(running)
    backend.wait(lambda c: c.calls)
    assert backend.attempts == 2 and len(backend.calls) == 1


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "UNAUTHENTICATED", "RESOURCE_EXHAUSTED"])
def test_what_may_not_is_dropped(pod, collector, code):
    def answer(attempt, context):
        if attempt == 1:
            context.abort(grpc.StatusCode[code], "never")

    backend = collector(answer=answer)
    running = traced(pod, backend.port)
    call(running)
    backend.wait(lambda c: c.attempts == 1)
    time.sleep(1)
    assert backend.attempts == 1
    call(running)
    backend.wait(lambda c: c.calls)
    assert backend.attempts == 2 and len(backend.calls) == 1


def test_a_collector_says_itself_when_to_come_again(pod, collector):
    times = []

    def answer(attempt, context):
        times.append(time.monotonic())
        if attempt > 1:
            return
        delay = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=2))
        detail = any_pb2.Any()
        detail.Pack(delay)
        status = status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, details=[detail])
        context.abort_with_status(rpc_status.to_status(status))

    backend = collector(answer=answer)
    running = traced(pod, backend.port)
    call(running)
    backend.wait(lambda c: c.calls)
    assert 1.9 < times[1] - times[0] < 8


def test_spans_that_are_refused_in_part_are_told_and_not_sent_again(pod, collector):
    def answer(attempt, context):
        partial = trace_service_pb2.ExportTracePartialSuccess(
            rejected_spans=1, error_message="too strange"
        )
        return trace_service_pb2.ExportTraceServiceResponse(partial_success=partial)

    backend = collector(answer=answer)
    running = traced(pod, backend.port)
    call(running)
    backend.wait(lambda c: c.calls)
    assert running.stop() == 0
    assert backend.attempts == 1
    assert "too strange" in running.log.read_text()


def test_what_waits_is_sent_before_the_pod_ends(pod, collector):
    backend = collector()
    running = traced(pod, backend.port, "--trace-delay=1h")
    call(running, 20)
    assert not backend.calls
    assert running.stop() == 0
    assert len(backend.calls) == 20


def test_exports_are_compressed_when_asked(pod, collector):
    backend = collector()
    running = traced(pod, backend.port, "--trace-compression=gzip")
    call(running)
    backend.wait(lambda c: c.calls)


def test_exports_go_over_tls_with_a_certificate_of_the_pods_own(pod, collector, certificates):
    read = {path.name: path.read_bytes() for path in certificates.iterdir()}
    credentials = grpc.ssl_server_credentials(
        [(read["server.key"], read["server.pem"])], read["ca.pem"], require_client_auth=True
    )
    backend = collector(credentials=credentials)
    running = pod(
        f"--trace-endpoint=https://localhost:{backend.port}",
        "--trace-sample-ratio=1",
        "--trace-delay=50ms",
        f"--trace-ca={certificates / 'ca.pem'}",
        f"--trace-cert={certificates / 'client.pem'}",
        f"--trace-key={certificates / 'client.key'}",
    )
    call(running)
    backend.wait(lambda c: c.calls)


def test_opentelemetrys_own_variables_are_understood(pod, collector, monkeypatch):
    backend = collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{backend.port}")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "by-variable")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=risk,service.name=loses")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "1.0")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-token=abc")
    running = pod()
    call(running)
    backend.wait(lambda c: c.calls)
    (resource,) = backend.requests[0].resource_spans
    told = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
    assert told["service.name"] == "by-variable" and told["team"] == "risk"
    assert backend.metadata[0]["x-token"] == "abc"


def test_a_variable_that_is_not_understood_stops_nothing(pod, monkeypatch, collector):
    backend = collector()
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "jaeger_remote")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{backend.port}")
    running = pod("--trace-sample-ratio=1", "--trace-delay=50ms")
    call(running)
    assert running.stop() == 0
    assert backend.attempts == 0


class Load:
    """Health checks from several threads, each of which must be answered in time."""

    def __init__(self, running, threads=3):
        self.running = running
        self.over = threading.Event()
        self.slowest = 0.0
        self.count = 0
        self.failures = []
        self.threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def _run(self):
        with grpc.insecure_channel(self.running.address) as channel:
            health = health_pb2_grpc.HealthStub(channel)
            while not self.over.is_set():
                try:
                    health.Check(health_pb2.HealthCheckRequest(), timeout=5)
                    self.count += 1
                except grpc.RpcError as error:
                    self.failures.append(error)

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def test_no_call_is_hurt_while_the_collector_is_gone_or_stands_still(pod, collector):
    first = collector()
    port = first.port
    running = traced(pod, port, "--trace-queue=256", "--trace-timeout=500ms", "--admin=127.0.0.1:0")
    with Load(running) as load:
        first.wait(lambda c: len(c.calls) > 100)
        first.stop()
        time.sleep(2)
        # It is back, and takes exports without ever answering them.
        release = threading.Event()
        stuck = collector(port, answer=lambda attempt, context: release.wait(30) and None)
        time.sleep(2)
        release.set()
        stuck.stop()
        # And in good health again.
        again = collector(port)
        again.wait(lambda c: len(c.calls) > 100, 30)
    assert not load.failures
    # Everything that was recorded is accounted for: taken, dropped, or still waiting.
    dropped = 'vigie_trace_calls_dropped_total{reason="queue_full"}'
    seen = running.metrics()
    assert seen[dropped] > 0 and seen["vigie_trace_export_failures_total"] > 0
    assert seen["vigie_trace_calls_exported_total"] > 0
    assert running.stop() == 0
    told = first.calls + stuck.calls + again.calls
    assert len({span.span_id for span in told}) + seen[dropped] >= load.count
    assert "cannot be exported" in running.log.read_text()
    assert "exported again" in running.log.read_text()


def test_a_pod_without_a_collector_starts_serves_and_ends_in_time(pod):
    with_nobody = Collector()
    with_nobody.stop()
    running = traced(pod, with_nobody.port, "--grace=2s")
    call(running, 10)
    began = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - began < 10
