#!/usr/bin/env python3
"""Where a pod's CPU time goes under a load that saturates it: the top of its flame graph, as a table.

    python loadtest/profile.py                    Ping and ModelInfer, in cleartext and over TLS
    python loadtest/profile.py --only infer

Needs perf (apt-get install linux-perf) and the release build.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import callgrind, perf, report, subjects
from harness.contest import tls
from harness.contest.lineup import patient, pinned
from harness.places import MissingError
from harness.runner import Runner, learn_length, size_of_round
from harness.settings import Settings, split_processors
from harness.subjects import Subject

WORKS = ("ping", "infer", "ping-tls", "infer-tls")
FUNCTIONS_SHOWN = 14
NAME_WIDTH = 100


def subject_of(work: str, settings: Settings) -> Subject:
    """The pod, and what it is asked. Over TLS one row only: the rotating client has none."""
    rotated = work == "infer"
    subject = subjects.infer(settings, rotated=rotated)
    if work.startswith("ping"):
        subject = replace(subject, request=subjects.ping_request())
    if work.endswith("tls"):
        command = [*subject.command, *tls.certificate()]
        subject = replace(subject, command=command, request=replace(subject.request, tls=True))
    return pinned(replace(subject, name=work), settings)


def profile(work: str, settings: Settings) -> None:
    subject = subject_of(work, settings)
    with ExitStack() as stack:
        server = stack.enter_context(subject.server())
        runner = Runner(subject, server)
        learn_length(runner)
        runner.requests = size_of_round(runner, settings)
        found = perf.sample(server.pid, lambda: runner.load(settings))
    print(f"\n{work}: {runner.requests:,} calls\n")
    rows = [(name, f"{share:.1f} %") for name, share in found.owners.most_common() if share >= 0.1]
    print(report.table(("whose", "share"), rows))
    top = found.functions.most_common(FUNCTIONS_SHOWN)
    names = callgrind.demangle([symbol for (_, symbol), _ in top])
    lines = [
        (f"{share:.1f} %", whose, name[:NAME_WIDTH])
        for ((whose, _), share), name in zip(top, names, strict=True)
    ]
    print("\n" + report.table(("share", "whose", "function"), lines))


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="profile.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", choices=WORKS, help="may be given several times")
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="of the pod's CPU time (default 5)"
    )
    arguments = parser.parse_args(words)
    server_cpus, load_cpus = split_processors(pin=True)
    settings = patient(
        Settings(seconds=arguments.seconds, server_cpus=server_cpus, load_cpus=load_cpus)
    )
    try:
        for work in arguments.only or WORKS:
            profile(work, settings)
    except MissingError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
