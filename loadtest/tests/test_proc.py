"""Files of /proc are read rightly."""

from __future__ import annotations

import os
import time

from harness import proc


def test_a_name_with_spaces_and_brackets_does_not_shift_the_fields() -> None:
    fields = " ".join(str(number) for number in range(4, 53))
    name, cpu = proc.parse_stat(f"42 (a) b (c)) S {fields}")
    assert name == "a) b (c)"
    # Fields 14 and 15 of proc(5).
    assert cpu.user == 14 / proc.TICKS_PER_SECOND
    assert cpu.system == 15 / proc.TICKS_PER_SECOND


def test_memory_is_in_bytes() -> None:
    memory = proc.parse_status("Name:\tx\nVmRSS:\t 12 kB\nRssAnon:\t 8 kB\nRssFile:\t4 kB\n")
    assert (memory.resident, memory.anonymous, memory.file) == (12288, 8192, 4096)


def test_a_zombie_has_no_memory() -> None:
    assert proc.parse_status("Name:\tx\nState:\tZ\n").resident == 0


def test_work_shows_in_our_own_cpu_time() -> None:
    before = proc.cpu_time(os.getpid())
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert (proc.cpu_time(os.getpid()) - before).total >= 0.03
    assert proc.memory(os.getpid()).resident > 1 << 20
    assert proc.threads(os.getpid())
