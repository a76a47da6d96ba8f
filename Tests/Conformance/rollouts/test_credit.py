"""Rollouts of a credit model: what answers say, the decision log, and shadows whose scores are compared."""

import hashlib
import json
import pathlib
import shutil
import sys

import pytest
from harness import DEMO, Pod
from rollout_kit import Rollouts, until

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "decisions"))
from decisions_kit import Caller, find

MODEL = "credit-default"


def copy_version(registry: pathlib.Path, version: int, change=lambda manifest, card: None):
    """The demo's scorecard as another version, as `change` has it."""
    folder = registry / MODEL / str(version)
    shutil.copytree(DEMO / MODEL / "1", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    card = json.loads((folder / "scorecard.json").read_text())
    manifest["version"] = version
    change(manifest, card)
    text = json.dumps(card)
    (folder / "scorecard.json").write_text(text)
    for file in manifest["files"]:
        if file["path"] == "scorecard.json":
            file["sha256"] = hashlib.sha256(text.encode()).hexdigest()
            file.pop("bytes", None)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def swap(manifest, card):
    """Late payments are taken for home loans, and the other way round."""
    names = {"past_due_90_days": "real_estate_loans", "real_estate_loans": "past_due_90_days"}
    for feature in card["features"]:
        feature["name"] = names.get(feature["name"], feature["name"])


def mark_age(manifest, card):
    for feature in manifest["signature"]["features"]:
        if feature["name"] == "age":
            feature["pii"] = True


@pytest.fixture
def credit(tmp_path):
    """Versions 1 and 2, which are the same but for their numbers, and 3, which swaps two features."""
    registry = tmp_path / "registry"
    copy_version(registry, 1, mark_age)
    copy_version(registry, 2)
    copy_version(registry, 3, swap)
    rollouts = Rollouts(tmp_path / "rollouts")
    pods = []

    def start(spec: dict, *arguments) -> tuple[Pod, Caller]:
        rollouts.write(spec, MODEL)
        pods.append(
            Pod(
                *["--registry", registry, "--rollouts", rollouts.folder, "--listen"],
                *["127.0.0.1:0", "--admin", "127.0.0.1:0", *arguments],
            )
        )
        return pods[-1], Caller(pods[-1].address)

    yield start
    assert [pod.stop() for pod in pods if pod.process.poll() is None] in ([], [0])


def report(pod: Pod) -> dict:
    status, text = pod.get("/rollouts")
    assert status == 200
    return json.loads(text)["rollouts"][0]


CANARY = {"stable": {"version": 1}, "canary": {"version": 2}, "routing": {"weight": 10_000}}


def test_an_answer_says_arm_and_reason(credit):
    _, caller = credit(CANARY)
    response, call = caller.credit.ScoreApplication.with_call(caller.application("a"))
    assert (response.version, response.arm, response.route) == ("2", "canary", "weight")
    assert dict(call.trailing_metadata()) == {
        "vigie-model-version": "2",
        "vigie-arm": "canary",
        "vigie-route": "weight",
    }
    request = caller.application("b")
    request.version = "1"
    response = caller.credit.ScoreApplication(request)
    assert (response.version, response.arm, response.route) == ("1", "pinned", "pinned")


def test_an_answer_of_a_stream_says_so_too(credit):
    _, caller = credit(CANARY)
    requests = [caller.application(str(index), seed=index) for index in range(5)]
    answers = list(caller.credit.ScoreApplications(iter(requests), timeout=10))
    assert [(a.version, a.arm, a.route) for a in answers] == [("2", "canary", "weight")] * 5


def test_workers_answers_say_so_too(credit):
    _, caller = credit(CANARY, "--workers", 1, "--inline-cost-max", "1us")
    response, call = caller.credit.ScoreApplication.with_call(caller.application("a"))
    assert (response.arm, response.route) == ("canary", "weight")
    assert dict(call.trailing_metadata())["vigie-arm"] == "canary"


def test_callers_stick_by_a_feature(credit):
    spec = CANARY | {"routing": {"weight": 5000, "sticky": {"input": "age"}}}
    _, caller = credit(spec)
    arms = {}
    for seed in range(120):
        request = caller.application(seed=seed)
        response = caller.credit.ScoreApplication(request)
        assert response.route == "sticky"
        age = request.features["age"].integer
        assert arms.setdefault(age, response.arm) == response.arm
    assert set(arms.values()) == {"stable", "canary"}


def test_the_decision_log_has_the_arm(credit, tmp_path):
    log = f"file:{tmp_path / 'decisions'}"
    pod, caller = credit(CANARY, "--decision-log", log)
    for index in range(5):
        caller.score(f"r{index}", seed=index)
    assert pod.stop() == 0
    decided = [found["record"] for found in find(log)]
    assert [(d["version"], d["arm"]) for d in decided] == [(2, "canary")] * 5


def test_a_shadow_that_is_the_same_agrees(credit):
    spec = {"stable": {"version": 1}, "shadows": [{"version": 2}]}
    pod, caller = credit(spec)
    for index in range(100):
        caller.score(f"r{index}", seed=index)
    shadow = until(
        lambda: next(
            (s for s in report(pod)["shadows"] if s["comparison"]["compared"] == 100), None
        ),
        what="a hundred comparisons",
    )
    assert (shadow["version"], shadow["against"]) == (2, 1)
    assert shadow["comparison"]["mismatches"] == 0
    assert shadow["comparison"]["flips"] == 0
    assert (shadow["offered"], shadow["dropped"], shadow["failed"]) == (100, 0, 0)


def test_a_shadow_that_is_subtly_wrong_is_found(credit):
    spec = {"stable": {"version": 1}, "shadows": [{"version": 3}]}
    pod, caller = credit(spec)

    def wrong(seed: int) -> float:
        """What version 3 says to those who name it."""
        request = caller.application(seed=seed)
        request.version = "3"
        return caller.credit.ScoreApplication(request).probability_of_default

    live = [caller.score(f"r{index}", seed=index) for index in range(100)]
    # Nobody gets its answers.
    assert {(a.version, a.arm) for a in live} == {("1", "stable")}
    shadow = until(
        lambda: next(
            (s for s in report(pod)["shadows"] if s["comparison"]["compared"] == 100), None
        ),
        what="a hundred comparisons",
    )
    comparison = shadow["comparison"]
    differences = [
        abs(answer.probability_of_default - wrong(index)) for index, answer in enumerate(live)
    ]
    assert comparison["mismatches"] == sum(difference > 1e-6 for difference in differences) > 0
    assert comparison["largest"] == pytest.approx(max(differences))
    assert len(comparison["bands"]) == 2
    assert sum(comparison["confusion"]) == 100
    sample = comparison["samples"][0]
    assert abs(sample["live"] - sample["shadow"]) == pytest.approx(comparison["largest"])
    assert sample["request"].startswith("r")
    # The manifest marks the age as personal.
    assert sample["features"]["age"] == "***"
    assert sample["features"]["dependents"] != "***"


def test_the_report_tells_of_arms(credit):
    pod, caller = credit(CANARY | {"routing": {"weight": 5000}})
    for index in range(60):
        caller.score(f"r{index}", seed=index)
    told = report(pod)
    assert told["model"] == MODEL
    assert told["canaryVersion"] == 2
    arms = {(arm["arm"], arm["version"]): arm for arm in told["arms"]}
    assert sum(arm["requests"] for arm in arms.values()) == 60
    for key in (("stable", 1), ("canary", 2)):
        assert arms[key]["errors"] == 0
        assert sum(arms[key]["scores"]["counts"]) == arms[key]["requests"]
        assert sum(arms[key]["latency"]["counts"]) == arms[key]["requests"]
        assert arms[key]["reference"]
    assert told["routes"]["weight"] == 60
    assert told["loaded"] == {"1": 1, "2": 1, "3": 1}
