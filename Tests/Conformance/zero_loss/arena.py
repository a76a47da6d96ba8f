"""Pods under constant load, and what they cost."""

import json
import os
import pathlib
import signal
import subprocess

from harness import Pod, binary
from rollout_kit import MODEL, Rollouts, until
from versions import write_rows
from witness import Witness

# A load that is longer than any test here; each is ended when its test has seen enough.
LOAD_SECONDS_MAX = 3600


class Load:
    """A running `vigie-load`, which checks every answer against the rows' scores by version."""

    def __init__(self, pod, rows: pathlib.Path, report: pathlib.Path, *arguments):
        self.report_file = report
        report.unlink(missing_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("VIGIE_LOAD_")}
        self.process = subprocess.Popen(
            [
                *[binary("vigie-load"), "--target", pod.address, "--model", MODEL],
                # How late the generator was says what the machine does, not the pod.
                *["--rows", rows, "--lag-max=0", "--quiet", "--json", report],
                *["--connections=4", *map(str, arguments)],
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=kept,
        )

    def finish(self, seconds: float = 120) -> dict:
        """Waits for its end."""
        self.output, _ = self.process.communicate(timeout=seconds)
        assert self.report_file.exists(), self.output
        return json.loads(self.report_file.read_text())

    def end(self) -> dict:
        """Ends it now, with its report."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.finish()


class Arena:
    """Pods over one registry, watched and loaded."""

    def __init__(self, folder: pathlib.Path, pods: int, rate: int, rollouts: bool):
        self.folder = folder
        self.registry = folder / "registry"
        self.registry.mkdir()
        self.versions = {}
        self.rollouts = Rollouts(folder / "rollouts")
        self.rate = rate
        self._pods = pods
        self._follow = ["--rollouts", self.rollouts.folder] if rollouts else []
        self.pods, self.witnesses, self.loads = [], [], []

    def add(self, version):
        """A version that is published from now on."""
        self.versions[version.number] = version
        version.publish(self.registry)

    def start(self, *arguments):
        for _ in range(self._pods):
            self.pods.append(
                Pod(
                    *["--registry", self.registry, "--listen", "127.0.0.1:0"],
                    *["--admin", "127.0.0.1:0", "--loops", 2, "--log-level", "error"],
                    *["--registry-poll-interval", "200ms", *self._follow, *arguments],
                )
            )

    def watch(self, callers: int = 2):
        for pod in self.pods:
            for _ in range(callers):
                number = len(self.witnesses)
                self.witnesses.append(Witness(pod, self.versions, number))

    def witnesses_of(self, pod) -> list[Witness]:
        return [witness for witness in self.witnesses if witness.pod is pod]

    def load(self, versions, *arguments):
        """vigie-load on each pod; it must be told of all versions that will come."""
        rows = write_rows(self.folder / "rows.jsonl", versions)
        how = arguments or ("--rate", self.rate, "--duration", f"{LOAD_SECONDS_MAX}s")
        for index, pod in enumerate(self.pods):
            self.loads.append(Load(pod, rows, self.folder / f"load-{index}.json", *how))

    def end_load(self) -> list[dict]:
        reports = [load.end() for load in self.loads]
        self.loads = []
        return reports

    def all_see(self, number: int, seconds: float = 30):
        """Waits until every caller has an answer of that version."""

        def seen():
            for witness in self.witnesses:
                self.check(witness)
            return all(witness.newest == number for witness in self.witnesses)

        until(seen, seconds, f"version {number}")

    def check(self, witness, may_fail: bool = False):
        assert not witness.wrong, witness.wrong[:5]
        assert may_fail or not witness.failures, witness.failures[:5]

    def stop_witnesses(self):
        for witness in self.witnesses:
            witness.stop()

    def close(self):
        self.stop_witnesses()
        for load in self.loads:
            load.end()
        for pod in self.pods:
            assert pod.stop() == 0, pod.errors


def assert_clean(report: dict):
    """Nothing failed, and nothing was other than what its version answers."""
    summary = report["summary"]
    assert summary["ok"] > 0
    assert summary["wrong"] == 0, report.get("wrongAnswers")
    assert not failures(report), report["outcomes"]
    assert summary["ok"] == summary["sent"]


def failures(report: dict) -> dict:
    """What failed, by status. A run that is ended early calls what it never came to "not sent"."""
    kept = {"OK", "not sent"} if report["summary"]["interrupted"] else {"OK"}
    return {status: count for status, count in report["outcomes"].items() if status not in kept}


def resident_bytes(pod) -> int:
    with open(f"/proc/{pod.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
