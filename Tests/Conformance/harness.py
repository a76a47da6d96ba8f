"""Starting this repository's servers for third-party clients, shared by all conformance tests.

The executables are those of the last `swift build`: set VIGIE_BIN_DIR to test others.
"""

import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "Sources/pipelines/demo-registry"
READY = re.compile(r"vigie ready: grpc (\S+) \((h2c|TLS)\)(?:, admin (\S+?))?, (\d+) models? in")
READY_SECONDS = 20
STOP_SECONDS = 20


def binary(name: str) -> pathlib.Path:
    """The path of one of our executables."""
    places = [os.environ.get("VIGIE_BIN_DIR"), ROOT / ".build/debug", ROOT / ".build/release"]
    for place in filter(None, places):
        path = pathlib.Path(place) / name
        if path.exists():
            # Tests start it in folders of their own.
            return path.resolve()
    pytest.fail(f"{name} is not built: run `swift build --product {name}`, or set VIGIE_BIN_DIR")


class Process:
    """A server of ours, from its ready line to its exit."""

    def __init__(self, name: str, *arguments: str):
        self.process = subprocess.Popen(
            [binary(name), *arguments], stdout=subprocess.PIPE, stderr=sys.stderr, bufsize=0
        )
        self.unread = b""
        self.ready = self.line(READY_SECONDS)
        port = re.search(r":(\d+)(?= |$)", self.ready)
        if not port:
            self.stop()
            pytest.fail(f"{name} did not become ready; it said: {self.ready!r}")
        self.port = int(port.group(1))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def line(self, seconds: float = 5) -> str:
        """The next line that the server prints, or "" when none comes."""
        until = time.monotonic() + seconds
        while b"\n" not in self.unread:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return ""
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return ""
            self.unread += piece
        line, self.unread = self.unread.split(b"\n", 1)
        return line.decode().strip()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        return self.process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """Asks the server to go, by its PID, and gives its exit code."""
        if self.process.poll() is None:
            self.terminate()
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


class Pod:
    """A running `vigie serve`."""

    def __init__(self, *arguments, env=None, **options):
        self.process = subprocess.Popen(
            [binary("vigie"), "serve", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
            **options,
        )
        self.line = self.process.stdout.readline()
        match = READY.match(self.line)
        if match is None:
            # It has ended, and said why, or is none that could be used.
            self.process.kill()
            _, errors = self.process.communicate(timeout=10)
            raise AssertionError(f"not ready: {self.line!r} {errors}")
        self.address, self.security, self.admin, self.models = match.groups()

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.admin}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.output, self.errors = self.process.communicate(timeout=60)
        return self.process.returncode
