"""Who is measured: how each server is started, and what each is asked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness import wire
from harness.h2load import Request
from harness.server import Server, free_port

REPOSITORY = Path(__file__).resolve().parents[2]
LOADTEST = REPOSITORY / "loadtest"
WORK = REPOSITORY / ".build" / "loadtest"
DEMO_REGISTRY = REPOSITORY / "Sources" / "pipelines" / "registry"

READY = r"ready: grpc [\d.]+:(\d+)"
FILE_BYTES = 14
PING_BYTES = 200

PING_NAME = "vigie Ping"
INFER_NAME = "vigie ModelInfer"


class MissingError(Exception):
    """Something that the benchmark needs is not there; the message says how to get it."""


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
        """A server that is not started yet. PORT in the command is replaced by a free port."""
        port = None if self.ready else free_port()
        command = [str(port) if word == "PORT" else word for word in self.command]
        return Server(
            self.name,
            command,
            ready=self.ready,
            port=port,
            environment=dict(self.environment) | dict(environment or {}),
        )

    def with_command(self, *extra: str) -> Subject:
        return replace(self, command=[*self.command, *extra])


def binary(name: str) -> Path:
    """A built executable of ours: in $VIGIE_BIN_DIR, else in .build/release."""
    folder = Path(os.environ.get("VIGIE_BIN_DIR", REPOSITORY / ".build" / "release"))
    path = folder / name
    if not path.exists():
        raise MissingError(
            f"{path} is not built: run `make build`, or set VIGIE_BIN_DIR"
        )
    return path.resolve()


def tool(name: str, package: str) -> str:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise MissingError(f"{name} is not installed: apt-get install {package}")
    return path


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
    return replace(
        base, name="nghttpd POST", what="200-byte POST, 14 back", request=request
    )


def vigie(registry: Path | None, loops: int = 1, extra: Sequence[str] = ()) -> Subject:
    """A pod. `registry` None: the demo registry."""
    folder = registry or demo_registry()
    command = [str(binary("vigie")), "serve", "--registry", str(folder)]
    command += ["--listen", "127.0.0.1:0", "--loops", str(loops), *extra]
    return Subject(PING_NAME, "200-byte Ping", command, ping_request())


def demo_registry() -> Path:
    """The committed demo registry."""
    if not DEMO_REGISTRY.is_dir():
        raise MissingError(
            f"no demo registry at {DEMO_REGISTRY.relative_to(REPOSITORY)}"
        )
    return DEMO_REGISTRY


def infer(rotated: bool = False, extra: Sequence[str] = ()) -> Subject:
    """A pod on a registry with the model of model.py, asked for one row at a time.

    h2load sends one body only, which flatters the branch predictor; `rotated` asks for a thousand
    different rows in turn instead, by the client of client/rotate.c.
    """
    import model  # needs numpy and xgboost, which only this needs

    made = model.make()
    pod = vigie(made.registry, extra=extra)
    request = Request(
        path=wire.INFER_PATH, body=made.bodies[0], headers=wire.GRPC_HEADERS
    )
    if rotated:
        what = f"{len(made.bodies):,} rows in turn"
        return replace(
            pod, name=f"{INFER_NAME} ↻", what=what, request=request, bodies=made.bodies
        )
    return replace(pod, name=INFER_NAME, what="one row, 200 trees", request=request)
