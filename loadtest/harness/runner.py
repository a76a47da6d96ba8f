"""A running server under a load that saturates it, and how its CPU time is taken."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace

import model
from harness import h2load, probe, proc, rotate, wire
from harness.h2load import Outcome, Shape
from harness.server import Server
from harness.settings import Settings
from harness.subjects import Subject

SHAPE = Shape(clients=8, streams=32)
WARM_UP_REQUESTS = 2_000
CALIBRATION_SECONDS_MIN = 0.1
# /proc counts in hundredths of a second.
CPU_SECONDS_MIN = 0.01


@dataclass
class Runner:
    """A subject, its running server, and how many requests fill a round."""

    subject: Subject
    server: Server
    requests: int = WARM_UP_REQUESTS

    def load(self, settings: Settings) -> Outcome:
        request, bodies = self.subject.request, self.subject.bodies
        port, cpus = self.server.port, settings.load_cpus
        if bodies:
            return rotate.run(port, request, bodies, SHAPE, self.requests, cpus=cpus)
        return h2load.run(port, request, SHAPE, self.requests, cpus=cpus)

    def measure(self, settings: Settings) -> tuple[float, float, float]:
        """Answers per CPU second of the server's processes, per second, and the kernel's share."""
        before = proc.tree_cpu_time(self.server.pid)
        outcome = self.load(settings)
        used = proc.tree_cpu_time(self.server.pid) - before
        self.server.check_alive()
        total = max(used.total, CPU_SECONDS_MIN)
        return outcome.succeeded / total, outcome.rate, used.system / total


def start(subject: Subject, settings: Settings, stack: ExitStack) -> Runner:
    """Starts the server, checks one answer, warms up, and finds the size of a round."""
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
        before = proc.tree_cpu_time(runner.server.pid)
        runner.load(settings)
        used = (proc.tree_cpu_time(runner.server.pid) - before).total
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
