"""Heap allocations a request in steady state, by the object file that made them.

Two runs of different length on fresh connections: the difference of their counts is what requests
cost, and what connections cost cancels out.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from harness import h2load, malloc_count, probe, report, rotate, subjects
from harness.h2load import Shape
from harness.malloc_count import Counts, Stack
from harness.peers import swift
from harness.places import MissingError
from harness.report import Section
from harness.settings import Settings
from harness.subjects import Subject

SHAPE = Shape(clients=8, streams=32)
WARM_UP_REQUESTS = 20_000
SHORT_REQUESTS = 20_000
LONG_REQUESTS = 120_000
# Fewer than one allocation in two hundred requests is a table that grows, not a request that pays.
OWN_TARGET = 0.005
NGHTTP2 = "libnghttp2"
# Below this, a row of the table says nothing.
SHOWN_MIN = 0.0005


def run(settings: Settings) -> Section:
    section = Section(
        "allocations",
        "Heap allocations a request, by who asked for them (steady state)",
        ("server", "request", "asked by", "allocations", "frees", "bytes"),
    )
    makers: list[Callable[[], Subject]] = [
        subjects.nghttpd,
        subjects.nghttpd_post,
        lambda: subjects.pod(settings),
        lambda: subjects.infer(settings),
        lambda: subjects.score(settings),
    ]
    if "grpc-swift" not in settings.skip_peers:
        makers.append(swift.grpc_swift)
    for make in makers:
        try:
            subject = make()
            found = measure(subject)
        except (MissingError, probe.ProbeError, h2load.H2loadError) as error:
            section.notes.append(f"left out: {error}")
            continue
        own = _fill(section, subject, found)
        if subject.name in (subjects.PING_NAME, subjects.INFER_NAME) and own > OWN_TARGET:
            section.notes += stacks(subject).splitlines()
    return section


def measure(subject: Subject) -> dict[str, tuple[float, float, float]]:
    """Allocations, frees and bytes a request, by object file."""
    report.progress(f"counting allocations of {subject.name}")
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts"
        with subject.server(malloc_count.environment(counts)) as server:
            _load(server.port, subject, WARM_UP_REQUESTS)
            deltas = []
            for requests in (SHORT_REQUESTS, LONG_REQUESTS):
                before = malloc_count.parse(counts.read_bytes())
                _load(server.port, subject, requests)
                deltas.append(malloc_count.since(before, malloc_count.parse(counts.read_bytes())))
    report.progress_done()
    short, long = deltas
    more = LONG_REQUESTS - SHORT_REQUESTS
    found = {}
    for name, counted in long.items():
        extra = counted - short.get(name, Counts())
        found[name] = (extra.allocations / more, extra.frees / more, extra.bytes / more)
    return found


def _load(port: int, subject: Subject, requests: int) -> None:
    if subject.bodies:
        rotate.run(port, subject.request, subject.bodies, SHAPE, requests)
    else:
        h2load.run(port, subject.request, SHAPE, requests)


def _fill(
    section: Section, subject: Subject, found: dict[str, tuple[float, float, float]]
) -> float:
    """Adds the rows; returns the allocations a request that nghttp2 did not ask for."""
    for name, (allocations, frees, size) in sorted(found.items(), key=lambda item: -item[1][0]):
        if max(allocations, frees) >= SHOWN_MIN:
            section.rows.append(
                (
                    subject.name,
                    subject.what,
                    name,
                    f"{allocations:.3f}",
                    f"{frees:.3f}",
                    f"{size:.0f}",
                )
            )
    own = sum(figures[0] for name, figures in found.items() if not name.startswith(NGHTTP2))
    section.data[subject.name] = {name: list(figures) for name, figures in found.items()}
    if subject.name in (subjects.PING_NAME, subjects.INFER_NAME):
        section.verdicts.append(
            report.at_most(
                f"{subject.name}: allocations a request beyond nghttp2's",
                max(own, 0),
                OWN_TARGET,
            )
        )
    return own


def stacks(subject: Subject, requests: int = 2_000) -> str:
    """Who allocates outside nghttp2: call stacks of the program's own functions, by frequency."""
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts"
        # A first server counts what start-up and warm-up allocate; a second one skips as many.
        with subject.server(malloc_count.environment(counts)) as server:
            _load(server.port, subject, requests)
            early = sum(
                found.allocations
                for name, found in malloc_count.parse(counts.read_bytes()).items()
                if not name.startswith(NGHTTP2)
            )
        counts.unlink()
        with subject.server(malloc_count.environment(counts, stacks_from=early)) as server:
            _load(server.port, subject, requests * 2)
            recorded = malloc_count.parse_stacks(counts.read_bytes())
    return "\n\n".join(_describe(stack, Path(subject.command[0])) for stack in recorded[:12])


def _describe(stack: Stack, program: Path) -> str:
    # A return address lies after its call: one less is inside it.
    own = [hex(frame - 1) for frame in stack.frames if frame]
    command = ["addr2line", "-f", "-e", str(program), *own]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")
    names = subprocess.run(
        ["swift", "demangle", "--compact", *lines[0::2]],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return f"{stack.count} ×\n" + "\n".join(f"    {name}" for name in names.splitlines()[:14])
