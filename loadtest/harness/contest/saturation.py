"""Answers per CPU second of each server's processes while a load saturates it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from harness import report
from harness.contest.checking import check_rows, first_answer
from harness.contest.lineup import Contender
from harness.contest.results import Result
from harness.h2load import H2loadError
from harness.probe import ProbeError
from harness.rounds import Series, interleave
from harness.runner import Runner, learn_length, size_of_round
from harness.server import Server, ServerError
from harness.settings import Settings
from harness.subjects import Subject

FAILURES = (ServerError, H2loadError, ProbeError, OSError)


def start(contender: Contender, stack: ExitStack) -> Server:
    """Started, with its model, and seen to answer as XGBoost does."""
    report.progress(f"starting {contender.name}")
    server = stack.enter_context(contender.base.server())
    first_answer(server)
    check_rows(server)
    return server


def ping(
    servers: Sequence[tuple[Contender, Server]], settings: Settings, rows: dict[str, Result]
) -> None:
    """Fills `ping` of those who have it."""
    pairs = [(each, server) for each, server in servers if each.answers_ping]
    for key, (per_cpu, _) in _measure(pairs, Contender.ping, settings, rows).items():
        rows[key].ping = per_cpu


def infer(
    servers: Sequence[tuple[Contender, Server]], settings: Settings, rows: dict[str, Result]
) -> None:
    """Fills `infer` and `capacity`."""
    for key, (per_cpu, per_wall) in _measure(servers, Contender.infer, settings, rows).items():
        rows[key].infer = per_cpu
        rows[key].capacity = per_wall.median


def _measure(
    servers: Sequence[tuple[Contender, Server]],
    subject: Callable[[Contender], Subject],
    settings: Settings,
    rows: dict[str, Result],
) -> dict[str, tuple[Series, Series]]:
    """Rounds in turn; of each contender, answers per CPU second and per second."""
    runners: list[tuple[str, Runner]] = []
    for contender, server in servers:
        report.progress(f"{contender.name}: warming up")
        runner = Runner(subject(contender), server)
        try:
            learn_length(runner)
            runner.requests = size_of_round(runner, settings)
        except FAILURES as error:
            rows[contender.key].missing = f"{runner.subject.request.path}: {error}"
            continue
        runners.append((contender.key, runner))
    series = interleave(
        runners,
        settings.rounds,
        lambda item: item[1].measure(settings),
        lambda number, item, figures: report.progress(
            f"round {number + 1}/{settings.rounds}: {item[1].subject.name} "
            f"{report.number(figures[0])} per CPU s"
        ),
    )
    report.progress_done()
    return {
        key: (per_cpu, per_wall)
        for (key, _), (per_cpu, per_wall, _) in zip(runners, series, strict=True)
    }
