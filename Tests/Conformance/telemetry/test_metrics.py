"""What /metrics says is what clients did: by the real Prometheus, promtool and prometheus_client."""

import gzip
import shutil
import subprocess
import urllib.request

import pytest
from known_load import CALLS
from prometheus_client.openmetrics import parser as open_metrics
from prometheus_client.parser import text_string_to_metric_families

METHODS = sorted({method for method, _ in CALLS})


def fetch(pod, **headers):
    request = urllib.request.Request(f"http://{pod.admin}/metrics", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers, answer.read()


def test_promtool_finds_nothing_to_complain_of(loaded):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (apt: prometheus)")
    _, body = fetch(loaded)
    check = subprocess.run(
        ["promtool", "check", "metrics"], input=body, capture_output=True, check=False, timeout=30
    )
    assert (check.returncode, check.stdout, check.stderr) == (0, b"", b"")


@pytest.mark.parametrize("method, status", sorted(CALLS))
def test_calls_are_counted_by_method_and_status(prometheus, method, status):
    labels = f'{{grpc_method="{method}",grpc_status="{status}"}}'
    assert (
        prometheus.value(f"grpc_server_call_duration_seconds_count{labels}")
        == CALLS[method, status]
    )


@pytest.mark.parametrize("method", METHODS)
def test_as_many_calls_have_ended_as_began(prometheus, method):
    made = sum(count for (name, _), count in CALLS.items() if name == method)
    started = f'grpc_server_call_started_total{{grpc_method="{method}"}}'
    assert prometheus.value(started) == made
    ended = f'sum(grpc_server_call_duration_seconds_count{{grpc_method="{method}"}})'
    assert prometheus.value(ended) == made


def test_requests_are_counted_by_version_and_arm(prometheus):
    def count(version, arm):
        labels = f'{{model="credit-default",version="{version}",arm="{arm}"}}'
        return prometheus.value(f"vigie_model_request_duration_seconds_count{labels}")

    assert count(2, "stable") == 500
    assert count(1, "pinned") == 50
    assert count(1, "stable") == 0
    failures = 'vigie_model_failures_total{model="credit-default",version="2",reason="error"}'
    assert prometheus.value(failures) == 20


def test_stages_add_up_to_the_whole(prometheus):
    labels = '{model="credit-default",version="2",arm="stable"}'
    whole = prometheus.value(f"vigie_model_request_duration_seconds_sum{labels}")
    stages = prometheus.value(f"sum(vigie_model_stage_duration_seconds_sum{labels})")
    assert stages == pytest.approx(whole, rel=1e-9)
    assert prometheus.value(f"count(vigie_model_stage_duration_seconds_count{labels} == 500)") == 4


def test_message_sizes_are_those_of_the_messages(prometheus):
    labels = '{grpc_method="vigie.v1.Diagnostics/Ping",grpc_status="OK"}'
    for way in ("sent", "rcvd"):
        name = f"grpc_server_call_{way}_total_compressed_message_size_bytes"
        # A payload of 2,000 bytes, with its tag and length.
        assert prometheus.value(f"{name}_sum{labels}") == 400 * 2003


@pytest.mark.parametrize("quantile", [0.5, 0.99])
def test_native_and_classic_quantiles_agree_as_far_as_buckets_allow(prometheus, native, quantile):
    name = "grpc_server_call_duration_seconds"
    method = '{grpc_method="vigie.v1.Diagnostics/Ping",grpc_status="OK"}'
    fine = native.value(f"histogram_quantile({quantile}, {name}{method})")
    coarse = prometheus.value(f"histogram_quantile({quantile}, {name}_bucket{method})")
    assert 1e-7 < fine < 1
    # Classic bounds are up to 2.5 apart.
    assert fine / 2.6 < coarse < fine * 2.6
    total = native.value(f"histogram_count({name}{method})")
    assert total == CALLS["vigie.v1.Diagnostics/Ping", "OK"]
    # No classic series is kept beside a native histogram.
    assert native.query(f"{name}_bucket{method}") == []


def test_a_native_histogram_has_the_sum_of_the_classic_one(prometheus, native):
    name = "vigie_model_request_duration_seconds"
    labels = '{model="credit-default",version="2",arm="stable"}'
    assert native.value(f"histogram_count({name}{labels})") == 500
    total = prometheus.value(f"{name}_sum{labels}")
    assert native.value(f"histogram_sum({name}{labels})") == pytest.approx(total, rel=1e-12)


def test_open_metrics_is_read_by_prometheus_client(loaded):
    headers, body = fetch(loaded, Accept="application/openmetrics-text; version=1.0.0")
    assert headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    families = {
        family.name: family for family in open_metrics.text_string_to_metric_families(body.decode())
    }
    started = families["grpc_server_call_started"]
    assert started.type == "counter"
    assert families["grpc_server_call_duration_seconds"].unit == "seconds"


def test_the_text_formats_have_the_same_families(loaded):
    _, text = fetch(loaded)
    _, other = fetch(loaded, Accept="application/openmetrics-text")
    plain = {family.name for family in text_string_to_metric_families(text.decode())}
    assert plain == {
        family.name for family in open_metrics.text_string_to_metric_families(other.decode())
    }


def test_an_answer_is_compressed_for_those_who_take_it(loaded):
    headers, body = fetch(loaded, **{"Accept-Encoding": "deflate, gzip;q=0.5"})
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body).startswith(b"# HELP ")
    headers, body = fetch(loaded, **{"Accept-Encoding": "gzip;q=0"})
    assert headers["content-encoding"] is None
    assert body.startswith(b"# HELP ")


def test_the_process_is_told_of_by_its_usual_names(prometheus, loaded):
    resident = prometheus.value("process_resident_memory_bytes")
    status = open(f"/proc/{loaded.process.pid}/status").read()
    kilobytes = int(status.split("VmRSS:")[1].split()[0])
    assert resident == pytest.approx(kilobytes * 1024, rel=0.25)
    assert 0 < prometheus.value("process_cpu_seconds_total") < 60
    assert prometheus.value("time() - process_start_time_seconds") < 600
    assert prometheus.value("process_open_fds") > 5


def test_loops_and_connections_are_told_of(prometheus):
    assert prometheus.value("count(vigie_loop_busy_seconds_total)") == 2
    assert prometheus.value("sum(vigie_connections_accepted_total)") >= 1
    assert prometheus.value("sum(vigie_http2_streams_total)") == sum(CALLS.values())
    assert 0 <= prometheus.value("vigie_inflight_utilization_ratio") < 1
    assert prometheus.value("sum(vigie_network_received_bytes_total)") > 400 * 2000
