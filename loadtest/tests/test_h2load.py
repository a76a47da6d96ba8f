"""What h2load prints is read rightly, and a run that was not whole is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from harness import h2load
from harness.h2load import H2loadError, Request, Shape

REPORT = """\
progress: 100% done

finished in 75.85ms, 263667.88 req/s, 10.82MB/s
requests: 20000 total, 20000 started, 20000 done, 20000 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 20000 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 840.66KB (860840) total, 215.48KB (220648) headers (space savings 93.70%), \
273.44KB (280000) data
                     min         max         mean         sd        +/- sd
time for request:      104us      2.24ms       885us       304us    78.77%
"""


def test_a_report_is_read() -> None:
    outcome = h2load.parse(REPORT)
    assert outcome.seconds == pytest.approx(0.07585)
    assert outcome.rate == 263667.88
    assert (outcome.total, outcome.succeeded, outcome.status_2xx) == (20000,) * 3
    assert outcome.data_bytes == 280000


@pytest.mark.parametrize(("text", "seconds"), [("950us", 0.00095), ("2.50s", 2.5), ("1.50m", 90.0)])
def test_durations_have_units(text: str, seconds: float) -> None:
    assert h2load.parse(REPORT.replace("75.85ms", text)).seconds == pytest.approx(seconds)


def test_text_without_a_report_is_refused() -> None:
    with pytest.raises(H2loadError, match="no report"):
        h2load.parse("Could not connect to host\n")


def test_answers_that_are_too_short_are_refused() -> None:
    outcome = h2load.parse(REPORT)
    h2load.check(outcome, Request("/", answer_bytes=14), 20000)
    with pytest.raises(H2loadError, match="answered with an error"):
        h2load.check(outcome, Request("/", answer_bytes=15), 20000)


def test_a_failed_request_is_refused() -> None:
    outcome = dataclasses.replace(h2load.parse(REPORT), succeeded=19999, failed=1)
    with pytest.raises(H2loadError, match="19999 of 20000"):
        h2load.check(outcome, Request("/"), 20000)


def test_the_log_gives_microseconds() -> None:
    assert h2load.parse_log("1795630055120553\t200\t1242\n1795630055121963\t200\t88\n") == [
        1242,
        88,
    ]


@pytest.mark.parametrize("line", ["1795630055120553\t-1\t12", "1795630055120553"])
def test_a_log_with_a_failed_or_broken_line_is_refused(line: str) -> None:
    with pytest.raises(H2loadError):
        h2load.parse_log(line)


def test_the_command_is_what_a_person_would_type() -> None:
    request = Request("/a", body=Path("b"), headers=("te: trailers",))
    line = h2load.command(9, request, Shape(2, 3), requests=10)
    assert line == [
        *("h2load", "-c", "2", "-m", "3", "-t", "1", "-n", "10"),
        *("-H", "te: trailers", "-d", "b", "http://127.0.0.1:9/a"),
    ]
