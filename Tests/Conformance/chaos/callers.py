"""Callers in processes of their own, and what has become of their calls."""

import pathlib
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass

PROGRAM = pathlib.Path(__file__).with_name("caller.py")


@dataclass
class Call:
    began: float
    status: str
    seconds: float


class Caller:
    """A running caller. Its calls are read from the file that it writes."""

    def __init__(self, address: str, folder: pathlib.Path, *arguments, prefix=()):
        self.file = folder / f"calls-{time.monotonic_ns()}"
        with self.file.open("wb") as output:
            self.process = subprocess.Popen(
                [*prefix, sys.executable, PROGRAM, address, *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=output,
            )
        until = time.monotonic() + 60
        while not self.file.read_bytes().startswith(b"ready\n"):
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise AssertionError(f"the caller of {address} did not begin")
            time.sleep(0.05)

    def calls(self, since: float = 0) -> list[Call]:
        """Those that are over, and began after `since`."""
        found = []
        for line in self.file.read_text().splitlines()[1:]:
            words = line.split()
            # The last line may be half written.
            if len(words) == 3 and float(words[0]) >= since:
                found.append(Call(float(words[0]), words[1], float(words[2])))
        return found

    def statuses(self, since: float = 0) -> Counter:
        return Counter(call.status for call in self.calls(since))

    def wait_for(self, count: int, status: str = "OK", since: float | None = None, seconds=30):
        """Waits until so many calls have ended with a status, from now on unless told otherwise."""
        since = time.monotonic() if since is None else since
        until = time.monotonic() + seconds
        while (seen := self.statuses(since))[status] < count:
            assert time.monotonic() < until, f"no {count} × {status} in {seconds} s: {seen}"
            assert self.process.poll() is None, "the caller has ended"
            time.sleep(0.05)

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
