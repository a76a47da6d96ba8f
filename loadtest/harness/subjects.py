"""Who is measured: how each server is started, and what each is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import model
from harness import wire
from harness.h2load import Request
from harness.places import WORK, MissingError, binary, demo_registry, tool
from harness.server import Server, free_port
from harness.settings import Settings

READY = r"(?:ready: grpc|listens on) [\d.]+:(\d+)"
FILE_BYTES = 14
PING_BYTES = 200

PING_NAME = "vigie Ping"
INFER_NAME = "vigie ModelInfer"
SCORE_NAME = "vigie ScoreApplication"

# Somebody the demo registry's first model refuses, so that there are reasons to tell.
APPLICANT = {
    "revolving_utilization": 0.95,
    "age": 34,
    "past_due_30_59_days": 2,
    "debt_ratio": 0.8,
    "monthly_income": 3200,
    "open_credit_lines": 9,
    "past_due_90_days": 1,
    "real_estate_loans": 1,
    "past_due_60_89_days": 1,
    "dependents": 2,
}


@dataclass(frozen=True)
class Subject:
    """A server and one request to it."""

    name: str
    what: str
    command: Sequence[str]
    request: Request
    ready: str | None = READY
    environment: Mapping[str, str] = field(default_factory=dict)
    # Different bodies for the same request, for a client that rotates them.
    bodies: Sequence[Path] = ()

    def server(self, environment: Mapping[str, str] | None = None) -> Server:
        """A server that is not started yet.

        Of one that has no ready line, PORT in its command and variables becomes a free port.
        """
        port = None if self.ready else free_port()

        def word(text: str) -> str:
            return re.sub(r"\bPORT\b", str(port), text) if port else text

        variables = dict(self.environment) | dict(environment or {})
        return Server(
            self.name,
            [word(each) for each in self.command],
            ready=self.ready,
            port=port,
            environment={name: word(value) for name, value in variables.items()},
        )


def write(name: str, content: bytes) -> Path:
    """A file in the benchmark's own folder."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / name
    path.write_bytes(content)
    return path


def ping_request() -> Request:
    """Ping with a payload of 200 bytes; the answer is the same message."""
    body = wire.ping(bytes(index % 251 for index in range(PING_BYTES)))
    return Request(
        path=wire.PING_PATH,
        body=write("ping.body", body),
        headers=wire.GRPC_HEADERS,
        answer_bytes=len(body),
    )


def nghttpd() -> Subject:
    """nghttp2's own server with one worker, and a file of 14 bytes."""
    folder = WORK / "www"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_bytes(b"Hello, banks!\n")
    command = [tool("nghttpd", "nghttp2-server"), "--no-tls", "-a", "127.0.0.1"]
    command += ["-d", str(folder), "PORT"]
    request = Request(path="/", answer_bytes=FILE_BYTES)
    return Subject("nghttpd", "GET, a 14-byte file", command, request, ready=None)


def nghttpd_post() -> Subject:
    """The same server sent what Vigie is sent: headers of gRPC and a body of 200 bytes."""
    base = nghttpd()
    request = replace(ping_request(), path="/", answer_bytes=FILE_BYTES)
    return replace(base, name="nghttpd POST", what="200-byte POST, 14 back", request=request)


def pod(settings: Settings, registry: Path | None = None) -> Subject:
    """A pod with one event loop, asked for Ping. `registry` None: the demo registry."""
    if settings.pod is not None:
        command = list(settings.pod)
    else:
        command = [str(binary("vigie")), "serve", "--registry"]
        command += [str(registry or demo_registry()), "--listen", "127.0.0.1:0"]
        command += ["--loops", "1", *settings.serve_extra]
    return Subject(PING_NAME, "200-byte Ping", command, ping_request())


def infer(settings: Settings, rotated: bool = False) -> Subject:
    """A pod on a registry with the model of model.py, asked for one row at a time.

    h2load sends one body only, which flatters the branch predictor; `rotated` asks for a thousand
    different rows in turn instead, by the client of client/rotate.c.
    """
    if settings.pod is not None:
        raise MissingError("ModelInfer is asked of `vigie serve` only, not of --pod")
    made = model.make()
    server = pod(settings, made.registry)
    request = Request(path=wire.INFER_PATH, body=made.bodies[0], headers=wire.GRPC_HEADERS)
    if rotated:
        what = f"{len(made.bodies):,} rows in turn"
        name = f"{INFER_NAME} ↻"
        return replace(server, name=name, what=what, request=request, bodies=made.bodies)
    return replace(server, name=INFER_NAME, what="one row, 200 trees", request=request)


def score(settings: Settings) -> Subject:
    """A pod on the demo registry, asked for a decision with its reasons (exact contributions)."""
    if settings.pod is not None:
        raise MissingError("ScoreApplication is asked of `vigie serve` only, not of --pod")
    body = write("score.body", wire.score("credit-default", APPLICANT))
    request = Request(path=wire.SCORE_PATH, body=body, headers=wire.GRPC_HEADERS)
    return replace(
        pod(settings),
        name=SCORE_NAME,
        what="10 named features, reasons",
        request=request,
    )
