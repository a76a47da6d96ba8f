"""Answers per CPU second of the server process.

The wall-clock rate on one machine is mostly the load generator's; the server's own CPU time (user
and system, from /proc) over the answers it gave is what a pod costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import model
from harness import h2load, peers, probe, proc, report, rotate, subjects, wire
from harness.h2load import H2loadError, Outcome, Shape
from harness.places import MissingError
from harness.report import Section
from harness.rounds import Series, interleave
from harness.server import Server, ServerError
from harness.settings import Settings
from harness.subjects import Subject

SHAPE = Shape(clients=8, streams=32)
WARM_UP_REQUESTS = 10_000
CALIBRATION_SECONDS_MIN = 0.1
PING_TARGET = 1.0
INFER_TARGET = 0.5


@dataclass
class Runner:
    """A subject, its running server, and how many requests fill a round."""

    subject: Subject
    server: Server
    requests: int = WARM_UP_REQUESTS

    def load(self, settings: Settings) -> Outcome:
        request = self.subject.request
        if self.subject.bodies:
            return rotate.run(
                self.server.port,
                request,
                self.subject.bodies,
                SHAPE,
                self.requests,
                cpus=settings.load_cpus,
            )
        return h2load.run(self.server.port, request, SHAPE, self.requests, cpus=settings.load_cpus)

    def measure(self, settings: Settings) -> tuple[float, float, float]:
        """Answers per CPU second of the server, per second, and the kernel's share of the first."""
        before = proc.cpu_time(self.server.pid)
        outcome = self.load(settings)
        used = proc.cpu_time(self.server.pid) - before
        self.server.check_alive()
        total = max(used.total, 0.01)
        return outcome.succeeded / total, outcome.rate, used.system / total


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
        "grpc-swift": peers.grpc_swift,
        "grpcio": peers.grpcio,
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


def start(subject: Subject, settings: Settings, stack: ExitStack) -> Runner:
    """Starts the server, checks one answer, warms up, and finds the size of a round."""
    report.progress(f"starting {subject.name}")
    server = stack.enter_context(subject.server())
    server.pin(settings.server_cpus)
    runner = Runner(subject, server)
    if subject.request.headers and "nghttpd" not in subject.name:
        learn_length(runner)
    runner.requests = size_of_round(runner, settings)
    return runner


def size_of_round(runner: Runner, settings: Settings) -> int:
    """Warms up; returns the requests that use about `seconds` of the server's CPU time.

    /proc counts in hundredths of a second: a sample shorter than ten of them says too little.
    """
    while True:
        before = proc.cpu_time(runner.server.pid)
        runner.load(settings)
        used = (proc.cpu_time(runner.server.pid) - before).total
        if used >= CALIBRATION_SECONDS_MIN:
            return max(1000, round(runner.requests * settings.seconds / used))
        runner.requests *= 4


def learn_length(runner: Runner) -> None:
    """Asks once by another client: the answer must be good, and every later one as long."""
    answer = probe.learn(runner.server.port, runner.subject.request)
    if runner.subject.request.path == wire.INFER_PATH:
        model.check(wire.inferred(wire.unframe(answer.body)))
    request = replace(runner.subject.request, answer_bytes=len(answer.body))
    runner.subject = replace(runner.subject, request=request)


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
