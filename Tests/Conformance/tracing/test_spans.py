"""Spans as a collector gets them."""

import json
import secrets
import time
import urllib.request

import grpc
import pytest
from collector import attributes
from grpc_health.v1 import health_pb2, health_pb2_grpc
from harness import DEMO
from opentelemetry.instrumentation.grpc import client_interceptor
from opentelemetry.instrumentation.grpc.grpcext import intercept_channel
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import SpanContext, TraceFlags
from stubs import module

PARTS = ["receive", "decode", "inference", "encode"]


def traced(pod, collector, *arguments):
    return pod(
        f"--trace-endpoint=http://127.0.0.1:{collector.port}",
        "--trace-sample-ratio=1",
        "--trace-delay=50ms",
        *arguments,
    )


def test_a_call_is_a_span_with_its_parts_below(pod, collector):
    backend = collector()
    running = traced(pod, backend, "--workers=0")
    running.infer(rows=3)
    name = "Recv.inference.GRPCInferenceService.ModelInfer"
    span = backend.wait(lambda c: [s for s in c.calls if s.name == name])[0]
    assert span.kind == trace_pb2.Span.SPAN_KIND_SERVER
    assert len(span.trace_id) == 16 and len(span.span_id) == 8 and not span.parent_span_id
    assert span.status.code == trace_pb2.Status.STATUS_CODE_UNSET
    assert 0 < span.end_time_unix_nano - span.start_time_unix_nano < 10e9
    told = attributes(span)
    assert told["rpc.system"] == told["rpc.system.name"] == "grpc"
    assert told["rpc.method"] == "inference.GRPCInferenceService/ModelInfer"
    assert told["rpc.response.status_code"] == "OK"
    assert told["server.address"] == told["network.peer.address"] == "127.0.0.1"
    assert (told["vigie.model"], told["vigie.version"], told["vigie.arm"]) == (
        "anomaly-forest",
        "1",
        "stable",
    )
    assert told["vigie.rows"] == 3 and told["vigie.request.bytes"] > 0
    below = [s for s in backend.spans if s.parent_span_id == span.span_id]
    assert [s.name for s in below] == PARTS
    assert all(s.trace_id == span.trace_id for s in below)
    edges = [span.start_time_unix_nano]
    for part in below:
        assert part.start_time_unix_nano == edges[-1] <= part.end_time_unix_nano
        edges.append(part.end_time_unix_nano)
    assert edges[-1] == span.end_time_unix_nano


def test_a_call_that_waits_for_a_worker_shows_it(pod, collector):
    backend = collector()
    running = traced(pod, backend, "--workers=1", "--inline-cost-max=0")
    running.infer(rows=2000)
    queue = backend.wait(lambda c: [s for s in c.spans if s.name == "queue"])[0]
    (call,) = [s for s in backend.calls if s.span_id == queue.parent_span_id]
    assert attributes(call)["vigie.rows"] == 2000


def test_each_request_of_a_stream_has_its_parts(pod, collector):
    backend = collector()
    running = traced(pod, backend, "--workers=0")
    pb = module("vigie.v1.credit_pb2")
    features = json.loads((DEMO / "credit-german/2/manifest.json").read_text())
    request = pb.ScoreApplicationRequest(model="credit-german")
    for feature in features["signature"]["features"]:
        value = request.features[feature["name"]]
        if feature["kind"] == "category":
            value.text = feature["categories"][0]
        else:
            value.number = feature.get("min", 1)
    with grpc.insecure_channel(running.address) as channel:
        stub = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
        answers = list(stub.ScoreApplications(iter([request] * 100), timeout=30))
    assert len(answers) == 100 and not any(answer.HasField("error") for answer in answers)
    (call,) = backend.wait(lambda c: c.calls)
    told = attributes(call)
    assert (told["vigie.rows"], told["vigie.request.messages"]) == (100, 100)
    below = [s.name for s in backend.spans if s.parent_span_id == call.span_id]
    # The first 64 one by one.
    assert below == ["decode", "inference", "encode"] * 64


def test_the_resource_says_who_it_is(pod, collector):
    backend = collector()
    running = traced(
        pod,
        backend,
        "--service-name=scoring",
        "--resource-attributes=deployment.environment.name=test,team=a%20b",
        "--trace-headers=api-key=s3cret",
    )
    running.infer()
    backend.wait(lambda c: c.calls)
    (resource, *_) = backend.requests[0].resource_spans
    told = attributes(resource.resource)
    assert told["service.name"] == "scoring" and told["service.version"]
    assert told["deployment.environment.name"] == "test" and told["team"] == "a b"
    assert told["service.instance.id"] and told["telemetry.sdk.language"] == "swift"
    assert resource.scope_spans[0].scope.name == "vigie"
    assert backend.metadata[0]["api-key"] == "s3cret"


