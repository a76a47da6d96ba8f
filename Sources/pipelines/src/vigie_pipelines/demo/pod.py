"""A `vigie serve` process that the demonstration starts, waits for and stops."""

import re
import signal
import subprocess
from pathlib import Path
from types import TracebackType

from vigie_pipelines.errors import PipelineError

READY = re.compile(r"vigie ready: grpc (?P<grpc>\S+) .*?(admin (?P<admin>\S+?), )?\d+ models?")


class Pod:
    """Runs from `__enter__` to `__exit__`, which stops it by SIGTERM and keeps its exit code."""

    def __init__(self, binary: Path, registry: Path, listen: str, admin: str) -> None:
        """Remembers what to start; nothing runs yet."""
        self.command = [
            str(binary),
            "serve",
            f"--registry={registry}",
            f"--listen={listen}",
            f"--admin={admin}",
            "--log-level=warning",
        ]
        self.address = ""
        self.admin = ""
        self.ready_line = ""
        self.exit_code: int | None = None

    def __enter__(self) -> "Pod":
        """Starts the pod and waits for its ready line."""
        try:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        except OSError as error:
            raise PipelineError(f"cannot start {self.command[0]}: {error}") from None
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline().strip()
        match = READY.match(self.ready_line)
        if match is None:
            self.process.wait(timeout=10)
            raise PipelineError(
                "the pod did not start: its own message is above "
                "(is the port in use? try --listen 127.0.0.1:0)"
            )
        self.address = match["grpc"]
        self.admin = match["admin"] or ""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Asks the pod to go, and waits until it has."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.exit_code = self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.exit_code = self.process.wait()

    def resident_megabytes(self) -> float:
        """The pod's resident memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kilobytes = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(kilobytes[1]) / 1024 if kilobytes else 0.0
