"""Pods to measure, what they cost, and registries of many models."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from harness import h2load
from harness.h2load import Request, Shape
from harness.places import WORK, binary, demo_registry
from harness.server import Server, ServerError

READY = r"ready: grpc [\d.]+:(\d+)"
HOME = WORK / "growth"
# Small, and with ten inputs that are plain numbers.
SMALL_MODEL = "credit-default"


def pod(registry: Path, *flags: str, loops: int = 1) -> Server:
    """A pod that is not started yet, with an admin port."""
    command = [str(binary("vigie")), "serve", "--registry", str(registry)]
    command += ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--loops", str(loops)]
    # Load is set by the question; whoever is refused would cost nothing.
    return Server("vigie", [*command, "--no-load-shedding", *flags], ready=READY)


def admin(server: Server) -> str:
    """The admin port's address."""
    found = re.search(r"admin ([\d.]+:\d+)", server.output())
    if found is None:
        raise ServerError("the pod's ready line names no admin port:\n" + server.output())
    return found[1]


def get(server: Server, page: str) -> str:
    with urllib.request.urlopen(f"http://{admin(server)}{page}", timeout=60) as answer:
        return answer.read().decode()


def cpu_seconds(pid: int) -> float:
    """Of all threads that a process has had, to the nanosecond (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2)


def cpu_per_call(
    server: Server,
    load: Callable[[int], object],
    *,
    seconds: float,
    rounds: int,
    least: int,
    most: int = 10_000_000,
) -> float:
    """CPU seconds of the server a request: the median of some rounds of about `seconds` each.

    `load` sends so many requests and returns when all are answered well.
    """

    def measure(requests: int) -> float:
        before = cpu_seconds(server.pid)
        load(requests)
        return (cpu_seconds(server.pid) - before) / requests

    measure(least)
    requests = int(min(most, max(least, seconds / measure(least))))
    return statistics.median(measure(requests) for _ in range(rounds))


def asking(server: Server, request: Request, shape: Shape) -> Callable[[int], object]:
    """A load of one request again and again."""
    return lambda requests: h2load.run(server.port, request, shape, requests)


def copies(count: int, model: str = SMALL_MODEL) -> tuple[Path, Sequence[str]]:
    """A registry of so many models, all the same but for their names; made once."""
    registry = HOME / f"registry-{count}"
    names = [f"{model}-{number:04}" for number in range(count)]
    if (registry / names[-1]).exists():
        return registry, names
    shutil.rmtree(registry, ignore_errors=True)
    source = demo_registry() / model / "1"
    for name in names:
        folder = registry / name / "1"
        shutil.copytree(source, folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["name"] = name
        (folder / "manifest.json").write_text(json.dumps(manifest))
    return registry, names
