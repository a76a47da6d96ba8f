#!/usr/bin/env python3
"""The same model behind Vigie, C++ gRPC, grpc-swift-2, Python grpcio, Triton and MLServer.

    make peers                                        sets up what is missing, measures everything
    python loadtest/side_by_side.py --only infer      one question
    python loadtest/side_by_side.py --skip mlserver   somebody left out

Writes table.md, plot.svg and results.json into --results. Who cannot be had is named with the reason.
Exit code 0: every target is reached; 1: some are not; 2: something could not be measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import facts, report
from harness.contest import footprint, lineup, picture, results, saturation, table, tails, tls
from harness.contest import verdicts as judging
from harness.contest.lineup import Contender
from harness.contest.results import Result
from harness.places import WORK, MissingError
from harness.report import Section
from harness.server import Server
from harness.settings import Settings, split_processors
from harness.vigie_load import VigieLoadError

QUESTIONS = ("ping", "infer", "latency", "footprint", "tls")
KEYS = tuple(entry.key for entry in lineup.ENTRIES)
FAILURES = (*saturation.FAILURES, MissingError, VigieLoadError)


def parse_arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="side_by_side.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=QUESTIONS,
        help="measure this only; may be given several times (latency includes infer)",
    )
    parser.add_argument(
        "--skip",
        action="append",
        default=[],
        choices=[key for key in KEYS if key != lineup.VIGIE],
        help="leave this server out",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=2.0,
        help="of a server's CPU time, a round at saturation (default 2)",
    )
    parser.add_argument(
        "--latency-seconds", type=float, default=3.0, help="a rate, a round (default 3)"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="servers in turn; medians count (default 5)"
    )
    parser.add_argument("--starts", type=int, default=3, help="of each server (default 3)")
    parser.add_argument(
        "--no-pin", action="store_true", help="let the kernel move servers and load between cores"
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=WORK / "side-by-side",
        metavar="FOLDER",
        help="where table.md, plot.svg and results.json go (default .build/loadtest/side-by-side)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures there, too")
    return parser.parse_args(words)


@dataclass
class Contest:
    """One run: rows fill as questions are answered."""

    settings: Settings
    latency_seconds: float
    starts: int
    present: Sequence[Contender]
    rows: dict[str, Result]
    sections: list[Section] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def run(self, questions: set[str]) -> None:
        if questions & {"ping", "infer", "latency"}:
            with ExitStack() as stack:
                servers = self._start(stack)
                if "ping" in questions:
                    saturation.ping(servers, self.settings, self.rows)
                    self._judge("ping", judging.judge_throughput(self.rows, "ping"))
                if questions & {"infer", "latency"}:
                    saturation.infer(servers, self.settings, self.rows)
                    self._judge("infer", judging.judge_throughput(self.rows, "infer"))
                if "latency" in questions:
                    tails.measure(servers, self.settings, self.latency_seconds, self.rows)
                    self._judge("latency", judging.judge_tails(self.rows))
        if "footprint" in questions:
            footprint.measure(self.present, self.starts, self.rows)
        if "tls" in questions:
            self._tls()

    def _start(self, stack: ExitStack) -> list[tuple[Contender, Server]]:
        servers = []
        for contender in self.present:
            try:
                servers.append((contender, saturation.start(contender, stack)))
            except FAILURES as error:
                self.rows[contender.key].missing = str(error)
        return servers

    def _tls(self) -> None:
        found = tls.measure(self.settings)
        judgement = judging.judge_tls(found)
        section = Section(
            "tls", "What TLS costs Vigie, answers a CPU second", ("", "cleartext", "TLS", "lost")
        )
        for name, (clear, secure) in found.items():
            cost = f"{judging.tls_cost(clear, secure) * 100:.0f} %"
            medians = (report.number(clear.median), report.number(secure.median))
            section.rows.append((name, *medians, cost))
            section.data[name] = {"cleartext": clear.values, "tls": secure.values}
        section.verdicts = list(judgement.verdicts)
        self.sections.append(section)

    def _judge(self, key: str, judgement: judging.Judgement) -> None:
        section = Section(key, key, ())
        section.verdicts = list(judgement.verdicts)
        self.sections.append(section)
        self.failures += judgement.unmeasured


def main(words: Sequence[str]) -> int:
    arguments = parse_arguments(words)
    server_cpus, load_cpus = split_processors(pin=not arguments.no_pin)
    settings = Settings(
        seconds=arguments.seconds,
        rounds=arguments.rounds,
        server_cpus=server_cpus,
        load_cpus=load_cpus,
    )
    machine = facts.gather()
    print("Vigie beside others\n")
    print("\n".join(f"  {name:<12} {value}" for name, value in machine.items()))
    begin = time.monotonic()
    present, absent = lineup.gather(settings, set(KEYS) - set(arguments.skip))
    contest = Contest(
        settings,
        arguments.latency_seconds,
        arguments.starts,
        present,
        results.table_of(present, absent),
    )
    try:
        contest.run(set(arguments.only or QUESTIONS))
    except FAILURES as error:
        report.progress_done()
        contest.failures.append(str(error))
    return conclude(contest, machine, arguments, time.monotonic() - begin)


def conclude(
    contest: Contest, machine: dict[str, str], arguments: argparse.Namespace, seconds: float
) -> int:
    """Prints and writes everything; gives the exit code."""
    rows = contest.rows
    main_section = Section("servers", "Servers, one model", table.COLUMNS, table.rows_of(rows))
    main_section.notes = [f"not measured: {line}" for line in table.absent(rows)]
    main_section.notes += [f"no verdict: {line}" for line in contest.failures]
    main_section.data = {key: row.as_json() for key, row in rows.items()}
    report.print_section(main_section)
    for section in contest.sections:
        if section.rows:
            report.print_section(section)
    sections = [main_section, *contest.sections]
    folder: Path = arguments.results
    folder.mkdir(parents=True, exist_ok=True)
    facts_text = "".join(f"- {name}: {value}\n" for name, value in machine.items())
    (folder / "table.md").write_text(f"{facts_text}\n{table.markdown(rows)}")
    (folder / "plot.svg").write_text(picture.draw(rows))
    code = report.conclude(
        sections,
        contest.failures,
        machine,
        seconds=seconds,
        json_file=folder / "results.json",
    )
    if arguments.json:
        arguments.json.write_text((folder / "results.json").read_text())
    print(f"  {folder}")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
