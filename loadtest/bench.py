#!/usr/bin/env python3
"""What Vigie reaches, side by side with nghttpd and with grpc-swift-2 serving the same method.

    make bench                                   everything but the soak
    python loadtest/bench.py --only throughput   one question
    python loadtest/bench.py --soak              twenty million requests, connections dying

Exit code 0: every figure reaches its target; 1: some do not; 2: something could not be measured.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import facts, report
from harness.h2load import H2loadError
from harness.places import MissingError
from harness.probe import ProbeError
from harness.report import Section
from harness.scenarios import (
    allocations,
    connections,
    instructions,
    latency,
    soak,
    startup,
    throughput,
)
from harness.server import ServerError
from harness.settings import Settings, split_processors

SCENARIOS: dict[str, Callable[[Settings], Section]] = {
    "throughput": throughput.run,
    "latency": latency.run,
    "startup": startup.run,
    "connections": connections.run,
    "allocations": allocations.run,
    "instructions": instructions.run,
    "soak": soak.run,
}
# Left out unless they are asked for: a soak takes minutes to an hour, callgrind two minutes.
LONG = {"soak", "instructions"}
PEERS = ("grpc-swift", "grpcio", "nghttpd-post")


def parse_arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=tuple(SCENARIOS),
        help="measure this only; may be given several times",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=3.0,
        help="of a server's CPU time, a round (default 3)",
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=5,
        help="rounds, servers in turn; medians count (default 5)",
    )
    parser.add_argument(
        "--skip-peer",
        action="append",
        default=[],
        choices=PEERS,
        help="leave this peer out (grpc-swift takes minutes to build, once)",
    )
    parser.add_argument(
        "--connections",
        type=int,
        default=10_000,
        help="idle connections (default 10000)",
    )
    parser.add_argument(
        "--soak",
        nargs="?",
        type=float,
        const=20.0,
        metavar="MILLIONS",
        help="soak as well, with so many million requests (default 20)",
    )
    parser.add_argument(
        "--serve-flag",
        action="append",
        default=[],
        metavar="FLAG",
        help="one more word for `vigie serve`: --serve-flag=--max-connections --serve-flag=20000",
    )
    parser.add_argument(
        "--pod",
        type=shlex.split,
        metavar="COMMAND",
        help="another program in the pod's place, as a shell would split it: it serves Ping "
        "and prints a line with 'ready: grpc 127.0.0.1:PORT'",
    )
    parser.add_argument(
        "--no-pin",
        action="store_true",
        help="let the kernel move server and load between cores",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser.parse_args(words)


def chosen(arguments: argparse.Namespace) -> list[str]:
    """The scenarios asked for, in the order of the table; the long ones only when named."""
    wanted = set(arguments.only or SCENARIOS.keys() - LONG)
    if arguments.soak is not None:
        wanted.add("soak")
    return [key for key in SCENARIOS if key in wanted]


def main(words: Sequence[str]) -> int:
    arguments = parse_arguments(words)
    server_cpus, load_cpus = split_processors(pin=not arguments.no_pin)
    settings = Settings(
        seconds=arguments.seconds,
        rounds=arguments.rounds,
        skip_peers=frozenset(arguments.skip_peer),
        pod=arguments.pod,
        serve_extra=arguments.serve_flag,
        connections=arguments.connections,
        soak_requests=round((arguments.soak or 20.0) * 1_000_000),
        server_cpus=server_cpus,
        load_cpus=load_cpus,
    )
    machine = facts.gather()
    print("Vigie's benchmark\n")
    print("\n".join(f"  {name:<12} {value}" for name, value in machine.items()))

    begin = time.monotonic()
    sections: list[Section] = []
    failures: list[str] = []
    for key in chosen(arguments):
        try:
            section = SCENARIOS[key](settings)
        except (MissingError, ServerError, H2loadError, ProbeError) as error:
            report.progress_done()
            failures.append(f"{key}: {error}")
            print(f"\n{key} could not be measured: {error}")
            continue
        report.print_section(section)
        sections.append(section)

    return report.conclude(
        sections,
        failures,
        machine,
        seconds=time.monotonic() - begin,
        json_file=arguments.json,
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
