"""k8s/README.md as an operator follows it: every command that needs no more than is here is run as it stands.

Those marked `# needs …` are not: nodes, a registry of images, operators and a newer API server are not to be
had. There is no controller in this test, either: what it would have written into a status is written by hand.
"""

import json
import os
import re
import shutil
import subprocess
import time

import pytest
import yaml
from harness import DEMO, ROOT, binary
from test_manifests import for_this_server, overlay

K8S = ROOT / "k8s"
RUNBOOK = (K8S / "README.md").read_text()
NEEDS = re.compile(r"\s+# needs (?P<what>\S.*)$")
NAME = "credit-default"


def commands() -> list[tuple[str, str | None]]:
    """Each command of the runbook, in order, and what it needs that is not here."""
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```", RUNBOOK, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            needs = NEEDS.search(line)
            found.append((NEEDS.sub("", line), needs and needs["what"]))
    return found


def here() -> list[str]:
    return [command for command, needs in commands() if needs is None]


def test_most_of_the_runbook_is_run():
    assert len(here()) >= 30
    sections = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    assert sections == [
        *["Install", "The first model", "A canary by kubectl", "Rollback", "Scale"],
        *["Upgrade of the image", "Outages", "Certificates", "Rotation of secrets", "Alerts"],
        "Remove it all",
    ]


def test_each_command_is_one_for_bash():
    for command, _ in commands():
        done = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"


def test_every_alert_is_explained():
    groups = yaml.safe_load((K8S / "monitoring/rules/alerts.yml").read_text())["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"]}
    assert set(re.findall(r"^\| `(Vigie\w+)` \|", RUNBOOK, re.MULTILINE)) == alerts


def test_what_it_names_is_here():
    for name in re.findall(
        r"`((?:components|overlays|autoscaling|argocd|chart|examples)[\w./-]*)`", RUNBOOK
    ):
        assert (K8S / name).exists(), name
    for name in re.findall(r"\]\(([^)#]+)\)", RUNBOOK):
        assert (K8S / name).exists(), name
    for command, _ in commands():
        for path in re.findall(r"(?<=[ =])(k8s/[\w./-]+)", command):
            assert (ROOT / path).exists(), command


class Operator:
    """Somebody at a shell, with what the runbook says that he has."""

    def __init__(self, cluster, namespace, folder):
        (folder / "credentials").write_text(
            "[default]\naws_access_key_id=a\naws_secret_access_key=b\n"
        )
        (folder / "keys").mkdir()
        (folder / "keys.pem").write_text("")
        (folder / "registry").mkdir()
        shutil.copytree(DEMO / NAME / "1", folder / "model")
        # As a training pipeline leaves it: the registry gives the version.
        manifest = json.loads((folder / "model/manifest.json").read_text())
        manifest.pop("version", None)
        (folder / "model/manifest.json").write_text(json.dumps(manifest))
        self.cluster, self.namespace = cluster, namespace
        self.environment = {
            **os.environ,
            "KUBECONFIG": cluster.kubeconfig,
            "PATH": f"{binary('vigie').parent}:{os.environ['PATH']}",
            "AWS_CREDENTIALS_FILE": str(folder / "credentials"),
            "TRUSTED_KEYS_FILE": str(folder / "keys.pem"),
            "REGISTRY": str(folder / "registry"),
            "KEYS": str(folder / "keys"),
            "MODEL_FOLDER": str(folder / "model"),
        }

    def types(self, command: str) -> str:
        command = re.sub(r"^export NS=\S+", f"export NS={self.namespace}", command)
        done = subprocess.run(
            ["bash", "-uo", "pipefail", "-c", f"NS={self.namespace}; {command}"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def rollout(self) -> dict:
        return self.cluster.get("-n", self.namespace, "mro", NAME)

    def promotes(self):
        """Stands in for the controller."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        condition = {"type": "Promoted", "status": "True", "reason": "StepsDone", "message": "done"}
        status = {
            "phase": "Succeeded",
            "stableVersion": 1,
            "canaryVersion": 2,
            "conditions": [{**condition, "lastTransitionTime": now}],
        }
        self.cluster.kubectl(
            *["-n", self.namespace, "patch", "mro", NAME, "--subresource=status"],
            *["--type=merge", "-p", json.dumps({"status": status})],
        )


@pytest.fixture
def operator(cluster, namespace, tmp_path):
    operator = Operator(cluster, namespace, tmp_path)
    objects = [for_this_server(one)[0] for one in overlay("dev")]
    for one in objects:
        if "namespace" in one["metadata"]:
            one["metadata"]["namespace"] = namespace
        for subject in one.get("subjects", []):
            subject["namespace"] = namespace
    text = "\n".join(json.dumps(one) for one in objects if one["kind"] != "Namespace")
    cluster.kubectl("apply", "--validate=false", "-f", "-", stdin=text)
    return operator


def test_the_runbook_works_from_its_first_command_to_its_last(operator):
    seen = {}
    for command in here():
        if "condition=Promoted" in command:
            operator.promotes()
        seen[command] = operator.types(command)
        # What a command is said to do is what has happened then.
        if '"abort":true' in command:
            assert operator.rollout()["spec"]["abort"] is True
        if '"weight":2500' in command:
            assert operator.rollout()["spec"]["routing"]["weight"] == 2500
        if '"weight":null' in command:
            assert "weight" not in operator.rollout()["spec"]["routing"]
        if '"remove","path":"/spec/canary"' in command:
            assert operator.rollout()["spec"]["stable"]["version"] == 2
    listed = next(text for command, text in seen.items() if command.startswith("vigie models list"))
    assert NAME in listed
    described = next(text for command, text in seen.items() if "describe mro" in command)
    assert "Canary" in described
    left = operator.cluster.get("-n", operator.namespace, "mro")
    assert left["items"] == []
