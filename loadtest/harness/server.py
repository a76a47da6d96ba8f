"""Starts a server as a child process, waits until it says that it is ready, and ends it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from harness import proc

# On a busy machine, or under valgrind, a start takes as long.
READY_SECONDS_MAX = 120.0
STOP_SECONDS_MAX = 15.0


class ServerError(Exception):
    """A server did not start, or ended early: the message holds its last lines."""


def free_port() -> int:
    """A loopback port that nobody listens on now; for servers that cannot pick their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One child process that listens on a port of 127.0.0.1.

    `ready` is a pattern for the line that it prints when it is ready, with the port as group 1;
    when it is None, the server is ready as soon as `port` accepts a connection.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        ready: str | None = None,
        port: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        if ready is None and port is None:
            raise ValueError("a server is known by its ready line or by its port")
        self.name = name
        self.command = list(command)
        self.ready = re.compile(ready) if ready else None
        self._port = port
        self._environment = dict(os.environ) | dict(environment or {})
        self._process: subprocess.Popen[str] | None = None
        self._lines: deque[str] = deque(maxlen=40)
        self._found = threading.Event()
        # Seconds from exec to the ready line (or to the first accepted connection).
        self.ready_seconds = 0.0

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ServerError(f"{self.name} is not running")
        return self._process.pid

    @property
    def port(self) -> int:
        if self._port is None:
            raise ServerError(f"{self.name} has no port yet")
        return self._port

    def start(self) -> Server:
        begin = time.perf_counter()
        try:
            self._process = subprocess.Popen(
                self.command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                env=self._environment,
            )
        except OSError as error:
            raise ServerError(f"{self.name}: cannot start {self.command[0]}: {error}") from error
        threading.Thread(target=self._read, daemon=True).start()
        self._wait_until_ready(begin)
        self.ready_seconds = time.perf_counter() - begin
        return self

    def _read(self) -> None:
        """Keeps the pipe empty for as long as the server lives, and looks for the ready line."""
        assert self._process is not None and self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.rstrip())
            if self.ready and not self._found.is_set() and (match := self.ready.search(line)):
                self._port = int(match.group(1))
                self._found.set()

    def _wait_until_ready(self, begin: float) -> None:
        while not self._found.wait(0.0005 if self.ready is None else 0.05):
            if self._process is not None and self._process.poll() is not None:
                time.sleep(0.1)  # let the reader take in what it said
                raise ServerError(
                    f"{self.name} ended with {self._process.returncode} before it was ready:\n"
                    + self.output()
                )
            if time.perf_counter() - begin > READY_SECONDS_MAX:
                self.stop()
                raise ServerError(
                    f"{self.name} was not ready after {READY_SECONDS_MAX:.0f} s:\n" + self.output()
                )
            if self.ready is None and self._accepts():
                return

    def _accepts(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def output(self) -> str:
        """The last lines that the server printed."""
        return "\n".join(f"    {line}" for line in self._lines) or "    (it printed nothing)"

    def check_alive(self) -> None:
        if self._process is None or self._process.poll() is not None:
            code = None if self._process is None else self._process.returncode
            raise ServerError(f"{self.name} ended with {code} during the run:\n" + self.output())

    def pin(self, cpus: set[int] | None) -> None:
        if cpus:
            proc.pin(self.pid, cpus)

    def stop(self) -> int:
        """SIGTERM, then SIGKILL when that was not enough. Returns the exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        return self._process.returncode

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
