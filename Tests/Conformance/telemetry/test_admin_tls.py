"""The admin port over TLS, for curl, Python and the real Prometheus."""

import shutil
import socket
import ssl
import subprocess
import time
import urllib.request

import pytest
from harness import DEMO, Pod, binary

WAYS = ["flag", "variable", "file"]


def serve(certificate, key, folder, way="flag"):
    files = [f"--tls-cert={certificate}", f"--tls-key={key}", "--tls-reload-interval=200ms"]
    env = {}
    match way:
        case "flag":
            files.append("--admin-tls")
        case "variable":
            env["VIGIE_ADMIN_TLS"] = "true"
        case "file":
            (folder / "vigie.yaml").write_text("admin-tls: true\n")
            files.append(f"--config={folder / 'vigie.yaml'}")
    return Pod(
        *[f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", *files], env=env
    )


@pytest.fixture
def pod(certificates, tmp_path):
    pod = serve(certificates / "server.pem", certificates / "server.key", tmp_path)
    yield pod
    assert pod.stop() == 0


def context(certificates):
    return ssl.create_default_context(cafile=str(certificates / "ca.pem"))


def page(pod, path, trust):
    with urllib.request.urlopen(f"https://{pod.admin}{path}", timeout=5, context=trust) as answer:
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("way", WAYS)
def test_pages_are_answered_over_tls(certificates, tmp_path, way):
    pod = serve(certificates / "server.pem", certificates / "server.key", tmp_path, way)
    try:
        assert page(pod, "/readyz", context(certificates)) == (200, "ready\n")
        # Longer than a TLS record.
        status, text = page(pod, "/metrics", context(certificates))
        assert status == 200 and len(text) > 20_000 and text.endswith("\n")
    finally:
        assert pod.stop() == 0


def test_the_certificate_is_checked_by_those_who_check(pod):
    with pytest.raises(OSError, match="certificate verify failed"):
        page(pod, "/readyz", ssl.create_default_context())


def test_http1_is_agreed_upon_and_http2_alone_is_turned_away(pod, certificates):
    host, port = pod.admin.split(":")
    for offered, agreed in ((["h2", "http/1.1"], "http/1.1"), ([], None), (["h2"], "refused")):
        trust = context(certificates)
        if offered:
            trust.set_alpn_protocols(offered)
        with socket.create_connection((host, int(port)), timeout=5) as raw:
            try:
                with trust.wrap_socket(raw, server_hostname="127.0.0.1") as stream:
                    assert stream.selected_alpn_protocol() == agreed
            except ssl.SSLError:
                assert agreed == "refused"


def test_cleartext_is_not_answered_and_hurts_nobody(pod, certificates):
    host, port = pod.admin.split(":")
    for _ in range(20):
        with socket.create_connection((host, int(port)), timeout=5) as raw:
            raw.sendall(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
            try:
                answer = raw.recv(4096)
            except ConnectionResetError:
                answer = b""
            assert b"HTTP/" not in answer and b"ready" not in answer
    assert page(pod, "/readyz", context(certificates))[0] == 200


def test_a_renewed_certificate_is_taken_over(certificates, tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    shutil.copy(certificates / "server.pem", cert)
    shutil.copy(certificates / "server.key", key)
    pod = serve(cert, key, tmp_path)

    def name():
        host, port = pod.admin.split(":")
        trust = context(certificates)
        with (
            socket.create_connection((host, int(port)), timeout=5) as raw,
            trust.wrap_socket(raw, server_hostname="127.0.0.1") as stream,
        ):
            return dict(part[0] for part in stream.getpeercert()["subject"])["commonName"]

    try:
        assert name() == "server.vigie.test"
        for kind, path in (("key", key), ("pem", cert)):
            shutil.copy(certificates / f"client.{kind}", tmp_path / "new")
            (tmp_path / "new").rename(path)
        until = time.monotonic() + 10
        while name() != "client.vigie.test":
            assert time.monotonic() < until
            time.sleep(0.1)
    finally:
        assert pod.stop() == 0


def test_it_needs_a_certificate():
    done = subprocess.run(
        [binary("vigie"), "serve", f"--registry={DEMO}", "--admin-tls"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 64
    assert "--admin-tls needs --tls-cert and --tls-key" in done.stderr
