"""A controller walks one rollout after the other over two pods under load: good canaries are promoted,
bad ones caught, each by what is there to catch it.

A controller that is killed in mid-walk: ../rollouts/test_controller.py; the guard alone: test_guard.py there.
"""

import contextlib
import json
import time
from collections import Counter

import grpc
import pytest
from arena import failures
from rollout_kit import MODEL, until
from stage import Controller
from versions import BAND, Version

SECONDS_MAX = 60
GUARD_SECONDS_MAX = 1
# Outcomes that are no loss: a run that is ended early has not sent what it never came to.
SENT = ("OK", "not sent")
# A good one between the bad ones, so that stable versions change as well.
KINDS = ["good", "throwing", "swapped", "slow", "good"]

# Each bad kind gets past the checks that are not for it: the throwing one is not shadowed, so that the
# guard meets it first.
ANALYSIS = [
    {
        "name": "flips",
        "source": "shadowFlipRate",
        "max": 0.02,
        "interval": "1s",
        "inconclusiveLimit": 60,
    },
    {
        "name": "latency",
        "source": "p99Ratio",
        "max": 8,
        "interval": "1s",
        "inconclusiveLimit": 60,
    },
]
SHADOW = {"shadowPercent": 100, "minimumRequests": 100, "analysis": ["flips"]}
WEIGHTS = [
    {"weight": 1000, "minimumRequests": 100, "analysis": ["latency"]},
    {"weight": 5000, "minimumRequests": 100, "analysis": ["latency"]},
]
GUARD = {"errorRate": 0.05, "nonFinite": True, "window": "1s", "minimumRequests": 20}


def spec(stable: int, canary: Version) -> dict:
    shadowed = canary.kind not in ("throwing", "slow")
    compared = {"version": canary.number, "percent": 0, "compare": {"bands": [BAND]}}
    return {
        "stable": {"version": stable},
        "canary": {"version": canary.number},
        "shadows": [compared] if shadowed else [],
        "routing": {"sticky": {"metadata": "x-account-id"}},
        "strategy": {
            "steps": [SHADOW, *WEIGHTS] if shadowed else WEIGHTS,
            "analysis": ANALYSIS if shadowed else ANALYSIS[1:],
            "guard": GUARD,
        },
    }


class Walk:
    """The rollouts of a test, one after the other."""

    def __init__(self, arena):
        self.arena = arena
        self.stable = 1
        self.failed_seconds = []

    @property
    def status(self) -> dict:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            file = self.arena.rollouts.folder / f"{MODEL}.status.json"
            return json.loads(file.read_text())["status"]
        return {}

    def allow(self, pairs: set):
        for witness in self.arena.witnesses:
            witness.allowed = pairs

    def go(self, number: int, kind: str) -> dict:
        """One rollout to its end; gives the controller's last word."""
        canary = Version(number, kind)
        self.arena.add(canary)
        stable, trial = (self.stable, "stable"), (number, "canary")
        allowed = {stable}
        if kind != "swapped":
            allowed.add(trial)
        if kind == "good":
            allowed.add((number, "stable"))
        self.allow(allowed)
        for witness in self.arena.witnesses:
            witness.forget()
            witness.failures.clear()
        self.arena.rollouts.write(spec(self.stable, canary))
        end = "Succeeded" if kind == "good" else "RolledBack"

        def ended():
            status = self.status
            if status.get("canaryVersion") != number:
                return None
            if status.get("phase") in ("Succeeded", "RolledBack", "Failed"):
                return status
            return None

        try:
            status = until(ended, SECONDS_MAX, f"the end of rollout {number} ({kind})")
        except AssertionError as error:
            raise AssertionError(f"{error}; the status is {self.status}") from error
        assert status["phase"] == end, status
        self.settle(number if kind == "good" else self.stable)
        self.check(canary)
        return status

    def settle(self, number: int):
        """Waits until all accounts of all callers are with that version, and lets only it answer."""

        def are_there():
            return all(
                witness.arm == "stable" and journey[-1] == number
                for witness in self.arena.witnesses
                for journey in list(witness.journeys.values())
            )

        until(are_there, 20, f"version {number} for all")
        self.stable = number
        self.allow({(number, "stable")})

    def check(self, canary: Version):
        number = canary.number
        for witness in self.arena.witnesses:
            self.arena.check(witness, may_fail=canary.kind == "throwing")
            for account, journey in list(witness.journeys.items()):
                # Up once, and if it was taken back, down once.
                turns = "".join("c" if version == number else "s" for version in journey)
                right = ("s", "c", "sc") if canary.kind == "good" else ("s", "sc", "scs")
                assert turns in right, (canary.kind, account, turns)
            failures = list(witness.failures)
            for _, _, arm, x, code, details in failures:
                # Only what this canary cannot answer, asked of this canary, has failed.
                assert arm == "canary" and canary.score(x) is None, (arm, x, code, details)
                assert code != grpc.StatusCode.UNAVAILABLE, details
        if canary.kind == "throwing":
            for pod in self.arena.pods:
                moments = [f[1] for w in self.arena.witnesses_of(pod) for f in w.failures]
                assert moments, "the throwing canary never answered"
                self.failed_seconds.append(max(moments) - min(moments))


