"""Instructions a request, counted by callgrind: the same on a busy machine and a quiet one.

Two loads of different length on one server that is warm; the difference of their counts is what
requests cost, and what connections cost cancels out. Instructions are not time (the kernel's are
not in it, and neither are cache misses), but a change of one percent shows, which no clock would
see.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from harness import callgrind, h2load, probe, report, rotate, subjects
from harness.h2load import H2loadError, Shape
from harness.peers import swift
from harness.places import WORK, MissingError, tool
from harness.report import Section
from harness.server import Server, ServerError
from harness.settings import Settings
from harness.subjects import Subject

SHAPE = Shape(clients=8, streams=32)
WARM_UP_REQUESTS = 2_000
SHORT_REQUESTS = 2_000
LONG_REQUESTS = 10_000
FUNCTIONS_SHOWN = 12
# Under callgrind calls take fifty times as long: that is no overload.
PATIENCE = ("--overload-latency", "60s")


@dataclass(frozen=True)
class Found:
    """Instructions a request: in all, by object file, and by function."""

    total: float
    objects: dict[str, float]
    functions: dict[str, float]


def run(settings: Settings) -> Section:
    section = Section(
        "instructions",
        f"Instructions a request outside the kernel, {SHAPE} (callgrind)",
        ("server", "request", "in all", "nghttp2", "program", "libc", "other"),
    )
    settings = replace(settings, serve_extra=[*settings.serve_extra, *PATIENCE])
    makers: list[Callable[[], Subject]] = [
        subjects.nghttpd,
        subjects.nghttpd_post,
        lambda: subjects.pod(settings),
        lambda: subjects.infer(settings),
        lambda: subjects.infer(settings, rotated=True),
        lambda: subjects.score(settings),
    ]
    if "grpc-swift" not in settings.skip_peers:
        makers.append(swift.grpc_swift)
    for make in makers:
        try:
            subject = make()
            found = measure(subject)
        except (MissingError, ServerError, H2loadError, probe.ProbeError) as error:
            section.notes.append(f"left out: {error}")
            continue
        _fill(section, subject, found)
    return section


def measure(subject: Subject) -> Found:
    """The long load less the short one, a request; both after the same warm-up."""
    report.progress(f"counting instructions of {subject.name}")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        with _profiled(subject, out).server() as server:
            for number, requests in enumerate(
                (WARM_UP_REQUESTS, SHORT_REQUESTS, LONG_REQUESTS), start=1
            ):
                _load(server, subject, requests)
                _dump(server)
                report.progress(f"counting instructions of {subject.name}: {number} of 3")
        short, long = (
            callgrind.parse((Path(f"{out}.{part}")).read_text(errors="replace")) for part in (2, 3)
        )
    report.progress_done()
    more = LONG_REQUESTS - SHORT_REQUESTS
    objects = {
        name: (cost - short.objects.get(name, 0)) / more for name, cost in long.objects.items()
    }
    functions = {
        name: (cost - short.functions.get(name, 0)) / more for name, cost in long.functions.items()
    }
    return Found(sum(objects.values()), objects, functions)


def _load(server: Server, subject: Subject, requests: int) -> None:
    if subject.bodies:
        rotate.run(server.port, subject.request, subject.bodies, SHAPE, requests)
    else:
        h2load.run(server.port, subject.request, SHAPE, requests)


def _dump(server: Server) -> None:
    """Has callgrind write what it counted since the last dump, into the next numbered file."""
    subprocess.run(
        ["callgrind_control", "--dump", str(server.pid)],
        check=True,
        capture_output=True,
        timeout=60,
    )


def _profiled(subject: Subject, out: Path) -> Subject:
    """The program without its debug information, which valgrind 3.19 cannot read from Swift 6."""
    valgrind = tool("valgrind", "valgrind")
    program = Path(shutil.which(subject.command[0]) or subject.command[0]).resolve()
    stripped = WORK / f"{program.name}.callgrind"
    command = [
        tool("objcopy", "binutils"),
        "--strip-debug",
        str(program),
        str(stripped),
    ]
    subprocess.run(command, check=True, capture_output=True)
    tail = [str(stripped), *subject.command[1:]]
    words = [valgrind, "--tool=callgrind", f"--callgrind-out-file={out}", "-q", *tail]
    return replace(subject, command=words)


def _fill(section: Section, subject: Subject, found: Found) -> None:
    program = Path(subject.command[0]).name + ".callgrind"
    parts = {"nghttp2": 0.0, "program": 0.0, "libc": 0.0, "other": 0.0}
    for name, cost in found.objects.items():
        if name == program:
            parts["program"] += cost
        elif name.startswith("libnghttp2"):
            parts["nghttp2"] += cost
        elif name.startswith("libc.so"):
            parts["libc"] += cost
        else:
            parts["other"] += cost
    section.rows.append(
        (
            subject.name,
            subject.what,
            *(report.number(cost) for cost in (found.total, *parts.values())),
        )
    )
    dearest = sorted(found.functions.items(), key=lambda item: -item[1])
    section.data[subject.name] = {
        "total": found.total,
        "objects": found.objects,
        "functions": dict(dearest[:100]),
    }
    if subject.name == subjects.PING_NAME:
        shown = callgrind.demangle([name for name, _ in dearest[:FUNCTIONS_SHOWN]])
        costs = [cost for _, cost in dearest[:FUNCTIONS_SHOWN]]
        section.notes += [
            f"Ping: {report.number(cost):>6}  {name[:100]}"
            for name, cost in zip(shown, costs, strict=True)
        ]
