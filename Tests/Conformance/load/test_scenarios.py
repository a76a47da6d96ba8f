"""Every scenario of loadtest/scenarios runs, in a short form, against a real pod."""

import pytest
import yaml
from harness import ROOT

SCENARIOS = sorted((ROOT / "loadtest/scenarios").glob("*.yaml"))

# What makes each short, and kind to a machine that does other things, too.
SHORT = {
    "steady": ["--rate", "200"],
    "ramp": ["--ramp", "50..400"],
    "spike": ["--spike", "50:400:40%:20%"],
    "soak": ["--rate", "200", "--requests-per-connection", "50", "--interval", "1s"],
    "swap-under-load": ["--rate", "200", "--duration", "6s"],
    "canary": ["--rate", "200"],
    "slow-clients": ["--rate", "60"],
    "overload": ["--start-rate", "200", "--max-rate", "400", "--probe", "500ms"],
    "connection-churn": ["--rate", "200"],
    "mixed-methods": ["--rate", "200"],
}


def test_all_scenarios_are_here():
    assert {path.stem for path in SCENARIOS} == set(SHORT)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_does_what_its_name_says(pod, load, path):
    short = SHORT[path.stem]
    duration = [] if "--duration" in short else ["--duration", "2s"]
    run = load(
        *["--scenario", str(path), "--target", pod.address, *duration, *short],
        env={"REGISTRY": str(pod.registry)},
    )
    summary = run.report["summary"]
    assert summary["ok"] > 0 and summary["wrong"] == 0, run
    groups = run.report["groups"]
    # Whether demands on time hold depends on the machine, so only the others are asked for here.
    timeless = [t for t in run.report["thresholds"] if not t["text"].startswith(("p", "rate"))]
    match path.stem:
        case "overload":
            assert run.report["capacity"]["capacity"] > 0, run
            assert summary["sent"] > 0
        case "soak" | "connection-churn":
            assert run.report["connections"]["made"] > run.report["connections"]["planned"], run
            assert all(threshold["holds"] for threshold in timeless), run
        case "swap-under-load":
            assert {group["version"] for group in groups} == {"1", "2", "3"}, run
            assert all(threshold["holds"] for threshold in timeless), run
        case "canary":
            by_version = {group["version"]: group["ok"] for group in groups}
            assert by_version["2"] == pytest.approx(40, abs=10), run
            assert all(threshold["holds"] for threshold in timeless), run
        case "slow-clients":
            assert {group["reader"] for group in groups} == {"", "slow"}, run
            assert all(threshold["holds"] for threshold in timeless), run
        case "mixed-methods":
            assert len({group["method"] for group in groups}) == 4, run
            assert all(threshold["holds"] for threshold in timeless), run
        case _:
            assert all(threshold["holds"] for threshold in timeless), run


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_says_what_it_is_for_and_is_bounded(path):
    settings = yaml.safe_load(path.read_text())
    assert len(settings["description"]) > 40
    assert settings["duration"] and settings["threshold"]
