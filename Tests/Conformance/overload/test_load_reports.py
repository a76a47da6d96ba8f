"""ORCA load reports (gRFC A51), read by grpcio with code made from the published messages."""

import base64
import concurrent.futures
import threading
import time

import grpc
import pytest
import stubs
from h2_client import Client, framed
from harness import ROOT, Process
from tritonclient.grpc import service_pb2, service_pb2_grpc

REGISTRY = str(ROOT / "Sources/pipelines/demo-registry")
KEY = "endpoint-load-metrics-bin"


def serve(start, *arguments: str) -> Process:
    return start("vigie", "serve", "--listen", "127.0.0.1:0", "--registry", REGISTRY, *arguments)


def ping_of(channel):
    stub = stubs.module("vigie.v1.diagnostics_pb2_grpc").DiagnosticsStub(channel)
    request = stubs.module("vigie.v1.diagnostics_pb2").PingRequest(payload=b"x")
    return stub.Ping.with_call, request


def ask(orca, milliseconds):
    request = orca[1].OrcaLoadReportRequest()
    request.report_interval.FromMilliseconds(milliseconds)
    return request


def test_reports_come_at_once_and_at_the_interval_asked_for(start, orca):
    process = serve(start, "--load-report-interval", "20ms")
    with grpc.insecure_channel(process.address) as channel:
        began = time.monotonic()
        stream = orca[2].OpenRcaServiceStub(channel).StreamCoreMetrics(ask(orca, 50), timeout=20)
        ping, request = ping_of(channel)
        reports = []
        for report in stream:
            reports.append(report)
            if any(one.rps_fractional > 0 for one in reports) and len(reports) >= 10:
                break
            ping(request)
        assert time.monotonic() - began >= 9 * 0.05
        stream.cancel()
    for report in reports:
        assert 0 <= report.cpu_utilization
        assert 0 <= report.mem_utilization <= 1
        assert report.eps == 0
    last = reports[-1]
    assert set(last.utilization) == {"loops", "workers"}
    assert 0 <= last.application_utilization <= 1


def test_nobody_is_told_more_often_than_the_server_likes(start, orca):
    process = serve(start, "--load-report-interval", "300ms")
    with grpc.insecure_channel(process.address) as channel:
        began = time.monotonic()
        stream = orca[2].OpenRcaServiceStub(channel).StreamCoreMetrics(ask(orca, 1), timeout=20)
        for _ in range(4):
            next(stream)
        assert time.monotonic() - began > 3 * 0.3
        stream.cancel()


def test_an_interval_below_zero_is_refused(start, orca):
    process = serve(start)
    with grpc.insecure_channel(process.address) as channel:
        stream = orca[2].OpenRcaServiceStub(channel).StreamCoreMetrics(ask(orca, -5), timeout=20)
        with pytest.raises(grpc.RpcError) as caught:
            next(stream)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "report_interval" in caught.value.details()


def test_what_the_workers_turn_away_is_load_too(start, orca):
    process = serve(
        start,
        *["--load-report-interval", "50ms", "--workers", "1", "--worker-queue-max", "1"],
        *["--inline-cost-max", "1us"],
    )
    done = threading.Event()
    request = service_pb2.ModelInferRequest(model_name="anomaly-autoencoder")
    with grpc.insecure_channel(process.address) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        wanted = service_pb2.ModelMetadataRequest(name=request.model_name)
        (tensor,) = stub.ModelMetadata(wanted, timeout=10).inputs
        shape = [2000, tensor.shape[1]]
        request.inputs.add(name=tensor.name, datatype="FP32", shape=shape)
        request.raw_input_contents.append(bytes(4 * shape[0] * shape[1]))

        def ask_on():
            codes = set()
            while not done.is_set():
                try:
                    stub.ModelInfer(request, timeout=20)
                except grpc.RpcError as error:
                    codes.add(error.code())
            return codes

        with concurrent.futures.ThreadPoolExecutor(8) as callers:
            try:
                asking = [callers.submit(ask_on) for _ in range(8)]
                stream = (
                    orca[2].OpenRcaServiceStub(channel).StreamCoreMetrics(ask(orca, 50), timeout=30)
                )
                assert any(report.application_utilization > 1.5 for report in stream)
                stream.cancel()
            finally:
                done.set()
            codes = set().union(*(one.result() for one in asking))
    assert codes == {grpc.StatusCode.RESOURCE_EXHAUSTED}


def test_a_drain_ends_the_streams(start, orca):
    process = serve(start, "--grace", "20")
    with grpc.insecure_channel(process.address) as channel:
        stream = orca[2].OpenRcaServiceStub(channel).StreamCoreMetrics(ask(orca, 50))
        next(stream)
        began = time.monotonic()
        process.terminate()
        with pytest.raises(grpc.RpcError) as caught:
            for _ in stream:
                pass
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        assert process.wait() == 0
        assert time.monotonic() - began < 15


@pytest.mark.parametrize("asked", [True, False])
def test_answers_carry_a_report_where_that_is_asked_for(start, orca, asked):
    process = serve(start, *(["--load-report-trailers"] if asked else []))
    # grpcio keeps this trailer for its own balancing and shows nobody.
    with Client(process.port) as client:
        path = "/vigie.v1.Diagnostics/Ping"
        answer = client.call(framed(), path=path)
    assert answer.grpc_status == 0
    value = answer.headers[-1].get(KEY)
    assert (value is not None) == asked
    if asked:
        padded = value + "=" * (-len(value) % 4)
        report = orca[0].OrcaLoadReport.FromString(base64.b64decode(padded))
        assert set(report.utilization) == {"loops", "workers"}
