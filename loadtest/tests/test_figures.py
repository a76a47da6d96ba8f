"""Medians, ratios, verdicts and tables."""

from __future__ import annotations

import struct

import pytest

from harness import malloc_count, report, rotate
from harness.h2load import H2loadError
from harness.idle import parse_frames
from harness.malloc_count import Counts
from harness.rounds import Series, interleave, percentile
from harness.scenarios import soak


def test_rounds_alternate_and_every_second_runs_backwards() -> None:
    order: list[str] = []

    def measure(item: str) -> tuple[float]:
        order.append(item)
        return (float(len(order)),)

    found = interleave("ab", 3, measure, lambda *_: None)
    assert "".join(order) == "abbaab"
    assert found[0][0].values == (1, 4, 5)
    assert found[1][0].values == (2, 3, 6)


def test_a_ratio_is_taken_round_by_round() -> None:
    # The machine is twice as slow in the second round: the ratio does not see it.
    assert Series((200, 100)).ratio(Series((100, 50))).values == (2, 2)
    with pytest.raises(ValueError, match="different lengths"):
        Series((1,)).ratio(Series((1, 2)))


def test_percentiles_are_nearest_rank() -> None:
    values = list(range(1, 101))
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7], 0.999) == 7


def test_a_verdict_knows_its_side() -> None:
    assert report.at_least("x", 1.0, 1.0).reached
    assert not report.at_least("x", 0.99, 1.0).reached
    assert report.at_most("x", 40.0, 40.0).reached
    assert not report.at_most("x", 40.1, 40.0).reached


def test_figures_stand_to_the_right_and_words_to_the_left() -> None:
    lines = report.table(("who", "n"), [("a", "1"), ("long", "100")]).splitlines()
    assert lines[2] == "  a       1"
    assert lines[3] == "  long  100"


def test_a_counts_file_is_read() -> None:
    names = [b"vigie", b"libnghttp2.so.14"]
    data = malloc_count.HEADER.pack(b"VGMALLOC", len(names))
    for index, name in enumerate(names):
        data += malloc_count.OBJECT.pack(name, 10 + index, index, 100)
    assert malloc_count.parse(data) == {
        "vigie": Counts(10, 0, 100),
        "libnghttp2.so.14": Counts(11, 1, 100),
    }
    with pytest.raises(ValueError, match="not a file"):
        malloc_count.parse(bytes(16))


def test_soak_compares_medians_after_the_warm_up() -> None:
    samples = [10] * 20 + [100] * 40 + [130] * 40
    assert soak.thirds(samples) == (10, 100, 130)


def test_frames_are_taken_off_whole() -> None:
    ping = b"\0\0\x08\x06\x01\0\0\0\0vigie-up"
    buffer = bytearray(ping + ping[:5])
    assert parse_frames(buffer) == [(6, 1, b"vigie-up")]
    assert bytes(buffer) == ping[:5]


def test_what_the_rotating_client_prints_is_read() -> None:
    line = '{"requests": 10, "seconds": 0.5, "ok": 9, "failed": 1, "data_bytes": 90}'
    outcome = rotate.parse(line)
    assert (outcome.rate, outcome.succeeded, outcome.failed) == (20.0, 9, 1)
    with pytest.raises(H2loadError, match="connect"):
        rotate.parse("", "connect: refused")


def test_the_layout_of_the_counter_is_the_one_of_its_source() -> None:
    # struct object in malloc/count.c: char name[104] and three 64-bit numbers.
    assert malloc_count.OBJECT.size == 104 + 3 * 8
    assert malloc_count.STACK.size == struct.calcsize("<3Q24Q")
