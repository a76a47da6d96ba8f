"""What a caller would have felt is what is reported."""

import signal
import subprocess
import threading
import time

import pytest
from harness import binary
from load_runs import Run, environment


def stop_for(process: subprocess.Popen, after: float, seconds: float) -> threading.Thread:
    """Stops the process (SIGSTOP) for some time, from another thread."""

    def work():
        time.sleep(after)
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("streams", [1, 256])
def test_a_server_that_stops_for_a_second_shows_whatever_the_streams(start, load, streams):
    server = start("vigie-fixtures")
    stopper = stop_for(server.process, after=2.0, seconds=1.0)
    run = load(
        *["--target", server.address, "--rate", "400", "--duration", "5s", "--connections", "2"],
        *["--streams", str(streams), "--threshold", "p99<500ms"],
    )
    stopper.join()
    # One second of five: a fifth of the requests waited for half a second on average.
    assert run.report["latency"]["p99"] > 0.8
    assert run.report["latency"]["p95"] > 0.5
    assert run.report["latency"]["max"] > 0.95
    assert run.code == 1, run
    assert "p99<500ms" in run.output and "NOT HELD" in run.output
    assert run.report["summary"]["ok"] == 2000
    if streams == 1:
        # The two that were under way are all that the uncorrected measure sees.
        assert run.report["uncorrected"]["p99"] < 0.5
        assert run.report["generator"]["waitedForStream"]["p99"] > 0.5


def test_a_generator_that_stops_says_that_it_was_its_own_fault(fixtures, tmp_path):
    report = tmp_path / "report.json"
    process = subprocess.Popen(
        [binary("vigie-load"), "--target", fixtures.address, "--rate", "400"]
        + ["--duration", "3s", "--json", str(report)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    stop_for(process, after=1.0, seconds=0.7).join()
    output, errors = process.communicate(timeout=60)
    run = Run(process.returncode, output, errors, report)
    assert run.code == 3, run
    assert "NOT RELIABLE" in run.output and "--lag-max" in run.output
    assert run.report["generator"]["lag"]["max"] > 0.5
    assert run.report["generator"]["fault"]


def test_a_deadline_ends_calls_on_both_sides(fixtures, load):
    run = load(
        *["--target", fixtures.address, "--model", "slow", "--rate", "20", "--duration", "2s"],
        *["--timeout", "5ms", "--threshold", "errors{status=DEADLINE_EXCEEDED}==100%"],
    )
    assert run.code == 0, run
    assert run.report["outcomes"] == {"DEADLINE_EXCEEDED": 40}


def test_a_server_that_goes_away_is_seen_and_found_again(start, load, tmp_path):
    server = start("vigie-fixtures")
    restarted = []

    def replace():
        time.sleep(1.0)
        server.process.terminate()
        server.process.wait()
        time.sleep(0.3)
        restarted.append(start("vigie-fixtures", str(server.port)))

    thread = threading.Thread(target=replace)
    thread.start()
    run = load(
        *["--target", server.address, "--rate", "200", "--duration", "4s", "--timeout", "100ms"],
        *["--threshold", "ok>=400"],
    )
    thread.join()
    assert restarted, "the server did not come back"
    assert run.code == 0, run
    assert run.report["connections"]["lost"] >= 8
    assert run.report["connections"]["made"] >= 16
    assert run.report["summary"]["ok"] + run.report["summary"]["failed"] == 800


def test_slow_readers_are_counted_apart(fixtures, load):
    run = load(
        *["--target", fixtures.address, "--rate", "80", "--duration", "2s", "--connections", "4"],
        *["--slow-connections", "1", "--read-delay", "20ms", "--stream-window", "64"],
        *["--payload", "512"],
    )
    assert run.code == 0, run
    groups = {group["reader"]: group for group in run.report["groups"]}
    assert groups["slow"]["ok"] + groups[""]["ok"] == 160
    # 512 bytes and some, 64 at a time with 20 ms between.
    assert groups["slow"]["latency"]["p50"] > 0.1
    assert run.report["latency"]["count"] == groups[""]["ok"]


def test_capacity_is_that_of_the_server(fixtures, load):
    # Two workers with 20 ms for each request: a hundred a second.
    run = load(
        *["--target", fixtures.address, "--model", "slow", "--find-capacity"],
        *["--start-rate", "30", "--probe", "1500ms", "--slo-latency", "250ms"],
        *["--slo-errors", "2%", "--resolution", "15%", "--lag-max", "0"],
    )
    assert run.code == 0, run
    found = run.report["capacity"]
    assert 40 <= found["capacity"] <= 110, run
    assert found["reason"] and not found["isLowerBound"]
    assert any(step["fault"] for step in found["steps"])
    assert any(not step["fault"] for step in found["steps"])
