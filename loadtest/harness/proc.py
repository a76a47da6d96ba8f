"""What the kernel says of a process: CPU time, memory, threads, descriptors. Read from /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class CpuTime:
    """CPU seconds that all threads of a process have used, the exited ones included."""

    user: float
    system: float

    @property
    def total(self) -> float:
        return self.user + self.system

    def __sub__(self, other: CpuTime) -> CpuTime:
        return CpuTime(self.user - other.user, self.system - other.system)


@dataclass(frozen=True)
class Memory:
    """Resident bytes of a process; `anonymous` is heap and stacks, `file` the mapped code."""

    resident: int
    anonymous: int
    file: int


@dataclass(frozen=True)
class Thread:
    """One thread's name and CPU seconds."""

    name: str
    cpu: CpuTime


def parse_stat(text: str) -> tuple[str, CpuTime]:
    """The command name (it may hold spaces and `)`) and CPU time in a `stat` file (proc(5))."""
    name = text[text.index("(") + 1 : text.rindex(")")]
    fields = text[text.rindex(")") + 2 :].split()
    # Fields 14 and 15 of the file; the split begins at field 3.
    return name, CpuTime(int(fields[11]) / TICKS_PER_SECOND, int(fields[12]) / TICKS_PER_SECOND)


def parse_status(text: str) -> Memory:
    """The memory figures of a `status` file, in bytes. A zombie has none: zeros."""
    values = {}
    for line in text.splitlines():
        key, _, rest = line.partition(":")
        if key in ("VmRSS", "RssAnon", "RssFile"):
            values[key] = int(rest.split()[0]) * 1024
    return Memory(values.get("VmRSS", 0), values.get("RssAnon", 0), values.get("RssFile", 0))


def cpu_time(pid: int) -> CpuTime:
    return parse_stat(Path(f"/proc/{pid}/stat").read_text())[1]


def memory(pid: int) -> Memory:
    return parse_status(Path(f"/proc/{pid}/status").read_text())


def threads(pid: int) -> list[Thread]:
    """The live threads, the busiest first."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found.append(Thread(*parse_stat((task / "stat").read_text())))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return sorted(found, key=lambda thread: -thread.cpu.total)


def tree(pid: int) -> list[int]:
    """The process and all that descend from it and still live."""
    found, at = [pid], 0
    while at < len(found):
        for children in Path(f"/proc/{found[at]}/task").glob("*/children"):
            try:
                found += [int(word) for word in children.read_text().split()]
            except (FileNotFoundError, ProcessLookupError):
                continue  # that thread ended while we looked
        at += 1
    return found


def tree_cpu_time(pid: int) -> CpuTime:
    """What the process and its living descendants have used."""
    times = [cpu_time(each) for each in tree(pid) if Path(f"/proc/{each}").exists()]
    return CpuTime(sum(time.user for time in times), sum(time.system for time in times))


def tree_resident(pid: int) -> int:
    """Resident bytes of the process and its living descendants; what two share counts twice."""
    return sum(memory(each).resident for each in tree(pid) if Path(f"/proc/{each}").exists())


def descriptors(pid: int) -> int:
    """How many file descriptors the process holds."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def pin(pid: int, cpus: set[int]) -> None:
    """Asks the kernel to keep every present thread of the process on these processors."""
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            os.sched_setaffinity(int(task), cpus)
        except ProcessLookupError:
            continue
