"""Python environments of peers' own, beside .venv: made once, bounded in time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness import report
from harness.places import REPOSITORY, MissingError

INSTALL_SECONDS_MAX = 900.0


def venv(name: str, requirements: Sequence[str]) -> Path:
    """The folder `.venv-NAME` with these packages; made when it is not there or held others."""
    folder = REPOSITORY / f".venv-{name}"
    stamp = folder / ".complete"
    wanted = "\n".join(requirements) + "\n"
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    report.say(f"installing {', '.join(requirements)} into {folder.name}: minutes, once")
    _run([sys.executable, "-m", "venv", str(folder)], name)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, *requirements], name)
    stamp.write_text(wanted)
    return folder


def site_packages(folder: Path) -> Path:
    """Where that environment's packages lie."""
    found = sorted(folder.glob("lib/python*/site-packages"))
    if not found:
        raise MissingError(f"{folder.name} has no site-packages: delete it, and run again")
    return found[-1]


def _run(line: Sequence[str], name: str) -> None:
    try:
        done = subprocess.run(
            line, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise MissingError(
            f"{name}: not installed after {INSTALL_SECONDS_MAX:.0f} s: {' '.join(line)}"
        ) from error
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise MissingError(f"{name} cannot be installed: {words[-1]}")
