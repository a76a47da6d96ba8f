"""Answers per CPU second of the server process.

The wall-clock rate on one machine is mostly the load generator's; the server's own CPU time (user
and system, from /proc) over the answers it gave is what a pod costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from harness import probe, report, subjects
from harness.h2load import H2loadError
from harness.peers import python, swift
from harness.places import MissingError
from harness.report import Section
from harness.rounds import Series, interleave
from harness.runner import SHAPE, start
from harness.server import ServerError
from harness.settings import Settings
from harness.subjects import Subject

PING_TARGET = 1.0
INFER_TARGET = 0.5


def run(settings: Settings) -> Section:
    section = Section(
        "throughput",
        f"Answers per CPU second of the server, one event loop, {SHAPE}",
        (
            "server",
            "request",
            "per CPU s",
            "low",
            "high",
            "× nghttpd",
            "",
            "kernel",
            "per wall s",
        ),
    )
    with ExitStack() as stack:
        runners = []
        for subject in lineup(settings, section):
            report.progress(f"starting {subject.name}")
            try:
                runners.append(start(subject, settings, stack))
            except (ServerError, H2loadError, probe.ProbeError) as error:
                section.notes.append(f"{subject.name} left out: {error}")
        series = interleave(
            runners,
            settings.rounds,
            lambda runner: runner.measure(settings),
            lambda number, runner, figures: report.progress(
                f"round {number + 1}/{settings.rounds}: {runner.subject.name} "
                f"{report.number(figures[0])} per CPU s"
            ),
        )
        report.progress_done()
    fill(section, [runner.subject for runner in runners], series)
    return section


def lineup(settings: Settings, section: Section) -> list[Subject]:
    """Everybody who can be measured here; who cannot is named in a note."""
    makers = {
        "nghttpd": subjects.nghttpd,
        "nghttpd-post": subjects.nghttpd_post,
        "vigie": lambda: subjects.pod(settings),
        "infer": lambda: subjects.infer(settings),
        "infer-rotated": lambda: subjects.infer(settings, rotated=True),
        "score": lambda: subjects.score(settings),
        "grpc-swift": swift.grpc_swift,
        "grpcio": python.grpcio,
    }
    found = []
    for key, make in makers.items():
        if key in settings.skip_peers:
            section.notes.append(f"{key} skipped, as asked")
            continue
        try:
            found.append(make())
        except MissingError as error:
            section.notes.append(f"{key} left out: {error}")
    return found


def fill(section: Section, who: Sequence[Subject], series: list[list[Series]]) -> None:
    by_name = {subject.name: found for subject, found in zip(who, series, strict=True)}
    base = by_name.get("nghttpd")
    top = max((found[0].median for found in series), default=1.0)
    for subject, (per_cpu, per_wall, kernel) in zip(who, series, strict=True):
        ratio = per_cpu.ratio(base[0]) if base else None
        section.rows.append(
            (
                subject.name,
                subject.what,
                report.number(per_cpu.median),
                report.number(per_cpu.low),
                report.number(per_cpu.high),
                f"{ratio.median:.2f}" if ratio else "–",
                report.bar(per_cpu.median / top),
                f"{kernel.median * 100:.0f} %",
                report.number(per_wall.median),
            )
        )
        section.data[subject.name] = {
            "per_cpu_second": per_cpu.values,
            "per_second": per_wall.values,
            "kernel_share": kernel.values,
            "ratio_to_nghttpd": ratio.values if ratio else None,
        }
        if ratio and subject.name == subjects.PING_NAME:
            section.verdicts.append(
                report.at_least("Ping, × nghttpd per CPU s", ratio.median, PING_TARGET)
            )
        if ratio and subject.name == subjects.INFER_NAME:
            section.verdicts.append(
                report.at_least("ModelInfer, × nghttpd per CPU s", ratio.median, INFER_TARGET)
            )
