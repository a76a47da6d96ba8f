"""From exec to the first right answer, and the memory that a server takes then."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from harness import proc, report
from harness.contest.checking import first_answer
from harness.contest.lineup import Contender
from harness.contest.results import Result

# Long enough for a server to have finished what it does after it became ready.
SETTLE_SECONDS = 1.0


def measure(present: Sequence[Contender], starts: int, rows: dict[str, Result]) -> None:
    """Fills `start_seconds` and `resident_bytes`."""
    for contender in present:
        seconds, resident = [], []
        for number in range(starts):
            report.progress(f"{contender.name}: start {number + 1}/{starts}")
            begin = time.perf_counter()
            with contender.base.server() as server:
                first_answer(server)
                seconds.append(time.perf_counter() - begin)
                time.sleep(SETTLE_SECONDS)
                resident.append(proc.tree_resident(server.pid))
        report.progress_done()
        rows[contender.key].start_seconds = statistics.median(seconds)
        rows[contender.key].resident_bytes = statistics.median(resident)
