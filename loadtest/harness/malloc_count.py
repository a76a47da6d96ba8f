"""Compiles the counter of malloc/count.c, and reads the file that it keeps its counts in."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.places import LOADTEST, WORK, MissingError

# As in count.c: struct object is a name of 104 bytes and three 64-bit counts.
OBJECTS = 64
OBJECT = struct.Struct("<104sQQQ")
HEADER = struct.Struct("<8sQ")
STACKS = 256
DEPTH = 24
STACK = struct.Struct(f"<QQQ{DEPTH}Q")


@dataclass(frozen=True)
class Counts:
    """Allocations, frees and bytes asked for by one object file."""

    allocations: int = 0
    frees: int = 0
    bytes: int = 0

    def __sub__(self, other: Counts) -> Counts:
        return Counts(
            self.allocations - other.allocations,
            self.frees - other.frees,
            self.bytes - other.bytes,
        )


@dataclass(frozen=True)
class Stack:
    """Where allocations came from: offsets in the executable, innermost first; 0 is elsewhere."""

    count: int
    frames: tuple[int, ...]


def parse(data: bytes) -> dict[str, Counts]:
    """The counts by object file."""
    magic, objects = HEADER.unpack_from(data)
    if magic != b"VGMALLOC":
        raise ValueError("not a file of malloc/count.c")
    counts = {}
    for index in range(min(objects, OBJECTS)):
        name, *numbers = OBJECT.unpack_from(data, HEADER.size + index * OBJECT.size)
        counts[name.split(b"\0")[0].decode()] = Counts(*numbers)
    return counts


def parse_stacks(data: bytes) -> list[Stack]:
    """The recorded stacks, the most frequent first."""
    begin = HEADER.size + OBJECTS * OBJECT.size + 8
    return sorted(_stacks(data, begin), key=lambda stack: -stack.count)


def _stacks(data: bytes, begin: int) -> Iterator[Stack]:
    for index in range(STACKS):
        mark, count, depth, *frames = STACK.unpack_from(data, begin + index * STACK.size)
        if mark:
            yield Stack(count, tuple(frames[:depth]))


def since(before: dict[str, Counts], after: dict[str, Counts]) -> dict[str, Counts]:
    return {name: counts - before.get(name, Counts()) for name, counts in after.items()}


def build() -> Path:
    """The shared object for LD_PRELOAD, compiled when its source is newer."""
    source = LOADTEST / "malloc" / "count.c"
    target = WORK / "count.so"
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return target
    WORK.mkdir(parents=True, exist_ok=True)
    command = [
        "cc",
        "-O2",
        "-shared",
        "-fPIC",
        "-fno-builtin",
        "-o",
        str(target),
        str(source),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise MissingError("no C compiler: apt-get install gcc") from error
    except subprocess.CalledProcessError as error:
        raise MissingError(f"malloc/count.c does not compile:\n{error.stderr}") from error
    return target


def environment(counts: Path, stacks_from: int | None = None) -> dict[str, str]:
    """What a server must be started with so that it counts into that file."""
    variables = {"LD_PRELOAD": str(build()), "VIGIE_MALLOC_COUNTS": str(counts)}
    if stacks_from is not None:
        variables["VIGIE_MALLOC_STACKS"] = str(stacks_from)
    return variables
