"""The engine beside ONNX Runtime, XGBoost, treelite, tl2cgen and shap; see comparison/README.md.

make bench-engine
python loadtest/compare.py --only trees-1 --only trees-1024 --rounds 9
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from comparison import measuring, table
from comparison.cases import all_cases
from harness import facts, report
from harness.places import MissingError
from harness.report import Section


def main(words: Sequence[str]) -> int:
    cases = all_cases()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=tuple(cases), help="this case only")
    parser.add_argument("--rounds", type=int, default=7, help="medians of so many count (7)")
    parser.add_argument("--seconds", type=float, default=0.5, help="of CPU time a round (0.5)")
    parser.add_argument("--core", type=int, default=0, help="run on this core; -1 for any (0)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    arguments = parser.parse_args(words)

    machine = facts.gather()
    print("Vigie's engine beside others, one thread\n")
    print("\n".join(f"  {name:<12} {value}" for name, value in machine.items()))
    begin = time.monotonic()
    sections: list[Section] = []
    failures: list[str] = []
    for key in [key for key in cases if key in (arguments.only or cases)]:
        try:
            case = cases[key]()
            results = measuring.measure(
                case,
                rounds=arguments.rounds,
                seconds=arguments.seconds,
                core=arguments.core if arguments.core >= 0 else None,
            )
        except (MissingError, measuring.WorkerError, measuring.WrongAnswerError) as error:
            report.progress_done()
            failures.append(f"{key}: {error}")
            print(f"\n{key} could not be measured: {error}")
            continue
        sections.append(table.section(case, results))
        report.print_section(sections[-1])

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
