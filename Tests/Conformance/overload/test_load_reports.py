"""ORCA load reports (gRFC A51), read by grpcio with code made from the published messages."""

import base64
import json
import signal
import subprocess
import time

import grpc
import pytest
import stubs
from h2_client import Client, framed
from harness import ROOT, Process, binary

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


def test_what_the_workers_turn_away_is_load_too(start, orca, tmp_path):
    process = serve(
        start,
        *["--load-report-interval", "50ms", "--workers", "1", "--worker-queue-max", "1"],
        *["--inline-cost-max", "1us"],
    )
    # Callers in Python are too slow to keep a worker busy.
    load = subprocess.Popen(
        [
            *[binary("vigie-load"), "--target", process.address, "--model", "cash-lstm"],
            *["--method", "infer", "--rate", "30k", "--duration", "20s"],
            *["--connections", "2", "--streams", "300", "--lag-max", "0", "--quiet"],
            *["--json", tmp_path / "load.json"],
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with grpc.insecure_channel(process.address) as channel:
            stub = orca[2].OpenRcaServiceStub(channel)
            stream = stub.StreamCoreMetrics(ask(orca, 50), timeout=19)
            assert any(report.application_utilization > 1.2 for report in stream)
            stream.cancel()
    finally:
        load.send_signal(signal.SIGINT)
        load.wait(30)
    outcomes = json.loads((tmp_path / "load.json").read_text())["outcomes"]
    assert set(outcomes) - {"not sent"} == {"OK", "RESOURCE_EXHAUSTED"}


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
