"""Somebody who works on rollouts by `vigie rollout`, and the terminal that they look at."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from harness import binary

# What `vigie rollout` needs, and no more.
ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": "rollout-operator"},
    "rules": [
        {
            "apiGroups": ["vigie.dev"],
            "resources": ["modelrollouts"],
            "verbs": ["get", "list", "create", "update", "patch"],
        },
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]},
    ],
}
BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {"name": "rollout-operator"},
    "roleRef": {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "Role",
        "name": "rollout-operator",
    },
    "subjects": [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"},
    ],
}


def environment(**variables) -> dict:
    """This one's, without what would say where a cluster is."""
    ours = ("VIGIE_", "KUBE")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours) and k != "HOME"}
    return {**kept, "HOME": "/nonexistent", **{k: str(v) for k, v in variables.items()}}


class Operator:
    """Alice, who may work on the rollouts of a namespace and on nothing else."""

    def __init__(self, cluster, namespace, folder):
        self.cluster = cluster
        self.folder = folder
        objects = [{**one, "metadata": {**one["metadata"]}} for one in (ROLE, BINDING)]
        for one in objects:
            one["metadata"]["namespace"] = namespace
        cluster.apply(*objects)
        self.kubeconfig = cluster.write_kubeconfig("alice", "alice-token", namespace)
        self.environment = environment(KUBECONFIG=self.kubeconfig)

    def command(self, *words) -> list[str]:
        return [binary("vigie"), "rollout", *map(str, words)]

    def run(self, *words, code=0, **variables) -> str:
        """What it prints; of a refusal, what it says on standard error."""
        done = subprocess.run(
            self.command(*words),
            env={**self.environment, **{k: str(v) for k, v in variables.items()}},
            capture_output=True,
            text=True,
            timeout=120,
        )
        said = f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, said
        if code == 0:
            assert done.stderr == "", said
            return done.stdout
        return done.stderr

    def json(self, *words):
        return json.loads(self.run(*words, "-o", "json"))

    def terminal(self, *words, columns=120, rows=40) -> "Terminal":
        return Terminal(self.command(*words), self.environment, columns, rows)


class Terminal:
    """A program on a terminal, and what stands on its screen."""

    def __init__(self, command, env, columns, rows):
        self.columns, self.rows = columns, rows
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(command, env=env, stdout=slave, stderr=slave, stdin=slave)
        os.close(slave)
        self.bytes = b""
        # All that was drawn, one screen after the other.
        self.frames: list[list[str]] = []

    def read(self, seconds: float):
        """Until the program has ended, or so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not select.select([self.master], [], [], 0.1)[0]:
                if self.process.poll() is not None:
                    return
                continue
            try:
                piece = os.read(self.master, 65536)
            except OSError:  # It has closed the terminal.
                return
            if not piece:
                return
            self.bytes += piece

    def until(self, words: str, seconds: float = 60):
        end = time.monotonic() + seconds
        while words not in "\n".join(self.screen()):
            assert time.monotonic() < end and self.process.poll() is None, (words, self.screen())
            self.read(0.3)

    def wait(self, seconds: float = 60) -> int:
        self.read(seconds)
        code = self.process.wait(10)
        os.close(self.master)
        return code

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def screen(self) -> list[str]:
        """The lines that a terminal (ECMA-48) would show now. It scrolls and wraps as one does."""
        lines, row, column, top = [""], 0, 0, 0
        text = self.bytes.decode(errors="replace")
        for part in re.findall(r"\x1b\[\d*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
            if part.startswith("\x1b["):
                count, verb = int(part[2:-1] or 1), part[-1]
                if verb == "A":
                    # Not beyond the top of what is in sight.
                    row = max(row - count, top)
                elif verb == "J":
                    lines = [*lines[:row], lines[row][:column]]
                else:
                    raise AssertionError(f"what is {part!r}?")
                continue
            if part == "\r":
                column = 0
                continue
            pieces = [part] if part == "\n" else re.findall(f".{{1,{self.columns}}}", part)
            for index, piece in enumerate(pieces):
                if piece == "\n" or index > 0 or column + len(piece) > self.columns:
                    row, column = row + 1, 0
                    lines += [""] * (row + 1 - len(lines))
                    top = max(top, row + 1 - self.rows)
                if piece != "\n":
                    lines[row] = lines[row][:column].ljust(column) + piece
                    column += len(piece)
        return lines
