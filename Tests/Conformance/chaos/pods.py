"""A pod that is hurt on purpose, and what it says about it."""

import json
import os
import pathlib
import re
import subprocess

from harness import Pod, binary
from patience import eventually

SERIES = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


class ChaosPod(Pod):
    """A `vigie serve` whose log is in a file, which can be read while it runs."""

    def __init__(self, folder: pathlib.Path, *arguments, env=None, within=None):
        """`within` is the cgroup.procs of a control group that the pod begins in."""
        self.log_file = folder / f"pod-{os.urandom(4).hex()}.log"
        self.was_stopped = False
        enter = None if within is None else lambda: within.write_text(str(os.getpid()))
        super().__init__(f"--log-file={self.log_file}", *arguments, env=env, preexec_fn=enter)

    def stop(self, *signals):
        self.was_stopped = True
        return super().stop(*signals)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def says(self, text: str, seconds: float = 15):
        """Waits for a line of its log that holds the words."""
        eventually(lambda: text in self.log, seconds, f"the log does not say: {text}\n{self.log}")

    def metric(self, name: str, **labels) -> float:
        """The sum of all series of that name with those labels."""
        status, text = self.get("/metrics")
        assert status == 200, text
        total, found = 0.0, False
        for match in SERIES.finditer(text):
            if match[1] != name:
                continue
            own = dict(LABEL.findall(match[2] or ""))
            if all(own.get(key) == value for key, value in labels.items()):
                total, found = total + float(match[3]), True
        assert found, f"there is no metric {name} {labels}"
        return total

    def counts(self, name: str, more_than: float, seconds: float = 15, **labels):
        """Waits until a counter has passed a number."""
        eventually(
            lambda: self.metric(name, **labels) > more_than,
            seconds,
            f"{name} {labels} is not over {more_than}",
        )

    @property
    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    @property
    def resident_bytes(self) -> int:
        with open(f"/proc/{self.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def cpu_seconds(self) -> float:
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def assert_well(self):
        """It is up, and ready for more."""
        assert self.process.poll() is None, f"the pod has ended: {self.process.returncode}"
        assert self.get("/healthz")[0] == 200
        assert self.get("/readyz")[0] == 200


def decisions(*arguments) -> str:
    """What `vigie decisions` prints."""
    result = subprocess.run(
        [binary("vigie"), "decisions", *arguments], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def assert_sound(log: str):
    """The decision log's chain holds."""
    decisions("verify", "--log", log)


def find(log: str) -> list[dict]:
    """All that the decision log holds."""
    found = decisions("find", "--log", log, "-o", "json", "--limit", "1000000")
    return [json.loads(line) for line in found.splitlines()]
