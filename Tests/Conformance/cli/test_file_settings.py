"""Settings of `vigie serve` that need files or servers, each given by flag, by YAML and by variable,
and seen to act."""

import http.server
import json
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import grpc
import pytest
import yaml
from grpc_health.v1 import health_pb2, health_pb2_grpc
from harness import DEMO, Pod

WAYS = ["flags", "file", "variables"]

REGISTRY = {"registry", "registry-cache", "trusted-keys", "require-signed"}
SECURITY = {
    *["tls-cert", "tls-key", "tls-client-ca", "admin-token-file", "admin-tls"],
    *["trace-ca", "trace-cert", "trace-key", "decision-log-key", "rollouts"],
}
CLUSTER = {
    *["rollouts-cache", "kubeconfig", "kube-context", "rollouts-namespace", "rollouts-selector"]
}
ACCOUNT = {"service-account-dir"}
SETTINGS = REGISTRY | SECURITY | CLUSTER | ACCOUNT
TOKEN = "a-token-of-sixteen-characters-and-more"
MANIFEST = '{"schema": 1, "name": "credit", "version": 1, "flavor": "onnx", "files": []}'


@pytest.fixture(params=WAYS)
def pod(request, tmp_path):
    """Starts a pod with settings that are given in each of the ways."""
    running = []

    def start(settings: dict, **others):
        settings = {name: str(value) for name, value in (settings | others).items()}
        settings |= {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0"}
        if request.param == "flags":
            # Switches take no value.
            flags = [f"--{k}" if v == "true" else f"--{k}={v}" for k, v in settings.items()]
            arguments, env = flags, {}
        elif request.param == "file":
            (tmp_path / "vigie.yaml").write_text(yaml.safe_dump(settings).replace("'true'", "true"))
            arguments, env = ["--config", tmp_path / "vigie.yaml"], {}
        else:
            names = {name: f"VIGIE_{name.upper().replace('-', '_')}" for name in settings}
            arguments, env = [], {names[name]: value for name, value in settings.items()}
        running.append(Pod(*arguments, env=env, cwd=tmp_path))
        return running[-1]

    yield start
    for one in running:
        assert one.stop() == 0, one.errors


@pytest.fixture
def serve():
    """Serves what a function of the path gives as JSON or XML; the server has the paths asked for."""
    servers = []

    def start(answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.server.paths.append(urllib.parse.unquote_plus(self.path))
                body = answer(self.path).encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.paths = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def public_key(folder):
    """A pair of Ed25519 keys, of which only the public one is asked for."""
    secret, public = folder / "key.pem", folder / "key.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", secret], check=True)
    subprocess.run(["openssl", "pkey", "-in", secret, "-pubout", "-out", public], check=True)
    return public


def test_a_bucket_its_cache_and_whose_signature_is_asked_for(pod, serve, tmp_path):
    def bucket(path):
        if "list-type" not in path:
            return MANIFEST
        entry = f"<Key>credit/1/manifest.json</Key><ETag>1</ETag><Size>{len(MANIFEST)}</Size>"
        listed = f"<Contents>{entry}</Contents><IsTruncated>false</IsTruncated>"
        return f"<ListBucketResult>{listed}</ListBucketResult>"

    server = serve(bucket)
    place = f"s3://models?endpoint=http://127.0.0.1:{server.server_port}&anonymous=true"
    settings = {"registry": place, "registry-cache": tmp_path / "cache"}
    settings |= {"trusted-keys": public_key(tmp_path), "require-signed": "true"}
    assert set(settings) == REGISTRY
    running = pod(settings)
    (row,) = json.loads(running.get("/models")[1])
    assert "it is not signed" in row["reason"], "a manifest was asked for, and a signature"
    assert any((tmp_path / "cache").rglob("*")), "the list is kept"


def test_certificates_tokens_keys_and_a_folder_of_rollouts(pod, certificates, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "log-key").write_text("0123456789abcdef0123456789abcdef\n")
    (tmp_path / "rollouts").mkdir()
    spec = {"model": "credit-default", "stable": {"version": 1}}
    rollout = {"apiVersion": "vigie.dev/v1alpha1", "kind": "ModelRollout"}
    rollout |= {"metadata": {"name": "credit"}, "spec": spec}
    (tmp_path / "rollouts" / "credit.yaml").write_text(yaml.safe_dump(rollout))
    settings = {
        "tls-cert": certificates / "server.pem",
        "tls-key": certificates / "server.key",
        "tls-client-ca": certificates / "ca.pem",
        "admin-tls": "true",
        "admin-token-file": tmp_path / "token",
        "trace-ca": certificates / "ca.pem",
        "trace-cert": certificates / "client.pem",
        "trace-key": certificates / "client.key",
        "decision-log-key": tmp_path / "log-key",
        "rollouts": tmp_path / "rollouts",
    }
    assert set(settings) == SECURITY
    others = {"trace-endpoint": "https://127.0.0.1:9", "decision-log": f"file:{tmp_path}/log"}
    running = pod(settings, registry=DEMO, **others)
    assert running.security == "TLS"
    context = ssl.create_default_context(cafile=certificates / "ca.pem")

    def page(path, token):
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"https://{running.admin}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=5, context=context) as answer:
            return json.loads(answer.read())

    assert "credit-default" in json.dumps(page("/rollouts", TOKEN))
    with pytest.raises(urllib.error.HTTPError, match="401"):
        page("/rollouts", "another-token-of-sixteen-characters")

    def read(*names):
        return [(certificates / name).read_bytes() for name in names]

    def check(*own):
        chosen = grpc.ssl_channel_credentials(*read("ca.pem"), *own)
        with grpc.secure_channel(running.address, chosen) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            return stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status

    assert check(*read("client.key", "client.pem")) == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError):
        check()


def test_a_cluster_its_context_namespace_selector_and_cache(pod, serve, tmp_path):
    empty = {"kind": "ModelRolloutList", "apiVersion": "vigie.dev/v1alpha1", "items": []}
    empty["metadata"] = {"resourceVersion": "7"}
    server = serve(lambda path: "" if "watch=" in path else json.dumps(empty))
    cluster = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
    gone = {"name": "gone", "cluster": {"server": "http://127.0.0.1:9"}}
    contexts = [
        {"name": "here", "context": {"cluster": "c"}},
        {"name": "there", "context": {"cluster": "gone"}},
    ]
    file = {"current-context": "there", "contexts": contexts, "clusters": [cluster, gone]}
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(file))
    settings = {
        "kubeconfig": tmp_path / "kubeconfig",
        "kube-context": "here",
        "rollouts-namespace": "risk",
        "rollouts-selector": "team=fraud",
        "rollouts-cache": tmp_path / "rollouts.json",
    }
    assert set(settings) == CLUSTER
    pod(settings, registry=DEMO, rollouts="kubernetes")
    first = server.paths[0]
    assert "/namespaces/risk/modelrollouts" in first and "labelSelector=team=fraud" in first
    end = time.monotonic() + 10
    while not (tmp_path / "rollouts.json").exists() and time.monotonic() < end:
        time.sleep(0.05)
    kept = json.loads((tmp_path / "rollouts.json").read_text())
    assert kept["namespace"] == "risk"


def test_the_folder_of_a_service_account(pod, tmp_path, monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "9")
    settings = {"service-account-dir": tmp_path / "account"}
    assert set(settings) == ACCOUNT
    with pytest.raises(AssertionError, match=f"not ready: .*{tmp_path / 'account'}"):
        pod(settings, registry=DEMO, rollouts="kubernetes")
