"""A private PostgreSQL on a loopback port, for tests that stop, kill and freeze it."""

import contextlib
import glob
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest


class Postgres:
    """A cluster in `folder`; `log` is what --decision-log takes."""

    def __init__(self, folder: pathlib.Path, programs: str):
        self.folder, self.programs = folder, programs
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.run("initdb", "-D", folder, "-A", "trust", "-U", "vigie", "--no-sync")
        self.log = f"postgres:host=127.0.0.1 port={self.port} user=vigie dbname=postgres"

    def run(self, program, *arguments):
        # PostgreSQL refuses to run as root.
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*user, f"{self.programs}/{program}", *map(str, arguments)],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self.run(
            "pg_ctl", "-D", self.folder, "-w", "-o", options, "-l", f"{self.folder}.log", "start"
        )

    def stop(self, mode="immediate"):
        self.run("pg_ctl", "-D", self.folder, "-m", mode, "-w", "stop")

    @property
    def pids(self) -> list[int]:
        """The postmaster's, and those of what it has started."""
        postmaster = (self.folder / "postmaster.pid").read_text().split()[0]
        children = f"/proc/{postmaster}/task/{postmaster}/children"
        return [int(postmaster), *map(int, pathlib.Path(children).read_text().split())]

    def freeze(self):
        """Nothing of it runs any more, and no socket closes."""
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def running():
    """A cluster that has started, and is gone afterwards."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [
        str(pathlib.Path(path).parent) for path in [shutil.which("initdb")] if path
    ]
    if not programs:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    # Not in pytest's own folder, which only its user may enter.
    with tempfile.TemporaryDirectory(
        prefix="vigie-postgres-", ignore_cleanup_errors=True
    ) as folder:
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        server = Postgres(pathlib.Path(folder) / "data", programs[-1])
        server.start()
        yield server
        with contextlib.suppress(subprocess.CalledProcessError):
            server.stop()
