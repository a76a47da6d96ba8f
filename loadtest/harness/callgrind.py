"""Reads callgrind's output: what each function spent itself, by object file."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

NAMED = re.compile(r"(c?ob|c?fn)=\((\d+)\)(?: (.*))?$")
COST = re.compile(r"[+\-*\d]\S* (\d+)$")


@dataclass
class Profile:
    """Instructions by object file (its name without folders), and by function of any object."""

    objects: Counter[str] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)


def parse(text: str) -> Profile:
    """Sums the cost lines of callgrind's format (its manual, "Callgrind Format Specification").

    Names come once with a number, "fn=(7) main", and later by the number alone. The line after a
    `calls=` line is what the callee spent: it is counted where the callee is.
    """
    names: dict[tuple[str, str], str] = {}
    current = {"ob": "?", "fn": "?"}
    profile = Profile()
    callee = False
    for line in text.splitlines():
        if match := NAMED.match(line):
            kind = match[1].removeprefix("c")
            if match[3]:
                names[kind, match[2]] = match[3]
            if match[1] == kind:
                current[kind] = names.get((kind, match[2]), "?")
        elif line.startswith("calls="):
            callee = True
        elif match := COST.match(line):
            if not callee:
                profile.objects[Path(current["ob"]).name] += int(match[1])
                profile.functions[current["fn"]] += int(match[1])
            callee = False
    return profile


def demangle(names: Sequence[str]) -> list[str]:
    """Swift's names as they were written; others as they are."""
    try:
        done = subprocess.run(
            ["swift", "demangle", "--compact"],
            input="\n".join(names),
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return list(names)
    found = done.stdout.splitlines()
    return found if len(found) == len(names) else list(names)
