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
    """A cluster in `folder`; `log` is what --decision-log takes.

    With `tls` it takes connections over TLS only, with a certificate for "localhost" whose authority is in
    the file `authority`.
    """

    def __init__(self, folder: pathlib.Path, programs: str, tls: bool = False):
        self.tls = tls
        self.authority = folder.with_name("ca.pem")
        self.folder, self.programs = folder, programs
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.run("initdb", "-D", folder, "-A", "trust", "-U", "vigie", "--no-sync")
        if tls:
            self.certify()
        self.log = f"postgres:host=127.0.0.1 port={self.port} user=vigie dbname=postgres"

    def certify(self):
        """An authority, a certificate of it, and a rule that nobody comes in without TLS."""
        key, signed = self.folder / "server.key", self.folder / "server.crt"
        wish, authority_key = self.folder / "server.csr", self.folder / "ca.key"
        names = self.folder / "names"
        names.write_text("subjectAltName=DNS:localhost\n")
        ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        for command in [
            ["req", "-x509", *ec, "-keyout", authority_key, "-out", self.authority]
            + ["-subj", "/CN=authority", "-days", "1"],
            ["req", *ec, "-keyout", key, "-out", wish, "-subj", "/CN=localhost"],
            ["x509", "-req", "-in", wish, "-CA", self.authority, "-CAkey", authority_key]
            + ["-CAcreateserial", "-out", signed, "-days", "1", "-extfile", names],
        ]:
            subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
        key.chmod(0o600)
        if os.getuid() == 0:
            shutil.chown(key, "postgres")
            shutil.chown(signed, "postgres")
        (self.folder / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")

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
        if self.tls:
            options += " -c ssl=on"
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
def running(tls: bool = False):
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
        server = Postgres(pathlib.Path(folder) / "data", programs[-1], tls)
        server.start()
        yield server
        with contextlib.suppress(subprocess.CalledProcessError):
            server.stop()
