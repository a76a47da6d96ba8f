"""Makes the seeds in corpus/ that are not found cases: `python Tests/Fuzz/seeds.py`.

What it writes is committed; files named found-* are inputs that once did harm, and are left alone.
"""

import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import grpc
import h2.connection
import h2.settings
from layers.grpc_calls import METHODS
from layers.layer import CORPUS, DEMO, Pod, binary

PING = "/vigie.v1.Diagnostics/Ping"


def write(layer: str, name: str, data: bytes):
    folder = CORPUS / layer
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def framed(message: bytes) -> bytes:
    return struct.pack(">BI", 0, len(message)) + message


def http2():
    def connection():
        made = h2.connection.H2Connection()
        made.initiate_connection()
        return made

    fields = [(":method", "POST"), (":scheme", "http"), (":path", PING), (":authority", "x")]
    fields += [("te", "trailers"), ("content-type", "application/grpc")]
    one = connection()
    one.send_headers(1, fields)
    one.send_data(1, framed(b"\x0a\x02hi"), end_stream=True)
    write("http2", "call", one.data_to_send())
    several = connection()
    for stream in range(1, 12, 2):
        several.send_headers(stream, [*fields, ("grpc-timeout", "1S"), ("x-key-bin", "AAAA")])
        several.send_data(stream, framed(b"\x0a\x02hi"), end_stream=stream % 4 == 1)
    several.reset_stream(3)
    several.ping(bytes(8))
    several.increment_flow_control_window(1000)
    several.increment_flow_control_window(1000, 7)
    several.prioritize(9, weight=3, depends_on=1)
    several.send_headers(7, [("x-trailer", "t")], end_stream=True)
    several.close_connection()
    write("http2", "frames", several.data_to_send())
    settings = connection()
    codes = h2.settings.SettingCodes
    settings.update_settings(
        {
            codes.INITIAL_WINDOW_SIZE: 1,
            codes.HEADER_TABLE_SIZE: 100,
            codes.MAX_FRAME_SIZE: 16384,
            codes.MAX_HEADER_LIST_SIZE: 4096,
        }
    )
    settings.send_headers(1, [*fields, *[(f"x-{n}", "v" * n) for n in range(40)]])
    settings.send_data(1, framed(b"\x0a\x7f" + bytes(127)), end_stream=True)
    write("http2", "settings", settings.data_to_send())


