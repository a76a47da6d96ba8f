#!/usr/bin/env python3
"""What serving costs as things grow, and whether anything grows worse than linearly.

    make growth                                       everything, some minutes
    python loadtest/growth.py --only batch            one question
    python loadtest/growth.py --svg .build/growth     a plot for each figure

CPU seconds of the pod are measured, so that a busy machine matters little. Exit code 0: nothing grows
worse than linearly; 1: something does; 2: something could not be measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from growth import plot
from growth.settings import Settings
from growth.subjects import ALL
from harness import facts, report
from harness.h2load import H2loadError
from harness.places import MissingError
from harness.probe import ProbeError
from harness.server import ServerError


def at_most(text: str) -> tuple[str, float]:
    key, _, size = text.partition("=")
    return key, float(size)


def parse_arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="growth.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", action="append", choices=tuple(ALL), help="may be given several times"
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="of CPU time a round (1)")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts (3)")
    parser.add_argument(
        "--at-most",
        type=at_most,
        action="append",
        default=[],
        metavar="FIGURE=SIZE",
        help="leave out larger sizes: connections=1000",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--svg", type=Path, metavar="DIR", help="write a plot of each there")
    return parser.parse_args(words)


def main(words: Sequence[str]) -> int:
    arguments = parse_arguments(words)
    settings = Settings(arguments.seconds, arguments.rounds, dict(arguments.at_most))
    machine = facts.gather()
    print("What serving costs as things grow\n")
    print("\n".join(f"  {name:<12} {value}" for name, value in machine.items()))
    begin = time.monotonic()
    sections, failures = [], []
    for key in [key for key in ALL if not arguments.only or key in arguments.only]:
        try:
            figures = ALL[key](settings)
        except (MissingError, ServerError, H2loadError, ProbeError) as error:
            report.progress_done()
            failures.append(f"{key}: {error}")
            print(f"\n{key} could not be measured: {error}")
            continue
        for figure in figures:
            section = figure.section()
            report.print_section(section)
            sections.append(section)
            if arguments.svg:
                arguments.svg.mkdir(parents=True, exist_ok=True)
                (arguments.svg / f"{figure.key}.svg").write_text(plot.svg(figure))
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
