"""Builds and runs client/rotate.c: a load like h2load's, with a different body for each request."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

from harness.h2load import TIMEOUT_SECONDS, H2loadError, Outcome, Request, Shape, check
from harness.places import LOADTEST, WORK, MissingError


def build() -> Path:
    """The client, compiled when its source is newer."""
    source = LOADTEST / "client" / "rotate.c"
    target = WORK / "rotate"
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return target
    WORK.mkdir(parents=True, exist_ok=True)
    command = ["cc", "-O2", "-o", str(target), str(source), "-lnghttp2"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise MissingError("no C compiler: apt-get install gcc") from error
    except subprocess.CalledProcessError as error:
        raise MissingError(f"client/rotate.c does not compile:\n{error.stderr}") from error
    return target


def pack(bodies: Sequence[Path]) -> bytes:
    """All bodies in the client's format: a 32-bit little-endian length before each."""
    contents = [body.read_bytes() for body in bodies]
    return b"".join(struct.pack("<I", len(content)) + content for content in contents)


def run(
    port: int,
    request: Request,
    bodies: Sequence[Path],
    shape: Shape,
    requests: int,
    *,
    cpus: set[int] | None = None,
) -> Outcome:
    """Sends that many requests, the bodies in turn; raises unless each one was answered well."""
    packed = WORK / "rotate.bodies"
    packed.write_bytes(pack(bodies))
    line = [
        str(build()),
        str(port),
        request.path,
        str(shape.clients),
        str(shape.streams),
    ]
    line += [str(requests), str(packed)]
    if cpus and shutil.which("taskset"):
        line = ["taskset", "-c", ",".join(str(cpu) for cpu in sorted(cpus)), *line]
    try:
        done = subprocess.run(
            line, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise H2loadError(f"rotate took over {TIMEOUT_SECONDS:.0f} s") from error
    outcome = parse(done.stdout, done.stderr)
    check(outcome, request, requests)
    return outcome


def parse(text: str, errors: str = "") -> Outcome:
    """The client's one line of JSON, as h2load's report would have been."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise H2loadError(f"no report of rotate: {text}{errors}") from error
    return Outcome(
        seconds=found["seconds"],
        rate=found["requests"] / max(found["seconds"], 1e-9),
        total=found["requests"],
        succeeded=found["ok"],
        failed=found["failed"],
        errored=0,
        timed_out=0,
        status_2xx=found["ok"],
        data_bytes=found["data_bytes"],
    )
