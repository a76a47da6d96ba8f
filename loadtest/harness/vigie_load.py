"""Runs vigie-load: an open loop at a fixed rate, whose latencies count from when a request was due."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.places import binary

# Beyond a run's own length: for its last answers, and a busy machine.
GRACE_SECONDS = 60.0
# Exit codes of a run that was made: demands held, demands missed, late generator.
RUN_WAS_MADE = (0, 1, 3)


class VigieLoadError(Exception):
    """vigie-load could not run, or answers were wrong."""


@dataclass(frozen=True)
class Latencies:
    """Of the answers of one run, in microseconds from the times when requests were due."""

    p50: float
    p99: float
    p999: float
    # Answers a second, and requests that were not answered well, 0 to 1.
    rate: float
    error_share: float
    # By how much the generator itself was late: p99.
    lag_p99: float


def run(
    port: int, words: Sequence[str], *, rate: float, seconds: float, cpus: set[int] | None
) -> Latencies:
    """So many requests a second for so long; raises when an answer was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        line = [str(binary("vigie-load")), "run", "--target", f"127.0.0.1:{port}", *words]
        line += ["--rate", f"{rate:.0f}", "--duration", f"{seconds * 1000:.0f}ms"]
        line += ["--timeout", "10s", "--quiet", "--json", str(file)]
        if cpus and shutil.which("taskset"):
            line = ["taskset", "-c", ",".join(str(cpu) for cpu in sorted(cpus)), *line]
        try:
            done = subprocess.run(
                line, capture_output=True, text=True, timeout=seconds + GRACE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise VigieLoadError(f"vigie-load did not end: {' '.join(line)}") from error
        if done.returncode not in RUN_WAS_MADE or not file.exists():
            raise VigieLoadError(f"vigie-load ended with {done.returncode}:\n{done.stderr}")
        return parse(json.loads(file.read_text()))


def parse(document: dict[str, Any]) -> Latencies:
    """What of the report (report.schema.json) is compared."""
    summary, times = document["summary"], document["latency"]
    if summary["wrong"]:
        raise VigieLoadError(f"{summary['wrong']} of {summary['sent']} answers were wrong")
    if not times["count"]:
        raise VigieLoadError(f"none of {summary['sent']} requests was answered")
    lag = document["generator"]["lag"]
    return Latencies(
        p50=times["p50"] * 1e6,
        p99=times["p99"] * 1e6,
        p999=times["p99.9"] * 1e6,
        rate=summary["rate"],
        error_share=summary["errorShare"],
        lag_p99=lag.get("p99", 0.0) * 1e6,
    )
