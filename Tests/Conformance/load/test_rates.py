"""Requests leave when they should, and all of them are counted on both sides."""

import pytest
import tritonclient.grpc as triton


def served(server, model: str) -> int:
    """Requests that the server itself has counted."""
    with triton.InferenceServerClient(server.address) as client:
        statistics = client.get_inference_statistics(model).model_stats[0]
        return statistics.inference_stats.success.count


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (["--rate", "400"], 1200),
        (["--ramp", "0..800"], 1200),
        (["--steps", "200,600,400"], 1200),
        (["--spike", "200:1200:1s:600ms"], 1200),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_exactly_as_many_requests_are_sent_and_counted_as_were_asked(
    fixtures, load, pattern, expected
):
    before = served(fixtures, "scores")
    run = load("--target", fixtures.address, "--model", "scores", "--duration", "3s", *pattern)
    assert run.code == 0, run
    summary = run.report["summary"]
    assert summary["sent"] == summary["ok"] == expected
    assert served(fixtures, "scores") - before == expected
    assert sum(interval["sent"] for interval in run.report["intervals"]) == expected


def test_the_rate_is_within_one_percent(fixtures, load):
    run = load(
        *["--target", fixtures.address, "--rate", "500", "--duration", "4s", "--lag-max", "20ms"]
    )
    if run.code == 3:
        pytest.skip("this machine is too busy to send in time, and the generator says so")
    assert run.code == 0, run
    assert run.report["summary"]["sentRate"] == pytest.approx(500, rel=0.01)
    assert run.report["summary"]["rate"] == pytest.approx(500, rel=0.01)


def test_poisson_arrivals_depend_on_the_seed_only(fixtures, load):
    arguments = ["--target", fixtures.address, "--rate", "300", "--poisson", "--duration", "2s"]
    first, again, other = (load(*arguments, "--seed", seed) for seed in ["7", "7", "8"])
    assert first.code == 0, first
    sent = [run.report["summary"]["sent"] for run in (first, again, other)]
    assert sent[0] == sent[1]
    assert abs(sent[0] - 600) < 4 * 600**0.5
    assert sent[0] != sent[2]


def test_workers_share_the_load(fixtures, load):
    run = load(
        *["--target", fixtures.address, "--model", "scores", "--rate", "600"],
        *["--duration", "2s", "--workers", "2", "--connections", "5"],
    )
    assert run.code == 0, run
    assert run.report["summary"]["ok"] == 1200
    assert run.report["connections"]["made"] == 5


def test_a_closed_loop_has_as_many_under_way_as_there_are_streams(fixtures, load):
    run = load(
        *["--target", fixtures.address, "--model", "slow", "--closed", "--duration", "2s"],
        *["--connections", "2", "--streams", "3"],
    )
    assert run.code == 0, run
    assert run.report["summary"]["loop"] == "closed"
    assert max(interval["inFlight"] for interval in run.report["intervals"]) <= 6
    # Two workers take 20 ms for each: some hundred a second, never more.
    assert 20 < run.report["summary"]["rate"] <= 101
    assert run.report["uncorrected"]["p50"] > 0.02


def test_a_recording_is_replayed(fixtures, load, tmp_path):
    recording = tmp_path / "recording.jsonl"
    arguments = ["--target", fixtures.address, "--mix", "infer:scores=3", "--mix", "ping=1"]
    made = load(*arguments, "--rate", "200", "--duration", "2s", "--record", str(recording))
    assert made.code == 0, made
    lines = recording.read_text().splitlines()
    assert len(lines) == 400
    before = served(fixtures, "scores")
    run = load("--target", fixtures.address, "--replay", str(recording), "--speed", "2")
    assert run.code == 0, run
    assert run.report["summary"]["ok"] == 400
    assert run.report["summary"]["plannedSeconds"] == pytest.approx(1, abs=0.02)
    assert served(fixtures, "scores") - before == sum('"infer"' in line for line in lines)
