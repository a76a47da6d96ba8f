"""Real pods, and a real controller over a folder: good canaries are promoted, bad ones taken back."""

import contextlib
import json
import os
import signal
import subprocess
import threading

import pytest
from harness import Pod, binary
from rollout_kit import MODEL, Caller, Rollouts, linear, publish, throwing_from, until

STEPS = [
    {"shadowPercent": 100, "minimumRequests": 50, "analysis": ["flips"]},
    {"weight": 2000, "minimumRequests": 50, "analysis": ["errors"]},
]
ANALYSIS = [
    {"name": "flips", "source": "shadowFlipRate", "max": 0.05, "interval": "1s"},
    {"name": "errors", "source": "errorRateTest", "interval": "1s"},
]
BANDS = {"bands": [0.5]}


class Stage:
    """Two pods that follow a folder, a caller of both, and a controller that may be killed."""

    def __init__(self, folder):
        self.registry = folder / "registry"
        publish(self.registry, 1, linear((0.1, 0.0)))
        self.rollouts = Rollouts(folder / "rollouts")
        self.pods = [
            Pod(
                f"--registry={self.registry}",
                f"--rollouts={self.rollouts.folder}",
                "--listen=127.0.0.1:0",
                "--admin=127.0.0.1:0",
                "--registry-poll-interval=200ms",
            )
            for _ in range(2)
        ]
        self.controller = None
        self.start_controller()
        self.ended = threading.Event()
        self.versions = set()
        self.failures = 0
        self.caller = threading.Thread(target=self.call)
        self.caller.start()

    def start_controller(self):
        places = ",".join(f"http://{pod.admin}" for pod in self.pods)
        self.controller = subprocess.Popen(
            [
                binary("vigie"),
                "controller",
                f"--rollouts={self.rollouts.folder}",
                f"--pods={places}",
                "--interval=200ms",
                "--admin=127.0.0.1:0",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill_controller(self):
        os.kill(self.controller.pid, signal.SIGKILL)
        self.controller.wait()

    def call(self):
        callers = [Caller(pod) for pod in self.pods]
        index = 0
        while not self.ended.is_set():
            for caller in callers:
                index += 1
                try:
                    answer = caller.ask((float(index % 11), float(index % 7)))
                    self.versions.add(answer.version)
                except Exception:
                    self.failures += 1
        for caller in callers:
            caller.close()

    def begin(self, canary: int, **strategy):
        shadows = [{"version": canary, "percent": 0, "compare": BANDS}]
        self.rollouts.write(
            {
                "stable": {"version": 1},
                "canary": {"version": canary},
                "shadows": shadows,
                "strategy": {"steps": STEPS, "analysis": ANALYSIS, **strategy},
            }
        )

    @property
    def status(self) -> dict:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads((self.rollouts.folder / f"{MODEL}.status.json").read_text())
        return {}

    def phase(self) -> str:
        # The file holds the status, or an object that has one.
        return self.status.get("status", self.status).get("phase", "")

    def stop(self):
        self.ended.set()
        self.caller.join()
        self.controller.terminate()
        self.controller.wait(timeout=20)
        for pod in self.pods:
            assert pod.stop() == 0


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.stop()


def test_a_good_canary_is_promoted_though_the_controller_is_killed(stage):
    publish(stage.registry, 2, linear((0.1, 0.0)))
    stage.begin(2)
    for phase in ("Shadowing", "Progressing"):
        until(lambda phase=phase: stage.phase() in (phase, "Succeeded"), 60, phase)
        stage.kill_controller()
        stage.start_controller()
    until(lambda: stage.phase() == "Succeeded", 90, "the promotion")
    # Both pods answer with it, without anybody having touched the rollout.
    callers = [Caller(pod) for pod in stage.pods]
    for caller in callers:

        def is_stable(caller=caller):
            answer = caller.ask()
            return (answer.version, answer.arm) == ("2", "stable")

        until(is_stable, 20, "the new stable version")
        caller.close()
    assert stage.failures == 0


def test_a_canary_with_swapped_features_is_caught_as_a_shadow(stage):
    publish(stage.registry, 2, linear((0.0, 0.1)))
    stage.begin(2)
    until(lambda: stage.phase() == "RolledBack", 60, "the rollback")
    assert "flips" in json.dumps(stage.status)
    # It never answered anybody.
    assert "1" in stage.versions
    assert "2" not in stage.versions
    assert stage.failures == 0


def test_a_throwing_canary_is_taken_out_of_every_pod_when_one_guard_trips(stage):
    publish(stage.registry, 2, throwing_from(3))
    stage.begin(2, steps=[{"weight": 3000, "pause": "1h"}], analysis=[], guard={"errorRate": 0.05})
    until(lambda: stage.phase() == "RolledBack", 60, "the rollback")
    assert "GuardTripped" in json.dumps(stage.status)
    for pod in stage.pods:

        def is_out(pod=pod):
            report = json.loads(pod.get("/rollouts")[1])["rollouts"][0]
            # The canary is not routed any more, so that no guard has it to hold out.
            return not report.get("trips")

        until(is_out, 20, "the canary's end")
        caller = Caller(pod)
        assert {caller.ask().version for _ in range(50)} == {"1"}
        caller.close()
