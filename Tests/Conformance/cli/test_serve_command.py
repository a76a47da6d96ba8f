"""`vigie serve`, as the people who run it meet it: help, settings, errors, probes, signals."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import grpc
import pytest
import test_file_settings
from grpc_health.v1 import health_pb2, health_pb2_grpc
from harness import DEMO, Pod, binary

# What each setting can be given besides its default, for tests that set every one.
OTHER_VALUES = {
    "listen": "127.0.0.1:0",
    "admin": "127.0.0.1:0",
    "loops": "1",
    "grace": "3s",
    "keep-versions": "2",
    "version-policy": "latest:3;fraud-score=versions:1,2;other=all",
    "registry-poll-interval": "500ms",
    "registry-cache-bytes": "64MiB",
    "trusted-keys-interval": "2s",
    "tls-client-auth": "optional",
    "tls-reload-interval": "1s",
    "log-level": "warning",
    "log-format": "json",
    "access-log": "true",
    "access-log-sample": "0.5",
    "log-file": "stdout",
    "slow-request": "250ms",
    "trace-endpoint": "http://127.0.0.1:9",
    "trace-sample-ratio": "0.25",
    "trace-sampler": "traceidratio",
    "trace-max-per-second": "50",
    "trace-keep-errors": "true",
    "trace-keep-slow": "1s",
    "trace-queue": "512",
    "trace-batch": "64",
    "trace-delay": "200ms",
    "trace-timeout": "2s",
    "trace-compression": "gzip",
    "trace-headers": "api-key=s3cret",
    "service-name": "scoring",
    "resource-attributes": "team=risk,deployment.environment.name=test",
    "max-connections": "500",
    "max-concurrent-streams": "50",
    "max-concurrent-calls": "5000",
    "max-deferred-calls": "100",
    "shed-retry-after": "50ms",
    "overload-latency": "10ms",
    "overload-tolerance": "12",
    "load-report-interval": "2s",
    "load-report-trailers": "true",
    "no-load-shedding": "true",
    "max-buffered-request-bytes": "64MiB",
    "header-timeout": "4s",
    "max-ping-strikes": "3",
    "control-frame-burst": "500",
    "control-frames-per-second": "20",
    "oversized-headers-burst": "50",
    "max-outbound-acks": "500",
    "max-paused-bytes": "8MiB",
    "max-unread-bytes": "4MiB",
    "max-memory": "4GiB",
    "accept-backlog": "128",
    "max-request-bytes": "1MiB",
    "max-response-bytes": "2MiB",
    "max-header-bytes": "32KiB",
    "handshake-timeout": "5s",
    "request-timeout": "6s",
    "write-timeout": "7s",
    "max-connection-idle": "1h",
    "max-connection-age": "2h",
    "max-connection-age-grace": "9s",
    "keepalive-time": "10m",
    "keepalive-timeout": "11s",
    "workers": "3",
    "inline-cost-max": "150us",
    "worker-queue-max": "100",
    "max-worker-bytes": "128MiB",
    "worker-niceness": "5",
    "batch-max-rows": "128",
    "batch-max-delay": "750us",
    "batch-preferred-rows": "16",
    "max-batch-rows": "50000",
    "min-ping-interval": "1m",
    "permit-pings-without-calls": "true",
    "reset-burst": "200",
    "resets-per-second": "20",
    "max-continuations": "4",
    "stream-window": "128KiB",
    "connection-window": "1MiB",
    "max-metric-series": "5000",
    "decision-log": "file:decisions;sqlite:decisions.db",
    "decision-log-mode": "best-effort",
    "decision-log-chain": "pod-7",
    "decision-log-queue": "8MiB",
    "decision-log-segment-bytes": "1MiB",
    "decision-log-segment-age": "1h",
    "decision-log-sync-interval": "200ms",
    "decision-log-timeout": "3s",
    "drift-window": "5m",
    "rollouts-wait": "5s",
}
# Those that need files or servers have tests of their own, in all three ways, too.
ELSEWHERE = {"config", *test_file_settings.SETTINGS}


@pytest.fixture
def pod(tmp_path):
    """Pods write what they write, such as decision logs, into the test's folder."""
    pods = []

    def start(*arguments, env=None, registry=DEMO, listen="127.0.0.1:0"):
        given = [f"--registry={registry}"] if registry else []
        given += [f"--listen={listen}"] if listen else []
        pods.append(Pod(*given, *arguments, env=env, cwd=tmp_path))
        return pods[-1]

    yield start
    for one in pods:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def run(*arguments, env=None):
    return subprocess.run(
        [binary("vigie"), *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **(env or {})},
    )


