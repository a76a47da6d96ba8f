"""The image's root file system, made by the script that the Dockerfile uses, and programs run in it as a
container would: its root read-only, as nobody, without privileges, without a shell."""

import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest
from harness import DEMO, READY, binary
from rendered import K8S

ASSEMBLE = K8S / "image/assemble.sh"
UID = 10001
# mount(2) in a namespace of its own, then chroot(2) to the mounted root: the process keeps its PID.
ENTER = """
root=$1; shift
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
exec setpriv --no-new-privs --inh-caps=-all \\
    --bounding-set=-all,+sys_chroot,+setuid,+setgid \\
    chroot --userspec={uid}:{uid} --groups= "$root" "$@"
"""


def missing() -> str | None:
    """Why no root can be made or entered here; None when both can be."""
    if os.geteuid() != 0:
        return "only root may mount and chroot"
    for tool in ("unshare", "setpriv", "chroot", "strip", "dpkg-query"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    if (
        "libswift"
        in subprocess.run(["ldd", binary("vigie")], capture_output=True, text=True).stdout
    ):
        return "this vigie loads Swift's run time: `make build` links it in"
    return None


class Root:
    """The image's root at `path`, with the demonstration's models as the target `demo` has them."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        made = subprocess.run(
            [ASSEMBLE, binary("vigie"), path], capture_output=True, text=True, timeout=120
        )
        assert made.returncode == 0, made.stderr
        shutil.copytree(DEMO, path / "registry")

    def files(self) -> set[str]:
        return {str(f.relative_to(self.path)) for f in self.path.rglob("*") if not f.is_dir()}

    def megabytes(self) -> float:
        registry = self.path / "registry"
        sizes = (
            f.lstat().st_size
            for f in self.path.rglob("*")
            if not f.is_dir() and registry not in f.parents
        )
        return sum(sizes) / 1e6

    def run(self, *command: str) -> subprocess.Popen:
        return subprocess.Popen(
            ["unshare", "--mount", "--propagation=private", "bash", "-ec", ENTER.format(uid=UID)]
            + ["enter", str(self.path), *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


class ContainedPod:
    """`vigie serve` in the image's root, from its ready line on."""

    def __init__(self, root: Root, arguments: list[str]):
        self.process = root.run("/usr/local/bin/vigie", *arguments)
        self.line = self.process.stdout.readline()
        match = READY.match(self.line)
        if match is None:
            self.process.kill()
            _, errors = self.process.communicate(timeout=10)
            pytest.fail(f"not ready: {self.line!r} {errors}")
        self.address, _, self.admin, self.models = match.groups()

    def status(self) -> dict[str, str]:
        """What the kernel says of the process."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return dict(re.findall(r"^(\w+):\t(.*)$", text, re.MULTILINE))

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.output, self.errors = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode
