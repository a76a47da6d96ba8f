"""The table of all metrics in Sources/VigieTelemetry/METRICS.md, made from what pods say of themselves.

`python Tests/Conformance/telemetry/metrics_table.py` writes it; a test holds it to the pods.
"""

import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "rollouts"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kubernetes"))

from harness import DEMO, ROOT, Pod
from prometheus_client.openmetrics import parser
from stage import Controller

DOCUMENT = ROOT / "Sources/VigieTelemetry/METRICS.md"
MARK = "<!-- made by Tests/Conformance/telemetry/metrics_table.py -->\n"
# Prometheus's own, of histograms.
STRUCTURAL = {"le"}


def families(pod) -> dict[str, tuple[str, str, str, str]]:
    """By name: type, unit, labels, meaning."""
    request = urllib.request.Request(
        f"http://{pod.admin}/metrics", headers={"Accept": "application/openmetrics-text"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    found = {}
    for family in parser.text_string_to_metric_families(text):
        labels = [label for sample in family.samples for label in sample.labels]
        names = [name for name in dict.fromkeys(labels) if name not in STRUCTURAL]
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, family.unit, ", ".join(names), family.documentation)
    return found


def certificate(folder: pathlib.Path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True,
        capture_output=True,
    )


def rollouts(folder: pathlib.Path) -> list[str]:
    """Settings of a pod that starts with what an API server, gone since, said: a rollout with
    everything that a metric tells of."""
    server = "https://127.0.0.1:9"
    (folder / "kubeconfig").write_text(
        "{current-context: a, contexts: [{name: a, context: {cluster: a}}],"
        f" clusters: [{{name: a, cluster: {{server: '{server}'}}}}]}}"
    )
    rule = {"name": "next", "match": [{"metadata": "x-next", "exact": "yes"}], "version": 8}
    spec = {
        "model": "credit-default",
        "stable": {"version": 1},
        "canary": {"version": 2},
        "shadows": [{"version": 9}],
        "routing": {"rules": [rule]},
    }
    rollout = {"metadata": {"name": "credit"}, "spec": spec}
    (folder / "rollouts.json").write_text(
        json.dumps({"server": server, "namespace": "default", "items": [rollout]})
    )
    return [
        *["--rollouts=kubernetes", f"--kubeconfig={folder / 'kubeconfig'}"],
        f"--rollouts-cache={folder / 'rollouts.json'}",
    ]


def of_a_controller(folder: pathlib.Path) -> dict[str, tuple[str, str, str, str]]:
    (folder / "rollouts").mkdir()
    controller = Controller(
        *["--rollouts", folder / "rollouts", "--pods", "http://127.0.0.1:9"],
        *["--admin", "127.0.0.1:0"],
    )
    try:
        return families(controller)
    finally:
        controller.stop()


class EmptyBucket(http.server.BaseHTTPRequestHandler):
    """As much of an S3 server as a pod needs to begin."""

    def do_GET(self):
        body = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def remote_families(folder: pathlib.Path) -> dict[str, tuple[str, str, str, str]]:
    """Of a pod whose registry is on a server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), EmptyBucket) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"s3://models?endpoint=http://127.0.0.1:{server.server_port}&anonymous=true"
        pod = Pod(
            *[f"--registry={place}", f"--registry-cache={folder / 'cache'}"],
            *["--listen=127.0.0.1:0", "--admin=127.0.0.1:0"],
        )
        try:
            return families(pod)
        finally:
            pod.stop()
            server.shutdown()


def all_families(loaded) -> dict[str, tuple[str, str, str, str]]:
    """Of a loaded pod, of one with all that is off by default, and of a controller."""
    found = families(loaded)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        certificate(folder)
        found = {**of_a_controller(folder), **found}
        pod = Pod(
            *[f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0"],
            *[f"--tls-cert={folder / 'cert.pem'}", f"--tls-key={folder / 'key.pem'}"],
            *["--trace-endpoint=http://127.0.0.1:1", *rollouts(folder)],
        )
        try:
            return {**remote_families(folder), **families(pod), **found}
        finally:
            pod.stop()


def table(found: dict[str, tuple[str, str, str, str]]) -> str:
    rows = ["| metric | type | unit | labels | meaning |", "|---|---|---|---|---|"]
    for name, (kind, unit, labels, meaning) in sorted(found.items()):
        rows.append(f"| `{name}` | {kind} | {unit} | {labels} | {meaning} |")
    return "\n".join(rows) + "\n"


def document(text: str, found: dict[str, tuple[str, str, str, str]]) -> str:
    head, _, _ = text.partition(MARK)
    return head + MARK + "\n" + table(found)


if __name__ == "__main__":
    from known_load import load

    one = Pod(f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--loops=2")
    try:
        load(one.address)
        DOCUMENT.write_text(document(DOCUMENT.read_text(), all_families(one)))
    finally:
        one.stop()