def documented_settings():
    return set(
        re.findall(r"^ {2}(?:-\w, )?--([a-z0-9-]+)", run("serve", "--help").stdout, re.MULTILINE)
    )


def test_help_names_every_setting_and_the_tests_set_each_of_them():
    settings = documented_settings() - {"version", "help"}
    assert settings == set(OTHER_VALUES) | ELSEWHERE


def test_a_yaml_file_sets_every_setting(pod, tmp_path):
    file = tmp_path / "vigie.yaml"
    lines = [f"{name}: {value}" for name, value in OTHER_VALUES.items()]
    file.write_text("\n".join([*lines, f"registry: {DEMO}"]))
    running = pod("--config", file, registry=None, listen=None)
    assert running.admin and "1 loop, 3 workers," in running.line
    assert running.get("/readyz")[0] == 200
    assert running.stop() == 0


def test_variables_set_every_setting(pod):
    env = {f"VIGIE_{k.upper().replace('-', '_')}": v for k, v in OTHER_VALUES.items()}
    running = pod(env={**env, "VIGIE_REGISTRY": str(DEMO)}, registry=None, listen=None)
    assert running.admin and "1 loop, 3 workers," in running.line
    assert running.stop() == 0


def test_flags_win_over_variables_and_variables_over_the_file(pod, tmp_path):
    file = tmp_path / "vigie.yaml"
    file.write_text("loops: 3\n")
    assert "3 loops" in pod("--config", file).line
    assert "2 loops" in pod("--config", file, env={"VIGIE_LOOPS": "2"}).line
    assert "1 loop," in pod("--config", file, "--loops", 1, env={"VIGIE_LOOPS": "2"}).line
    assert "3 loops" in pod(env={"VIGIE_CONFIG": str(file)}).line


