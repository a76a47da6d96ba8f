"""The admin port: who may see what, the status page, and the log's level."""

import json
import shutil
import urllib.error
import urllib.request

import pytest
from harness import DEMO, Pod

TOKEN = "a-token-that-nobody-guesses"


def ask(pod, path, method="GET", body=None, **headers):
    request = urllib.request.Request(
        f"http://{pod.admin}{path}", data=body, method=method, headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def serve(*arguments, registry=DEMO):
    return Pod(f"--registry={registry}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", *arguments)


@pytest.fixture
def pod():
    pod = serve()
    yield pod
    assert pod.stop() == 0


@pytest.fixture
def guarded(tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    pod = serve(f"--admin-token-file={tmp_path / 'token'}")
    yield pod
    assert pod.stop() == 0


@pytest.mark.parametrize("path", ["/", "/metrics", "/models", "/version", "/loglevel", "/nothing"])
def test_pages_ask_for_the_token(guarded, path):
    for wrong in ({}, {"Authorization": "Bearer " + TOKEN[:-1]}, {"Authorization": TOKEN}):
        status, headers, _ = ask(guarded, path, **wrong)
        assert status == 401
        assert headers["www-authenticate"].startswith("Bearer")
    status, _, _ = ask(guarded, path, Authorization=f"Bearer {TOKEN}")
    assert status == (404 if path == "/nothing" else 200)


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
def test_probes_need_no_token(guarded, path):
    assert ask(guarded, path)[0] == 200


@pytest.mark.parametrize("content", ["", "short", "sixteen letters with blanks"])
def test_a_token_that_is_no_good_is_refused_at_the_start(tmp_path, content):
    (tmp_path / "token").write_text(content)
    with pytest.raises(AssertionError, match="--admin-token-file: .* at least 16 printable"):
        serve(f"--admin-token-file={tmp_path / 'token'}")


def test_the_log_level_changes_while_the_pod_runs(pod):
    assert ask(pod, "/loglevel")[2] == "info\n"
    assert ask(pod, "/loglevel", "PUT", b"debug")[:1] == (200,)
    assert ask(pod, "/loglevel")[2] == "debug\n"
    assert ask(pod, "/loglevel", "POST", b" error\n")[0] == 200
    status, _, text = ask(pod, "/loglevel", "PUT", b"loud")
    assert (status, text) == (
        400,
        "the body must be a log level, one of debug, info, warning, error\n",
    )
    status, headers, _ = ask(pod, "/loglevel", "DELETE")
    assert (status, headers["allow"]) == (405, "GET, HEAD, PUT, POST")


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/models"])
def test_pages_are_only_read(pod, path):
    assert ask(pod, path, "POST", b"x")[0] == 405
    status, headers, body = ask(pod, path, "HEAD")
    assert (status, body) == (200, "")
    assert int(headers["content-length"]) > 0


def test_a_request_that_is_too_large_is_refused(pod):
    assert ask(pod, "/loglevel", "PUT", b"x" * 5000)[0] == 413


def test_the_status_page_escapes_what_comes_from_files(tmp_path):
    shutil.copytree(DEMO / "credit-default", tmp_path / "registry/credit-default")
    manifest = tmp_path / "registry/credit-default/2/manifest.json"
    content = json.loads(manifest.read_text())
    content["files"].append({"path": "<script>alert(1)", "sha256": "0" * 64})
    manifest.write_text(json.dumps(content))
    pod = serve(registry=tmp_path / "registry")
    try:
        status, headers, page = ask(pod, "/")
        assert status == 200
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "credit-default" in page
    finally:
        assert pod.stop() == 0


def test_metrics_beyond_the_limit_are_left_out_and_counted():
    pod = serve("--max-metric-series=150")
    try:
        _, _, page = ask(pod, "/metrics")
        left_out = next(line for line in page.splitlines() if 'fate="left_out"' in line)
        assert float(left_out.split()[-1]) > 0
        shown = [line for line in page.splitlines() if not line.startswith("#")]
        assert len(shown) <= 152
    finally:
        assert pod.stop() == 0
