"""Runs a case's contestants in turn, on one core, and holds their answers against ours."""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
from array import array
from dataclasses import dataclass
from pathlib import Path

from comparison.case import Case, Contestant
from harness import report
from harness.rounds import Series, interleave


class WrongAnswerError(Exception):
    """A contestant answers something else than ours: its time says nothing."""


class WorkerError(Exception):
    """A contestant did not run."""


@dataclass(frozen=True)
class Result:
    """One contestant's figures, a value a round."""

    contestant: Contestant
    ns: Series
    p99_ns: Series


def measure(case: Case, *, rounds: int, seconds: float, core: int | None) -> list[Result]:
    """Ours first. Raises when an answer is wrong."""
    _compare_answers(case, core)
    found = interleave(
        case.contestants,
        rounds,
        lambda contestant: _run(contestant, seconds, core),
        lambda number, contestant, figures: report.progress(
            f"{case.key}: round {number + 1} of {rounds}, {contestant.name}, {figures[0]:,.0f} ns"
        ),
    )
    report.progress_done()
    pairs = zip(case.contestants, found, strict=True)
    return [Result(contestant, series[0], series[1]) for contestant, series in pairs]


def _run(
    contestant: Contestant, seconds: float, core: int | None, answers: Path | None = None
) -> tuple[float, float]:
    command = [*contestant.command, "--seconds", str(seconds)]
    if answers is not None:
        command += ["--answers", str(answers)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),
    )
    if done.returncode != 0:
        raise WorkerError(f"{contestant.name}: {done.stderr.strip()[-500:]}")
    figures = json.loads(done.stdout)
    return figures["ns"], figures["p99_ns"]


def _compare_answers(case: Case, core: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        expected = _answers(case.ours, core, Path(folder) / "ours")
        for number, peer in enumerate(case.peers):
            if peer.tolerance is None:
                continue
            got = _answers(peer, core, Path(folder) / str(number))
            if len(got) != len(expected) or not expected:
                raise WrongAnswerError(
                    f"{case.key}: {peer.name} gives {len(got)} numbers, ours {len(expected)}"
                )
            for index, (theirs, ours) in enumerate(zip(got, expected, strict=True)):
                both_missing = math.isnan(theirs) and math.isnan(ours)
                if not both_missing and not abs(theirs - ours) <= peer.tolerance * (1 + abs(ours)):
                    raise WrongAnswerError(
                        f"{case.key}: answer {index} is {ours} here, {theirs} from {peer.name}"
                    )


def _answers(contestant: Contestant, core: int | None, path: Path) -> array[float]:
    _run(contestant, 0.001, core, path)
    values: array[float] = array("d")
    values.frombytes(path.read_bytes())
    return values[contestant.answers]