def test_variables_that_kubernetes_makes_for_a_service_named_vigie_are_no_settings(pod):
    env = {"VIGIE_SERVICE_HOST": "10.0.0.1", "VIGIE_PORT": "tcp://10.0.0.1:8500"}
    assert pod(env=env).stop() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--registry <dir|url>"]),
        (["--registry", "{tmp}", "--loops", "many"], ["many", "--loops"]),
        (["--registry", "{tmp}", "--loops", "0"], ["--loops", "1 to 1024"]),
        (["--registry", "{tmp}", "--loop", "1"], ["--loop", "--loops"]),
        (["--registry", "{tmp}", "--workers", "-1"], ["--workers"]),
        (["--registry", "{tmp}", "--worker-niceness", "20"], ["--worker-niceness", "0 to 19"]),
        (
            ["--registry", "{tmp}", "--batch-max-rows", "8", "--batch-preferred-rows", "9"],
            ["--batch-preferred-rows", "1 to 8"],
        ),
        (["--registry", "{tmp}", "--batch-max-delay", "2s"], ["--batch-max-delay", "at most 1s"]),
        (["--registry", "{tmp}", "--grace", "soon"], ["soon", "--grace"]),
        (["--registry", "{tmp}", "--max-request-bytes", "-5"], ["--max-request-bytes"]),
        (["--registry", "{tmp}", "--tls-cert", "a.pem"], ["--tls-key is missing"]),
        (["--registry", "{tmp}", "--tls-client-ca", "a.pem"], ["--tls-cert"]),
        (["--registry", "{tmp}", "--listen", "nowhere"], ["--listen", "HOST:PORT"]),
        (["--registry", "{tmp}", "--listen", "192.0.2.1:1"], ["--listen", "192.0.2.1"]),
        (["--registry", "{tmp}/nothing"], ["--registry", "{tmp}/nothing", "No such file"]),
        (["--registry", "{tmp}", "--tls-cert", "no.pem", "--tls-key", "no.key"], ["no.pem"]),
        (["--registry", "{tmp}", "--config", "{tmp}/no.yaml"], ["{tmp}/no.yaml"]),
        (["--registry", "{tmp}", "--log-file", "{tmp}/no/log"], ["--log-file", "{tmp}/no/log"]),
        (["--registry", "{tmp}", "--access-log-sample", "1.5"], ["--access-log-sample", "0 to 1"]),
        (["--registry", "{tmp}", "--trace-endpoint", "ftp://a/b"], ["--trace-endpoint", "ftp"]),
        (["--registry", "{tmp}", "--trace-sample-ratio", "2"], ["--trace-sample-ratio", "0.0 to"]),
        (["--registry", "{tmp}", "--trace-sampler", "some"], ["some", "parentbased_always_on"]),
        (["--registry", "{tmp}", "--trace-cert", "a.pem"], ["--trace-key", "missing"]),
        (["--registry", "{tmp}", "--trace-headers", "token"], ["token", "--trace-headers"]),
    ],
)
def test_what_is_wrong_is_named(arguments, words, tmp_path):
    done = run("serve", *[argument.format(tmp=tmp_path) for argument in arguments])
    assert done.returncode != 0
    assert done.stdout == ""
    for word in words:
        assert word.format(tmp=tmp_path) in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("loop: 1\n", [":1:", "unknown setting 'loop'", "did you mean 'loops'"]),
        ("listen: 127.0.0.1:0\nmax_connections: 5\n", [":2:", "did you mean 'max-connections'"]),
        ("loops: [1, 2]\n", ["'loops' must be a single value"]),
        ("just text\n", ["expected settings"]),
        ("a: [b\n", ["not valid YAML"]),
    ],
)
def test_a_wrong_file_is_explained(text, words, tmp_path):
    file = tmp_path / "vigie.yaml"
    file.write_text(text)
    done = run("serve", "--registry", tmp_path, "--config", file)
    assert done.returncode != 0
    for word in [str(file), *words]:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("max-connections", "many", ["many", "--max-connections"]),
        ("loops", "0", ["1 to 1024"]),
        ("access-log", "maybe", ["true or false", "maybe"]),
        ("tls-cert", "a.pem", ["--tls-key is missing"]),
        ("listen", "nowhere", ["HOST:PORT"]),
    ],
)
def test_a_wrong_value_is_told_with_the_line_or_variable_it_comes_from(
    setting, value, words, tmp_path
):
    file = tmp_path / "vigie.yaml"
    file.write_text(f"grace: 5s\n{setting}: {value}\n")
    variable = f"VIGIE_{setting.upper().replace('-', '_')}"
    in_file = run("serve", "--registry", tmp_path, "--config", file)
    in_environment = run("serve", "--registry", tmp_path, env={variable: value})
    for done, place in ((in_file, f"{file}:2: "), (in_environment, f"{variable}: ")):
        assert done.returncode in (64, 78)
        for word in [place, *words]:
            assert word in done.stderr


def test_a_file_cannot_name_another(tmp_path):
    file = tmp_path / "vigie.yaml"
    file.write_text("config: other.yaml\n")
    done = run("serve", "--registry", tmp_path, "--config", file)
    assert done.returncode != 0
    assert f"{file}:1: unknown setting 'config'" in done.stderr


