"""MLServer, with a runtime of our own that calls the fastest engine."""

from __future__ import annotations

import os

from harness.h2load import Request
from harness.peers.engine import Engine
from harness.peers.venv import venv
from harness.places import LOADTEST
from harness.server import free_port
from harness.subjects import Subject

SOURCES = LOADTEST / "peers" / "mlserver"
REQUIREMENTS = ("mlserver==1.7.1",)


def mlserver(engine: Engine, request: Request) -> Subject:
    """In one process, without its metrics."""
    folder = venv("mlserver", REQUIREMENTS)
    command = [str(folder / "bin" / "mlserver"), "start", str(SOURCES)]
    paths = (SOURCES, LOADTEST / "peers" / "python")
    environment = engine.environment() | {
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "MLSERVER_GRPC_PORT": "PORT",
        # It does not do without either.
        "MLSERVER_HTTP_PORT": str(free_port()),
        "MLSERVER_METRICS_PORT": str(free_port()),
    }
    return Subject("MLServer", "one row", command, request, ready=None, environment=environment)
