"""An idle pod: from exec to ready, and the memory it takes with the demo registry."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from harness import probe, proc, report, subjects
from harness.peers import swift
from harness.places import MissingError
from harness.report import Section
from harness.settings import Settings
from harness.subjects import Subject

STARTS = 10
# Long enough for a pod to have finished what it does after it became ready.
SETTLE_SECONDS = 1.0
MIB = 1 << 20

RSS_TARGET_MB = 40.0
READY_TARGET_MS = 150.0


def run(settings: Settings) -> Section:
    section = Section(
        "startup",
        f"An idle server, median of {STARTS} starts",
        (
            "server",
            "ready ms",
            "slowest",
            "answers ms",
            "RSS MB",
            "of it heap",
            "threads",
        ),
    )
    makers: list[Callable[[], Subject]] = [
        lambda: subjects.pod(settings),
        subjects.nghttpd,
    ]
    if "grpc-swift" not in settings.skip_peers:
        makers.append(swift.grpc_swift)
    for make in makers:
        try:
            _measure(make(), section)
        except MissingError as error:
            section.notes.append(str(error))
    section.notes.append(
        "ready: from exec to the ready line (nghttpd: to the first accepted connection); "
        "answers: to the end of a first gRPC call"
    )
    return section


def _measure(subject: Subject, section: Section) -> None:
    ready, answers, resident, heap, threads = [], [], [], [], 0
    for start in range(STARTS):
        report.progress(f"{subject.name}: start {start + 1}/{STARTS}")
        begin = time.perf_counter()
        with subject.server() as server:
            if subject.name == subjects.PING_NAME:
                probe.serving(server.port)
            elif subject.request.headers:
                probe.learn(server.port, subject.request)
            answers.append((time.perf_counter() - begin) * 1000)
            ready.append(server.ready_seconds * 1000)
            time.sleep(SETTLE_SECONDS)
            memory = proc.memory(server.pid)
            resident.append(memory.resident / MIB)
            heap.append(memory.anonymous / MIB)
            threads = len(proc.threads(server.pid))
    report.progress_done()
    section.rows.append(
        (
            subject.name,
            f"{statistics.median(ready):.1f}",
            f"{max(ready):.1f}",
            f"{statistics.median(answers):.1f}",
            f"{statistics.median(resident):.1f}",
            f"{statistics.median(heap):.1f}",
            str(threads),
        )
    )
    section.data[subject.name] = {
        "ready_ms": ready,
        "answers_ms": answers,
        "rss_mb": resident,
    }
    if subject.name == subjects.PING_NAME:
        section.verdicts += [
            report.at_most("Idle pod, RSS", statistics.median(resident), RSS_TARGET_MB, "MB"),
            report.at_most("Ready after exec", statistics.median(ready), READY_TARGET_MS, "ms"),
        ]