def test_what_is_wrong_with_a_certificate_file_is_said(tmp_path):
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    for file, reason in ((tmp_path / "none.pem", "No such file"), (text, "no start line")):
        done = run("serve", "--registry", tmp_path, "--tls-cert", file, "--tls-key", file)
        assert done.returncode == 78
        assert str(file) in done.stderr and reason in done.stderr


def test_a_start_that_fails_ends_in_order_with_what_was_logged(tmp_path):
    # The log's thread used to run on after its log had been freed.
    broken = tmp_path / "credit/1"
    broken.mkdir(parents=True)
    (broken / "manifest.json").write_text("{}")
    for _ in range(20):
        done = run("serve", "--registry", tmp_path, "--listen", "192.0.2.1:1")
        assert done.returncode == 78
        assert "192.0.2.1" in done.stderr and "credit/1" in done.stderr


def test_an_unreadable_registry_says_what_to_do(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    done = run("serve", "--registry", file)
    assert done.returncode == 78
    assert str(file) in done.stderr and "--registry" in done.stderr


def test_an_address_in_use_is_named(pod):
    # A listener without SO_REUSEPORT: ours share their port among loops.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run("serve", "--registry", DEMO, "--listen", address)
    assert done.returncode == 78
    assert address in done.stderr and "in use" in done.stderr


def test_the_admin_port_tells_how_the_pod_is(pod):
    running = pod("--admin", "127.0.0.1:0")
    assert running.get("/healthz") == (200, "ok\n")
    assert running.get("/readyz") == (200, "ready\n")
    assert json.loads(running.get("/version")[1])["name"] == "vigie"
    models = json.loads(running.get("/models")[1])
    assert {
        "name": "credit-default",
        "version": 1,
        "state": "READY",
        "labels": [],
        "reason": "",
    } in models
    assert running.get("/nothing")[0] == 404
    with socket.create_connection(running.admin.split(":")) as raw:
        raw.sendall(b"\x00\x01nonsense\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400")
    request = urllib.request.Request(f"http://{running.admin}/healthz", method="POST", data=b"")
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(request, timeout=5)
    assert running.get("/healthz")[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_zero(pod, number):
    running = pod()
    with grpc.insecure_channel(running.address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        began = time.monotonic()
        assert running.stop(number) == 0
        assert time.monotonic() - began < 10
    assert "stopped after" in running.errors


def test_a_call_that_does_not_end_is_cut_off_after_the_grace(pod):
    running = pod("--grace", "1s")
    never = threading.Event()

    def requests():
        yield b""
        never.wait(30)

    with grpc.insecure_channel(running.address) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
        stream = channel.stream_stream("/vigie.v1.CreditScoring/ScoreApplications")(requests())
        assert next(stream)
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        # Told before anything else, so that balancers look elsewhere.
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        running.process.communicate(timeout=20)
        assert running.process.returncode == 0
        assert 0.9 < time.monotonic() - began < 10
        with pytest.raises(grpc.RpcError):
            next(stream)
        never.set()


def test_json_log_lines_are_json(pod):
    running = pod("--log-format", "json", "--access-log")
    with grpc.insecure_channel(running.address) as channel:
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    assert running.stop() == 0
    lines = [json.loads(line) for line in running.errors.splitlines()]
    calls = [line for line in lines if line.get("rpc.method") == "/grpc.health.v1.Health/Check"]
    assert calls and calls[0]["rpc.grpc.status_code"] == 0
    assert all({"@timestamp", "log.level", "message"} <= set(line) for line in lines)


def test_a_caller_writes_no_lines_of_its_own_into_the_log(pod):
    running = pod("--access-log")
    path = "/inference.GRPCInferenceService/ModelMetadata"
    with grpc.insecure_channel(running.address) as channel:
        with pytest.raises(grpc.RpcError, match="no model"):
            # ModelMetadataRequest.name
            channel.unary_unary(path)(b"\n\x09a\nFAKE\x1b[m", timeout=5)
    assert running.stop() == 0
    lines = [line for line in running.errors.splitlines() if "FAKE" in line]
    assert len(lines) == 1
    assert "/ModelMetadata" in lines[0] and "a\\nFAKE\\u{1B}[m" in lines[0]


def test_calls_that_are_turned_away_are_in_the_access_log(pod):
    running = pod("--access-log")
    with grpc.insecure_channel(running.address) as channel:
        with pytest.raises(grpc.RpcError):
            channel.unary_unary("/no.Such/Method")(b"", timeout=5)
    assert running.stop() == 0
    assert [line for line in running.errors.splitlines() if "/no.Such/Method UNIMPLEMENTED" in line]


def test_certificates_are_read_again_when_they_change(pod, certificates, tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    shutil.copy(certificates / "server.pem", cert)
    shutil.copy(certificates / "server.key", key)
    running = pod("--tls-cert", cert, "--tls-key", key, "--tls-reload-interval", "200ms")
    host, port = running.address.split(":")

    def served():
        return subprocess.run(
            ["openssl", "s_client", "-connect", f"{host}:{port}", "-alpn", "h2"],
            check=False,
            input="",
            capture_output=True,
            text=True,
            timeout=10,
        ).stdout

    credentials = grpc.ssl_channel_credentials((certificates / "ca.pem").read_bytes())
    with grpc.secure_channel(f"localhost:{port}", credentials) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
        assert "CN = server.vigie.test" in served()
        shutil.copy(certificates / "client.pem", tmp_path / "new")
        (tmp_path / "new").rename(cert)
        shutil.copy(certificates / "client.key", tmp_path / "new")
        (tmp_path / "new").rename(key)
        deadline = time.monotonic() + 10
        while "CN = client.vigie.test" not in served():
            assert time.monotonic() < deadline, "the new certificate is not served"
            time.sleep(0.1)
        # The connection from before is still there.
        stub.Check(health_pb2.HealthCheckRequest(), timeout=5)
    # Broken files change nothing.
    (tmp_path / "new").write_text("no certificate")
    (tmp_path / "new").rename(cert)
    running.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert "CN = client.vigie.test" in served()
    assert running.stop() == 0
    assert "not reloaded" in running.errors


def test_callers_certificates_are_asked_for(pod, certificates):
    files = ["--tls-cert", certificates / "server.pem", "--tls-key", certificates / "server.key"]
    running = pod(*files, "--tls-client-ca", certificates / "ca.pem")
    address = f"localhost:{running.address.split(':')[1]}"
    authority = (certificates / "ca.pem").read_bytes()

    def check(credentials):
        with grpc.secure_channel(address, credentials) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            return stub.Check(health_pb2.HealthCheckRequest(), timeout=3)

    with pytest.raises(grpc.RpcError):
        check(grpc.ssl_channel_credentials(authority))
    mine = grpc.ssl_channel_credentials(
        authority,
        (certificates / "client.key").read_bytes(),
        (certificates / "client.pem").read_bytes(),
    )
    assert check(mine).status == health_pb2.HealthCheckResponse.SERVING
    assert running.stop() == 0


def test_the_access_log_names_a_caller_by_its_certificate(pod, certificates):
    files = ["--tls-cert", certificates / "server.pem", "--tls-key", certificates / "server.key"]
    running = pod(
        *files, "--tls-client-ca", certificates / "ca.pem", "--access-log", "--log-format=json"
    )
    mine = grpc.ssl_channel_credentials(
        *((certificates / name).read_bytes() for name in ("ca.pem", "client.key", "client.pem"))
    )
    with grpc.secure_channel(f"localhost:{running.address.split(':')[1]}", mine) as channel:
        health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=5)
    assert running.stop() == 0
    lines = [json.loads(line) for line in running.errors.splitlines()]
    (call,) = [line for line in lines if line.get("rpc.method", "").endswith("/Check")]
    assert "client.vigie.test" in call["tls.client.subject"]
    assert call["client.user.name"] and len(call["tls.client.hash.sha256"]) == 64
