"""`vigie rollout`: each verb on a folder that a live pod and a live controller follow."""

import json
import os
import subprocess
import sys

import pytest
import yaml
from harness import ROOT, Pod, Process, binary

sys.path.insert(0, str(ROOT / "Tests/Conformance/rollouts"))

from rollout_kit import Caller, linear, publish, until  # noqa: E402

DOCUMENT = """\
# Of the risk team.
apiVersion: vigie.dev/v1alpha1
kind: ModelRollout
metadata:
  name: fraud  # as the model
  annotations: {vigie.dev/author: ada}
spec:
  model: fraud
  # Proven.
  stable: {version: 1}
"""


class Folder:
    """A folder of one rollout, and the command that works on it."""

    def __init__(self, path):
        self.path = path / "rollouts"
        self.path.mkdir()
        self.file = self.path / "fraud.yaml"
        self.file.write_text(DOCUMENT)

    def run(self, *words, code=0) -> str:
        """What it prints; of a refusal, what it says on standard error."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("VIGIE_")}
        done = subprocess.run(
            [binary("vigie"), "rollout", *map(str, words)],
            env=environment | {"VIGIE_ROLLOUTS": str(self.path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    @property
    def spec(self) -> dict:
        return yaml.safe_load(self.file.read_text())["spec"]

    def status(self) -> dict:
        return json.loads(self.run("get", "fraud", "-o", "json"))["status"]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_a_canary_is_put_on_trial_moved_and_taken_out(folder):
    said = folder.run("canary", "fraud", 2, "--weight", "1%")
    assert "spec.canary.version: (nothing) → 2" in said
    assert "spec.routing.weight: 100 → 500" in folder.run("weight", "fraud", "5%")
    folder.run("shadow", "fraud", 3, "--percent", 10)
    assert folder.spec == {
        "model": "fraud",
        "stable": {"version": 1},
        "canary": {"version": 2},
        "routing": {"weight": 500},
        "shadows": [{"version": 3, "percent": 10}],
    }
    text = folder.file.read_text()
    assert text.startswith(DOCUMENT), "what was there before stays as it was"
    folder.run("shadow", "fraud", 3, "--remove")
    folder.run("abort", "fraud")
    assert folder.spec["abort"] is True
    assert "version 2 is out" in folder.run("abort", "fraud", code=1)


def test_promotion_without_a_controller_is_written_to_the_specification(folder):
    folder.run("canary", "fraud", 2, "--weight", 500)
    assert "no controller has begun" in folder.run("promote", "fraud", code=1)
    folder.run("promote", "fraud", "--now")
    assert folder.spec == {"model": "fraud", "stable": {"version": 2}}
    assert "# Proven." in folder.file.read_text()


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (["canary", "fraud", 1], 1, "spec.canary.version must differ"),
        (["canary", "fraud", 0], 1, "spec.canary.version"),
        (["weight", "fraud", "101%"], 64, "spec.routing.weight"),
        (["weight", "fraud", "5%"], 1, "spec.canary is missing"),
        (["shadow", "fraud", 1], 1, "spec.shadows version must differ"),
        (["undo", "fraud"], 1, "status.history"),
        (["resume", "fraud"], 1, "nothing holds"),
        (["approve", "fraud", "--as", "ada"], 1, "is the author"),
        (["get", "credit"], 1, "there are fraud"),
        (["watch", "fraud", "--until", "Gone"], 64, "--until is 'Gone'"),
        (["canary", "fraud", 2, "--steps", "x"], 64, "--steps is 'x'"),
    ],
)
def test_nonsense_is_refused_with_its_field_and_changes_nothing(folder, words, code, what):
    assert what in folder.run(*words, code=code)
    assert folder.file.read_text() == DOCUMENT


def test_versions_that_the_registry_does_not_have_are_refused(folder, tmp_path):
    registry = tmp_path / "registry"
    for version in (1, 2):
        publish(registry, version, linear((1, 0), version))
    said = folder.run("canary", "fraud", 9, "--registry", registry, code=1)
    assert "spec.canary.version: there is no version 9" in said
    folder.run("canary", "fraud", 2, "--registry", registry)


def test_files_are_validated_and_applied(folder, tmp_path):
    file = tmp_path / "new.yaml"
    file.write_text(DOCUMENT.replace("version: 1", "version: 0"))
    assert f"{file}:10: spec.stable.version" in folder.run("validate", "-f", file, code=1)
    assert "spec.stable.version" in folder.run("apply", "-f", file, code=1)
    assert folder.file.read_text() == DOCUMENT
    changed = DOCUMENT.replace("version: 1", "version: 4")
    other = DOCUMENT.replace("fraud", "credit")
    file.write_text(changed + "---\n" + other)
    assert folder.run("apply", "-f", file) == "fraud changed\ncredit created\n"
    assert folder.run("apply", "-f", file) == "fraud unchanged\ncredit unchanged\n"
    assert folder.file.read_text() == changed
    assert folder.run("list").splitlines()[1].split()[:3] == ["credit", "credit", "1"]


def test_watch_ends_with_2_when_it_is_not_there_in_time(folder):
    folder.run("canary", "fraud", 2)
    said = folder.run("watch", "fraud", "--until", "Promoted", "--timeout", "500ms", code=2)
    assert "in time" in said


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_it(shell):
    script = subprocess.run(
        [binary("vigie"), "--generate-completion-script", shell],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "rollout" in script and "promote" in script


def test_a_live_rollout_is_suspended_resumed_approved_promoted_and_undone(folder, tmp_path):

    registry = tmp_path / "registry"
    for version in (1, 2):
        publish(registry, version, linear((1, 0), version))
    pod = Pod(
        *["--registry", registry, "--rollouts", folder.path],
        *["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"],
    )
    pods = ["--pods", f"http://{pod.admin}"]
    controller = Process(
        "vigie",
        *["controller", "--rollouts", folder.path, "--admin", "127.0.0.1:0"],
        *["--interval", "200ms", *pods],
    )
    caller = Caller(pod)
    watch = ["watch", "fraud", "--timeout", "30s", "--until"]
    try:
        folder.file.write_text(DOCUMENT + "  approvals: {required: 1}\n")
        folder.run("canary", "fraud", 2, "--steps", "50%:indefinite,100%")
        folder.run(*watch, "Paused", *pods)
        until(lambda: {caller.ask().version for _ in range(20)} == {"1", "2"})
        folder.run("suspend", "fraud")
        until(lambda: folder.status()["reason"] == "Suspended")
        folder.run("resume", "fraud")
        until(lambda: folder.status()["reason"] == "AwaitingResume")
        folder.run("resume", "fraud")
        until(lambda: folder.status()["reason"] == "AwaitingApproval")
        assert "1 of 1 approvals" in folder.run("approve", "fraud", "--as", "grace")
        lines = folder.run(*watch, "Promoted", *pods).splitlines()
        assert "phase=Succeeded" in lines[-1]
        until(lambda: {caller.ask().version for _ in range(20)} == {"2"})
        assert "Succeeded" in folder.run("history", "fraud")
        folder.run("promote", "fraud")
        assert folder.spec["stable"] == {"version": 2} and "canary" not in folder.spec
        assert caller.ask().version == "2"
        until(lambda: folder.status()["phase"] == "Idle")
        folder.run("undo", "fraud")
        assert folder.spec["stable"] == {"version": 1}
        until(lambda: {caller.ask().version for _ in range(20)} == {"1"})
    finally:
        caller.close()
        codes = controller.stop(), pod.stop()
    assert codes == (0, 0)
