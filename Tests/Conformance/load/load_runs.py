"""Runs of vigie-load, and what came of them."""

import json
import os
import pathlib


class Run:
    """A finished run: its exit code, what it printed, its report."""

    def __init__(self, code: int, output: str, errors: str, report: pathlib.Path):
        self.code = code
        self.output = output
        self.errors = errors
        self.report = json.loads(report.read_text()) if report.exists() else {}

    def __repr__(self) -> str:
        return f"exit code {self.code}\n{self.output}\n{self.errors}"


def environment(**more: str) -> dict[str, str]:
    """This process's, without settings of vigie-load that a person may have."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("VIGIE_LOAD_")}
    return kept | more