def messages():
    from stubs import module
    from tritonclient.grpc import service_pb2, service_pb2_grpc

    infer = "ModelInfer"
    pod = Pod(f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0")
    found = {}
    with grpc.insecure_channel(pod.address) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        models = [
            "credit-default",
            "fraud",
            "cash-arima",
            "intents",
            "watchlist-demo",
            "fraud-rules",
        ]
        for model in models:
            answer = stub.ModelMetadata(service_pb2.ModelMetadataRequest(name=model))
            request = service_pb2.ModelInferRequest(model_name=model, id="1")
            request.parameters["explain"].bool_param = True
            for tensor in answer.inputs:
                shape = [2 if extent < 0 else extent for extent in tensor.shape]
                count = 1
                for extent in shape:
                    count *= extent
                entry = request.inputs.add(name=tensor.name, datatype=tensor.datatype, shape=shape)
                kinds = {"BYTES": "bytes", "FP64": "fp64", "INT64": "int64", "INT32": "int"}
                kind = kinds.get(tensor.datatype, "fp32")
                value = b"text" if kind == "bytes" else 1
                getattr(entry.contents, f"{kind}_contents").extend([value] * count)
            found[f"{infer}.{model}"] = request
            found[f"ModelStreamInfer.{model}"] = request
    pod.stop()
    raw = service_pb2.ModelInferRequest(model_name="credit-default")
    raw.inputs.add(name="input", datatype="FP32", shape=[1, 10])
    raw.raw_input_contents.append(bytes(40))
    found[f"{infer}.raw"] = raw
    credit = module("vigie.v1.credit_pb2")
    application = credit.ScoreApplicationRequest(request_id="A-1", model="credit-default")
    manifest = json.loads((DEMO / "credit-default/2/manifest.json").read_text())
    for feature in manifest["signature"]["features"]:
        application.features[feature["name"]].number = 1
    application.features["age"].integer = 40
    application.features["dependents"].text = "two"
    found["ScoreApplication.applicant"] = application
    found["Ping.hi"] = module("vigie.v1.diagnostics_pb2").PingRequest(payload=b"hi")
    for name in ["ModelMetadata", "ModelConfig", "ModelReady"]:
        kind = getattr(service_pb2, f"{name}Request")
        found[f"{name}.model"] = kind(name="credit-default", version="1")
    found["RepositoryIndex.all"] = service_pb2.RepositoryIndexRequest()
    for name, message in found.items():
        data = message.SerializeToString()
        write("messages", name, data)
        if len(data) < 500:
            write("grpc", name, framed(data))
    symbol = b"\x22\x1einference.GRPCInferenceService"
    write("messages", "ServerReflectionInfo.symbol", symbol)
    write("messages", "Check.all", b"")
    write("grpc", "ServerReflectionInfo.three", framed(symbol) + framed(b"\x3a\x00") * 2)
    write("grpc", "ModelStreamInfer.two", framed(raw.SerializeToString()) * 2)
    assert {name.split(".")[0] for name in found} | {"Check", "ServerReflectionInfo"} == set(
        METHODS
    )


def admin():
    host = b"Host: x\r\n"
    pages = [b"/metrics", b"/", b"/models", b"/version", b"/healthz", b"/readyz", b"/loglevel"]
    for page in pages:
        name = page[1:].decode() or "status"
        write("admin", name, b"GET " + page + b" HTTP/1.1\r\n" + host + b"\r\n")
    write(
        "admin",
        "openmetrics",
        b"GET /metrics?x=1 HTTP/1.1\r\n"
        + host
        + b"Accept: application/openmetrics-text;version=1.0.0;q=0.9,"
        + b"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited\r\n"
        + b"Accept-Encoding: gzip;q=0.5, identity\r\n\r\n",
    )
    body = b"debug"
    write(
        "admin",
        "set-level",
        b"PUT /loglevel HTTP/1.1\r\n" + host + b"Content-Length: 5\r\n\r\n" + body,
    )


def registry():
    """Files of the demo registry, by name only: their bytes are there."""
    for model in sorted(DEMO.iterdir()):
        for file in sorted((model / "1").iterdir()):
            if file.is_file() and file.stat().st_size < 400_000:
                write("registry", f"{model.name}.{file.name}", b"")


def decisions():
    """A short log in files, and the same in SQLite."""
    sys.path.insert(0, str(CORPUS.parents[1] / "Conformance/decisions"))
    from decisions_kit import Caller

    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder)
        pod = Pod(
            f"--registry={DEMO}",
            "--listen=127.0.0.1:0",
            "--loops=1",
            f"--decision-log=file:{log / 'files'};sqlite:{log / 'decisions.db'}",
            "--decision-log-chain=fuzz",
            "--decision-log-segment-bytes=4096",
        )
        caller = Caller(pod.address)
        for number in range(6):
            caller.score(f"A-{number}", seed=number)
        caller.close()
        pod.stop()
        for file in sorted((log / "files").iterdir()):
            if file.name != ".lock":
                write("decisions", file.name, file.read_bytes())
        command = [sys.executable, "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1])"]
        subprocess.run([*command, log / "decisions.db"], check=True)
        shutil.copyfile(log / "decisions.db", CORPUS / "decisions/decisions.db")


def settings():
    text = subprocess.run(
        [binary("vigie"), "serve", "--help"], capture_output=True, text=True, check=True
    ).stdout
    names = [line.split()[0][2:] for line in text.splitlines() if line.startswith("  --")]
    values = ["1", "5s", "64KiB", "true", "off", "127.0.0.1:0", "0.5", "file:log"]
    lines = [f"{name}: {values[n % len(values)]}" for n, name in enumerate(names)]
    write("settings", "all.yaml", ("\n".join(lines) + "\n").encode())
    write(
        "settings",
        "some.yaml",
        b"# a comment\nloops: 2\nmax-connections: 500\nlog-level: warning\naccess-log: true\n"
        b"keepalive-time: 10m\nmax-request-bytes: 1MiB\nresource-attributes: 'team=risk,env=test'\n",
    )


