"""The contest's table, verdicts and picture, and what of vigie-load's report they rest on."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

import side_by_side
from harness import plot, proc, vigie_load
from harness.contest import picture, table, verdicts
from harness.contest.lineup import ENTRIES, VIGIE
from harness.contest.results import Result, Tail
from harness.h2load import Request
from harness.plot import Bar, Panel
from harness.rounds import Series
from harness.subjects import Subject
from harness.wire import asked, infer, unframe


def tail(p99: float) -> Tail:
    one = Series((p99,))
    return Tail(1000.0, one, one, one, Series((0.0,)), Series((1.0,)))


def contest() -> dict[str, Result]:
    """Vigie at 600,000 Pings and 200,000 ModelInfers a CPU second; others slower in steps."""
    rows = {entry.key: Result(entry.key, entry.name) for entry in ENTRIES}
    figures = {
        VIGIE: (600.0, 200.0),
        "cpp-tl2cgen": (90.0, 36.0),
        "cpp-onnxruntime": (91.0, 30.0),
        "cpp-two-threads": (80.0, 34.0),
        "grpc-swift": (30.0, 9.0),
        "grpcio": (9.0, 3.0),
        "triton": (None, 10.0),
        "mlserver": (None, 1.0),
    }
    for key, (ping, infer_rate) in figures.items():
        rows[key].ping = Series((ping * 1000, ping * 2000)) if ping else None
        rows[key].infer = Series((infer_rate * 1000, infer_rate * 2000))
        rows[key].capacity = infer_rate * 900
        rows[key].tails = {0.3: tail(300.0), 0.7: tail(900.0)}
        rows[key].vigie_tail = None if key == VIGIE else tail(300.0)
    return rows


def test_the_fastest_variant_of_a_peer_is_the_one_to_beat() -> None:
    ping = verdicts.judge_throughput(contest(), "ping").verdicts
    assert [round(each.value, 2) for each in ping] == [6.59, 20.0]
    found = verdicts.judge_throughput(contest(), "infer").verdicts
    assert [(round(each.value, 2), each.reached) for each in found] == [
        (5.56, True),
        (20.0, True),
        (200.0, True),
    ]


def test_tails_are_compared_at_the_rate_that_the_peer_can_bear() -> None:
    found = verdicts.judge_tails(contest())
    assert not found.unmeasured
    assert {round(each.value, 3) for each in found.verdicts} == {0.333}
    assert all(each.reached for each in found.verdicts)


def test_a_peer_that_is_missing_leaves_its_target_open_and_says_why() -> None:
    rows = contest()
    rows["triton"] = Result("triton", "Triton", missing="triton cannot be installed: no wheel")
    found = verdicts.judge_throughput(rows, "infer")
    assert len(found.verdicts) == 2
    assert found.unmeasured == [
        "ModelInfer per CPU s, × Triton: triton cannot be installed: no wheel"
    ]


def test_a_peer_left_out_as_asked_is_no_failure() -> None:
    rows = contest()
    rows["mlserver"] = Result("mlserver", "MLServer", "left out, as asked", skipped=True)
    assert not verdicts.judge_throughput(rows, "infer").unmeasured
    assert not verdicts.judge_tails(rows).unmeasured


def test_what_tls_costs_is_the_share_that_it_takes() -> None:
    found = verdicts.judge_tls({"Ping": (Series((400.0, 200.0)), Series((320.0, 160.0)))})
    assert found.verdicts[0].value == pytest.approx(0.2)
    assert found.verdicts[0].reached


def test_the_table_names_who_is_not_in_it() -> None:
    rows = contest()
    rows["grpcio"] = Result("grpcio", "Python grpcio", missing="no wheel\nfor this Python")
    lines = table.markdown(rows).splitlines()
    assert lines[0].startswith("| server | Ping a CPU s")
    assert len({line.count("|") for line in lines if line.startswith("|")}) == 1
    assert not any("grpcio" in line for line in lines if line.startswith("|"))
    assert "- Python grpcio: no wheel for this Python" in lines
    assert any(line.startswith("| Triton") and "20.0" in line for line in lines)


def test_the_picture_has_a_bar_for_every_figure() -> None:
    drawn = ElementTree.fromstring(picture.draw(contest()))
    bars = [each for each in drawn.iter() if each.tag.endswith("rect")][1:]
    # Six Pings, eight ModelInfers, eight tails and Vigie's seven at the others' rates.
    assert len(bars) == 6 + 8 + 8 + 7
    assert all(float(bar.attrib["width"]) > 0 for bar in bars)


def test_bars_are_as_long_as_their_logarithms() -> None:
    drawn = ElementTree.fromstring(
        plot.svg("t", [Panel("p", [Bar("<a>", 10.0), Bar("b", 1000.0)])])
    )
    lengths = [float(each.attrib["width"]) for each in drawn.iter() if each.tag.endswith("rect")]
    assert lengths[2] == pytest.approx(3 * lengths[1], rel=0.01)
    with pytest.raises(ValueError, match="above zero"):
        plot.decades([0.0, 1.0])


def test_vigie_loads_report_is_read_in_microseconds() -> None:
    times = {"count": 10, "p50": 1e-4, "p99": 2e-3, "p99.9": 3e-3}
    document = {
        "summary": {"wrong": 0, "sent": 10, "rate": 5.0, "errorShare": 0.1},
        "latency": times,
        "generator": {"lag": {"count": 0}},
    }
    found = vigie_load.parse(document)
    assert (found.p50, found.p99, found.p999) == pytest.approx((100, 2000, 3000))
    assert (found.rate, found.error_share, found.lag_p99) == (5.0, 0.1, 0.0)
    with pytest.raises(vigie_load.VigieLoadError, match="3 of 10 answers were wrong"):
        vigie_load.parse(document | {"summary": document["summary"] | {"wrong": 3}})


def test_a_server_without_a_ready_line_gets_a_port_wherever_it_is_told() -> None:
    subject = Subject(
        "x", "", ["x", "--port=PORT", "PORTS"], Request("/"), None, {"A_PORT": "PORT"}
    )
    server = subject.server()
    assert server.command == ["x", f"--port={server.port}", "PORTS"]


def test_a_request_gives_its_row_back() -> None:
    assert asked(unframe(infer("m", [1.5, -2.0]))) == [1.5, -2.0]


def test_children_count_to_their_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True
    ) as child:
        family = proc.tree(os.getpid())
        assert child.pid in family
        assert proc.tree_resident(os.getpid()) > proc.memory(os.getpid()).resident
        child.communicate("\n")


def test_the_command_line_knows_every_server_but_lets_vigie_stay() -> None:
    assert side_by_side.parse_arguments(["--skip", "triton"]).skip == ["triton"]
    with pytest.raises(SystemExit):
        side_by_side.parse_arguments(["--skip", "vigie"])
