"""Runs h2load (nghttp2's load generator) and reads what it prints."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# How much longer than expected a run may take on a busy machine before it is given up.
TIMEOUT_SECONDS = 300.0


class H2loadError(Exception):
    """h2load could not run, or its run was not one that may be counted."""


@dataclass(frozen=True)
class Request:
    """What is sent: a GET, or with a body a POST."""

    path: str
    body: Path | None = None
    headers: Sequence[str] = ()
    # Body bytes of one good answer. h2load counts an answer with a gRPC error as a success (its
    # HTTP status is 200), so this is how a run proves that every answer was whole. None: unknown.
    answer_bytes: int | None = None
    # HTTP/2 over TLS instead of cleartext; the certificate is not looked at.
    tls: bool = False

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"


@dataclass(frozen=True)
class Shape:
    """How many connections, and how many requests at a time on each."""

    clients: int = 8
    streams: int = 32

    def __str__(self) -> str:
        return f"-c {self.clients} -m {self.streams}"


@dataclass(frozen=True)
class Outcome:
    """What h2load reported of one run."""

    seconds: float
    rate: float
    total: int
    succeeded: int
    failed: int
    errored: int
    timed_out: int
    status_2xx: int
    data_bytes: int


SUFFIX_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}

FINISHED = re.compile(r"finished in ([\d.]+)(us|ms|s|m|h), ([\d.]+) req/s")
REQUESTS = re.compile(
    r"requests: (\d+) total, \d+ started, \d+ done, (\d+) succeeded, "
    r"(\d+) failed, (\d+) errored, (\d+) timeout"
)
STATUS = re.compile(r"status codes: (\d+) 2xx")
TRAFFIC = re.compile(r"traffic: .*?\((\d+)\) total, .*?\((\d+)\) headers .*?\((\d+)\) data")


def parse(text: str) -> Outcome:
    """Reads h2load's report; raises H2loadError when it holds none."""
    finished = FINISHED.search(text)
    requests = REQUESTS.search(text)
    status = STATUS.search(text)
    traffic = TRAFFIC.search(text)
    if not (finished and requests and status and traffic):
        raise H2loadError("no report in what h2load printed:\n" + text[-2000:])
    return Outcome(
        seconds=float(finished[1]) * SUFFIX_SECONDS[finished[2]],
        rate=float(finished[3]),
        total=int(requests[1]),
        succeeded=int(requests[2]),
        failed=int(requests[3]),
        errored=int(requests[4]),
        timed_out=int(requests[5]),
        status_2xx=int(status[1]),
        data_bytes=int(traffic[3]),
    )


def parse_log(text: str) -> list[int]:
    """The latencies in a --log-file, in microseconds, in the file's order.

    Columns: start (µs since the epoch), HTTP status or -1, µs until the end of the response.
    """
    latencies = []
    for number, line in enumerate(text.splitlines(), start=1):
        columns = line.split("\t")
        if len(columns) < 3:
            raise H2loadError(f"log line {number} has {len(columns)} columns: {line!r}")
        if columns[1] != "200":
            raise H2loadError(f"log line {number}: HTTP status {columns[1]}")
        latencies.append(int(columns[2]))
    return latencies


def command(
    port: int,
    request: Request,
    shape: Shape,
    *,
    requests: int | None = None,
    seconds: float | None = None,
    log: Path | None = None,
    cpus: set[int] | None = None,
) -> list[str]:
    """The command line that a person would type."""
    line = ["h2load", "-c", str(shape.clients), "-m", str(shape.streams), "-t", "1"]
    if requests is not None:
        line += ["-n", str(requests)]
    if seconds is not None:
        line += ["-D", f"{seconds * 1000:.0f}ms"]
    for header in request.headers:
        line += ["-H", header]
    if request.body is not None:
        line += ["-d", str(request.body)]
    if log is not None:
        line.append(f"--log-file={log}")
    line.append(f"{request.scheme}://127.0.0.1:{port}{request.path}")
    if cpus and shutil.which("taskset"):
        line = ["taskset", "-c", ",".join(str(cpu) for cpu in sorted(cpus)), *line]
    return line


def run(
    port: int,
    request: Request,
    shape: Shape,
    requests: int,
    *,
    cpus: set[int] | None = None,
) -> Outcome:
    """Sends that many requests; raises unless each one was answered well and whole."""
    line = command(port, request, shape, requests=requests, cpus=cpus)
    outcome = parse(_execute(line))
    check(outcome, request, requests)
    return outcome


def latencies(
    port: int, request: Request, requests: int, *, cpus: set[int] | None = None
) -> list[int]:
    """One connection, one request at a time: each request's microseconds."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        shape = Shape(clients=1, streams=1)
        line = command(port, request, shape, requests=requests, log=log, cpus=cpus)
        check(parse(_execute(line)), request, requests)
        return parse_log(log.read_text())


def check(outcome: Outcome, request: Request, requests: int) -> None:
    """Raises unless all requests were answered with HTTP 200 and, when known, the right length."""
    if outcome.succeeded != requests or outcome.status_2xx != requests:
        raise H2loadError(
            f"{request.path}: {outcome.succeeded} of {requests} requests succeeded, "
            f"{outcome.failed} failed, {outcome.errored} errored, {outcome.timed_out} timed out"
        )
    if request.answer_bytes is not None and outcome.data_bytes != requests * request.answer_bytes:
        raise H2loadError(
            f"{request.path}: {outcome.data_bytes} bytes of answers, expected "
            f"{requests} × {request.answer_bytes}: some calls were answered with an error"
        )


def _execute(line: list[str]) -> str:
    try:
        done = subprocess.run(
            line, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise H2loadError("h2load is not installed: apt-get install nghttp2-client") from error
    except subprocess.TimeoutExpired as error:
        raise H2loadError(f"h2load took over {TIMEOUT_SECONDS:.0f} s: {' '.join(line)}") from error
    if done.returncode != 0:
        raise H2loadError(f"h2load ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