def rollouts():
    example = (CORPUS.parents[2] / "k8s/examples/credit-default.yaml").read_bytes()
    write("rollouts", "credit-default.yaml", example)
    match = [{"metadata": "x-beta", "regex": "^(yes|on)[0-9]{1,3}$"}]
    spec = {
        "model": "credit-default",
        "stable": {"version": 1, "digest": "sha256:" + "0" * 64},
        "canary": {"version": 2},
        "shadows": [
            {
                "version": 2,
                "percent": 12.5,
                "queue": 64,
                "compare": {"absoluteTolerance": 1e-6, "relativeTolerance": 0.1, "bands": [0.5]},
            }
        ],
        "routing": {
            "weight": 500,
            "sticky": {"input": "account"},
            "salt": "ä",
            "rules": [
                {"name": "beta", "match": match, "to": "canary"},
                {"name": "old", "match": [{"metadata": "x-old", "exact": "1"}], "version": 1},
            ],
            "exclude": [{"metadata": "x-tenant", "prefix": "no-"}],
        },
        "strategy": {
            "steps": [
                {"shadowPercent": 50, "minimumRequests": 10, "pause": "indefinite"},
                {"weight": 1000, "pause": "90s", "analysis": ["a"]},
            ],
            "analysis": [
                {
                    "name": "a",
                    "source": "prometheus",
                    "query": "sum(rate(x[1m]))",
                    "address": "http://127.0.0.1:9",
                    "max": 0.1,
                    "interval": "10s",
                    "failureLimit": 1,
                }
            ],
            "guard": {"errorRate": 0.05, "p99": "50ms", "nonFinite": True, "window": "1s"},
            "onFailure": "Pause",
            "progressDeadline": "600s",
            "revisionHistoryLimit": 3,
        },
        "approvals": {"required": 2},
        "suspend": False,
    }
    head = {"apiVersion": "vigie.dev/v1alpha1", "kind": "ModelRollout"}
    whole = head | {"metadata": {"name": "credit-default", "generation": 3}, "spec": spec}
    write("rollouts", "everything.json.yaml", json.dumps(whole, indent=1).encode())
    write(
        "rollouts",
        "anchors.yaml",
        b"# two documents\n---\napiVersion: vigie.dev/v1alpha1\nkind: ModelRollout\n"
        b"metadata: {name: credit-default}\nspec:\n  model: credit-default\n"
        b"  stable: &one {version: 1}\n  canary: *one\n  routing: {weight: 1_000, salt: |\n"
        b"    text\n  }\n---\nkind: ConfigMap\n",
    )
    status = {
        "phase": "Progressing",
        "observedGeneration": 3,
        "stableVersion": 1,
        "canaryVersion": 2,
        "weight": 500,
        "shadowPercent": 12.5,
        "stepIndex": 1,
        "stepStartedAt": "2026-11-26T09:00:00Z",
        "message": "step 2 of 4",
        "pods": {"total": 2, "updated": 2, "ready": 1, "failedToLoad": 0},
        "analysis": [{"name": "errors", "value": 0.5, "phase": "Running", "failures": 1}],
        "approvedBy": ["ada"],
        "history": [{"stableVersion": 1, "canaryVersion": 2, "outcome": "RolledBack"}],
        "conditions": [{"type": "Ready", "status": "True", "reason": "x", "message": "y"}],
    }
    write("rollouts", "one.status.json", json.dumps(status, indent=1).encode())


def command_line():
    lines = {
        "serve": "serve --loops 2 --max-connections 500 --grace 3s --log-level debug",
        "list": "models list -o json",
        "show": "models show credit-default --version 1",
        "verify": "models verify",
        "diff": "models diff credit-default 1 2 -o json",
        "add": "models add fraud model.ubj --dry-run",
        "find": "decisions find --log file:log --request-id A-1 -o json --limit 10",
        "replay": "decisions replay --log file:log --since 2026-11-01T00:00:00Z",
        "erase": "decisions erase --log file:log --before 2020-01-01T00:00:00Z",
        "help": "help serve",
    }
    for name, line in lines.items():
        write("command-line", name, line.encode())


if __name__ == "__main__":
    for make in [http2, messages, admin, registry, decisions, settings, rollouts, command_line]:
        make()
