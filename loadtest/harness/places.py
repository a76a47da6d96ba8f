"""Where things are, and the error for what is not there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
LOADTEST = REPOSITORY / "loadtest"
# What the benchmark makes for itself; never committed.
WORK = REPOSITORY / ".build" / "loadtest"
DEMO_REGISTRY = REPOSITORY / "Sources" / "pipelines" / "demo-registry"


class MissingError(Exception):
    """Something that the benchmark needs is not there; the message says how to get it."""


def binary(name: str) -> Path:
    """A built executable of ours: in $VIGIE_BIN_DIR, else in .build/release."""
    folder = Path(os.environ.get("VIGIE_BIN_DIR", REPOSITORY / ".build" / "release"))
    path = folder / name
    if not path.exists():
        raise MissingError(f"{path} is not built: run `make build`, or set VIGIE_BIN_DIR")
    return path.resolve()


def tool(name: str, package: str) -> str:
    """A program of the system; the message of the error names the Debian package."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise MissingError(f"{name} is not installed: apt-get install {package}")
    return path


def demo_registry() -> Path:
    """The committed demo registry."""
    if not DEMO_REGISTRY.is_dir():
        raise MissingError(f"no demo registry at {DEMO_REGISTRY.relative_to(REPOSITORY)}")
    return DEMO_REGISTRY