def test_what_fails_by_the_servers_fault_is_an_error_and_what_the_caller_did_is_not(
    pod, collector, connect
):
    backend = collector()
    running = traced(pod, backend)
    channel = connect(running)
    with pytest.raises(grpc.RpcError):
        channel.unary_unary("/no.Such/Method")(b"", timeout=5)
    with pytest.raises(grpc.RpcError):
        channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")(b"", timeout=5)
    backend.wait(lambda c: len(c.calls) == 2)
    unknown, refused = sorted(backend.calls, key=lambda s: s.name)
    assert unknown.name == "Recv._OTHER"
    assert attributes(unknown)["rpc.method_original"] == "/no.Such/Method"
    assert unknown.status.code == trace_pb2.Status.STATUS_CODE_ERROR
    assert "no.Such" in unknown.status.message
    assert refused.status.code == trace_pb2.Status.STATUS_CODE_UNSET
    assert attributes(refused)["rpc.response.status_code"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("sampled", [False, True])
def test_a_callers_trace_goes_on_as_he_decided(pod, collector, binary, sampled):
    backend = collector()
    running = traced(pod, backend)
    ids = RandomIdGenerator()
    context = SpanContext(
        ids.generate_trace_id(), ids.generate_span_id(), True, TraceFlags(int(sampled))
    )
    trace, span = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    if binary:
        raw = b"\0\0" + bytes.fromhex(trace) + b"\1" + bytes.fromhex(span) + bytes([2, sampled])
        headers = [("grpc-trace-bin", raw)]
    else:
        flags = f"{int(sampled):02x}"
        headers = [("traceparent", f"00-{trace}-{span}-{flags}"), ("tracestate", "a=1, b=2")]
    with grpc.insecure_channel(running.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        health.Check(health_pb2.HealthCheckRequest(), metadata=headers, timeout=5)
        # One that is recorded tells that the one before it would have come.
        health.Check(health_pb2.HealthCheckRequest(), timeout=5)
    backend.wait(lambda c: any(not s.parent_span_id for s in c.calls))
    mine = [s for s in backend.calls if s.trace_id.hex() == trace]
    assert len(mine) == int(sampled)
    for one in mine:
        assert one.parent_span_id.hex() == span and one.span_id.hex() != span
        assert one.trace_state == ("" if binary else "a=1,b=2")
        # Bits of SpanFlags: sampled, and a parent in another process.
        assert one.flags & 0x301 == 0x301


def test_the_same_traces_are_sampled_as_by_opentelemetrys_sdk(pod, collector):
    backend = collector()
    ratio = 0.3
    running = traced(pod, backend, "--trace-sampler=traceidratio", f"--trace-sample-ratio={ratio}")
    theirs = TraceIdRatioBased(ratio)
    ids = [secrets.randbits(128) | 1 for _ in range(300)]
    # Around the bound, to the last bit.
    ids += [1 << 100 | (theirs.bound + step) for step in (-2, -1, 0, 1)]
    with grpc.insecure_channel(running.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for trace in ids:
            header = ("traceparent", f"00-{trace:032x}-00000000000000ff-00")
            health.Check(health_pb2.HealthCheckRequest(), metadata=[header], timeout=5)
    wanted = {trace for trace in ids if theirs.should_sample(None, trace, "").decision.is_sampled()}
    assert 30 < len(wanted) < 200
    backend.wait(lambda c: len(c.calls) >= len(wanted))
    assert {int(s.trace_id.hex(), 16) for s in backend.calls} == wanted


def test_errors_and_slow_calls_are_kept_though_nothing_is_sampled(pod, collector, connect):
    backend = collector()
    running = traced(
        pod, backend, "--trace-sample-ratio=0", "--trace-keep-errors", "--trace-keep-slow=50ms"
    )
    running.infer()
    channel = connect(running)
    with pytest.raises(grpc.RpcError):
        channel.unary_unary("/no.Such/Method")(b"", timeout=5)
    watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
    next(watch)
    time.sleep(0.1)
    watch.cancel()
    backend.wait(lambda c: len(c.calls) == 2)
    assert {s.name for s in backend.calls} == {"Recv._OTHER", "Recv.grpc.health.v1.Health.Watch"}


def test_no_more_are_recorded_a_second_than_may(pod, collector):
    backend = collector()
    running = traced(pod, backend, "--trace-max-per-second=5", "--loops=1")
    with grpc.insecure_channel(running.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for _ in range(100):
            health.Check(health_pb2.HealthCheckRequest(), timeout=5)
    assert running.stop() == 0
    assert 5 <= len(backend.calls) < 50


def test_a_client_that_opentelemetry_instruments_is_the_parent(pod, collector):
    backend = collector()
    running = traced(pod, backend, "--trace-sample-ratio=0")
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    interceptor = client_interceptor(tracer_provider=provider)
    with grpc.insecure_channel(running.address) as channel:
        health = health_pb2_grpc.HealthStub(intercept_channel(channel, interceptor))
        health.Check(health_pb2.HealthCheckRequest(), timeout=5)
    (mine,) = kept.get_finished_spans()
    (theirs,) = backend.wait(lambda c: c.calls)
    assert int(theirs.trace_id.hex(), 16) == mine.context.trace_id
    assert int(theirs.parent_span_id.hex(), 16) == mine.context.span_id
    assert mine.start_time <= theirs.start_time_unix_nano
    # The two clocks are one, but the offset between its readings is taken once a batch.
    assert theirs.end_time_unix_nano <= mine.end_time + 1_000_000


def test_sampled_calls_are_exemplars_of_histograms(pod, collector):
    backend = collector()
    running = traced(pod, backend, "--admin=127.0.0.1:0")
    running.infer()
    (span,) = backend.wait(lambda c: [s for s in c.calls if s.name.endswith(".ModelInfer")])
    request = urllib.request.Request(
        f"http://{running.admin}/metrics", headers={"Accept": "application/openmetrics-text"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        text = answer.read().decode()
    assert f'trace_id="{span.trace_id.hex()}"' in text
