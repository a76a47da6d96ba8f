"""What machine this is and which programs were measured."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path


def first_line(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "not found"
    text = (done.stdout or done.stderr).strip()
    return text.splitlines()[0] if text else "?"


def cpu_model() -> str:
    text = Path("/proc/cpuinfo").read_text()
    match = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return match[1].strip() if match else platform.machine()


def memory_gib() -> float:
    match = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(match[1]) / 1024 / 1024 if match else 0.0


def gather() -> dict[str, str]:
    """Facts in the order in which they are printed."""
    return {
        "cpu": f"{cpu_model()}, {os.cpu_count()} cores seen",
        "memory": f"{memory_gib():.0f} GiB",
        "kernel": platform.release(),
        "system": _system(),
        "load before": "{:.1f} {:.1f} {:.1f}".format(*os.getloadavg()),
        "swift": first_line(["swift", "--version"]),
        "nghttp2": first_line(["h2load", "--version"]),
        "python": platform.python_version(),
    }


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform()