def test_good_canaries_are_promoted_and_bad_ones_caught(arena, counts, figure):
    arena = arena(pods=2, rollouts=True)
    arena.add(Version(1))
    arena.rollouts.write({"stable": {"version": 1}})
    arena.start("--workers", 2)
    kinds = [KINDS[index % len(KINDS)] for index in range(counts.rollouts)]
    trials = [Version(number, kind) for number, kind in enumerate(kinds, start=2)]
    arena.watch()
    arena.load([Version(1), *trials], "--rate", 100, "--duration", "3600s")
    places = ",".join(f"http://{pod.admin}" for pod in arena.pods)
    controller = Controller(
        *["--rollouts", arena.rollouts.folder, "--pods", places, "--interval", "200ms"]
    )
    walk = Walk(arena)
    reasons = Counter()
    began = time.monotonic()
    try:
        for trial in trials:
            status = walk.go(trial.number, trial.kind)
            reasons[trial.kind, status["reason"]] += 1
            check_catch(trial.kind, status)
    finally:
        assert controller.stop() == 0, controller.errors
    seconds = time.monotonic() - began
    reports = arena.end_load()
    arena.stop_witnesses()
    throwing = {str(trial.number) for trial in trials if trial.kind == "throwing"}
    failed = 0
    for report in reports:
        assert report["summary"]["wrong"] == 0, report.get("wrongAnswers")
        assert throwing or not failures(report), report["outcomes"]
        for group in report["groups"]:
            lost = sum(n for status, n in group["outcomes"].items() if status not in SENT)
            assert not lost or group["arm"] == "canary", group
            failed += lost
    asked = sum(report["summary"]["ok"] for report in reports)
    asked += sum(sum(witness.answers.values()) for witness in arena.witnesses)
    figure(
        f"{len(trials)} rollouts",
        f"{seconds:.0f} s; {asked:,} requests answered, misrouted 0, wrong 0",
    )
    for (kind, reason), count in sorted(reasons.items()):
        figure(f"  {kind} canary", f"{count} × {reason}")
    worst = max(walk.failed_seconds, default=0)
    figure("  a throwing canary answered for", f"{worst * 1e3:.0f} ms at most, until the guard")
    figure("  failed by throwing canaries", f"{failed:,} of vigie-load's; of others none")
    assert worst < GUARD_SECONDS_MAX


def check_catch(kind: str, status: dict):
    """Caught by what is there for it."""
    text = json.dumps(status)
    match kind:
        case "good":
            assert status["reason"] == "Promoted", text
        case "throwing":
            assert status["reason"] == "GuardTripped", text
        case "slow":
            assert status["reason"] == "AnalysisFailed" and "latency" in status["message"], text
        case "swapped":
            assert status["reason"] == "AnalysisFailed" and "flips" in status["message"], text
        case _:
            pytest.fail(kind)
