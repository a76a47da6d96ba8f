"""Ten thousand connections that do nothing: the memory each one holds."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness import proc, report, subjects
from harness.idle import SPARE_DESCRIPTORS, IdleConnections, raise_descriptor_limit
from harness.peers import swift
from harness.places import MissingError
from harness.report import Section
from harness.settings import Settings
from harness.subjects import Subject

MIB = 1 << 20
RSS_TARGET_MB = 300.0
SETTLE_SECONDS = 2.0


def run(settings: Settings) -> Section:
    count = settings.connections
    section = Section(
        "connections",
        f"{count:,} idle HTTP/2 connections",
        ("server", "RSS MB", "before MB", "kB each", "alive", "after closing MB"),
    )
    limit = raise_descriptor_limit(count + SPARE_DESCRIPTORS)
    if limit < count + SPARE_DESCRIPTORS:
        section.notes.append(f"only {limit} descriptors are allowed (ulimit -n): fewer connections")
        count = limit - SPARE_DESCRIPTORS
    makers: list[Callable[[], Subject]] = [
        lambda: subjects.pod(settings),
        subjects.nghttpd,
    ]
    if "grpc-swift" not in settings.skip_peers:
        makers.append(swift.grpc_swift)
    for make in makers:
        try:
            _measure(make(), count, section)
        except MissingError as error:
            section.notes.append(str(error))
    return section


def _measure(subject: Subject, count: int, section: Section) -> None:
    report.progress(f"{subject.name}: opening {count:,} connections")
    with subject.server() as server:
        time.sleep(0.5)
        before = proc.memory(server.pid).resident
        with IdleConnections(server.port) as idle:
            idle.open(count)
            time.sleep(SETTLE_SECONDS)
            during = proc.memory(server.pid).resident
            alive = idle.alive()
            closed = idle.closed
        time.sleep(SETTLE_SECONDS)
        after = proc.memory(server.pid).resident
        server.check_alive()
    report.progress_done()
    section.rows.append(
        (
            subject.name,
            f"{during / MIB:.0f}",
            f"{before / MIB:.1f}",
            f"{(during - before) / count / 1024:.1f}",
            f"{alive:,}",
            f"{after / MIB:.0f}",
        )
    )
    section.data[subject.name] = {
        "connections": count,
        "alive": alive,
        "closed_by_server": closed,
        "rss_bytes": {"before": before, "during": during, "after": after},
    }
    if subject.name == subjects.PING_NAME:
        section.verdicts += [
            report.at_most(f"{count:,} idle connections, RSS", during / MIB, RSS_TARGET_MB, "MB"),
            report.at_least("Idle connections that answer a PING", alive, count),
        ]
