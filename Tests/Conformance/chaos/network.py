"""A network namespace for callers, and a wire to it that loses, delays and is cut.

Two TUN devices, one on each side, and a thread that carries packets between them: what `tc netem` does,
on kernels that do not have it, and with a seed. It needs root.
"""

import fcntl
import heapq
import os
import select
import shutil
import struct
import subprocess
import threading
import time

import pytest

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000


def _tun(name: str) -> int:
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return file


def _ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Wire:
    """`pod_address` is this side's, `prefix` runs a command on the other.

    `loss` (a share of packets), `delay` and `jitter` (seconds, each way; packets overtake each other),
    `duplicate` (a share) and `is_cut` take effect at once.
    """

    def __init__(self, dice):
        if os.getuid() != 0 or not shutil.which("ip") or not os.path.exists("/dev/net/tun"):
            pytest.skip("packet loss needs root, /dev/net/tun and ip(8): apt install iproute2")
        self.dice = dice
        self.loss = self.delay = self.jitter = self.duplicate = 0.0
        self.is_cut = False
        self.carried = self.lost = 0
        mark = f"{os.getpid() % 10000}{dice.randrange(100):02}"
        self.namespace = f"vigie-{mark}"
        self.prefix = ["ip", "netns", "exec", self.namespace]
        near, far = f"vn{mark}", f"vf{mark}"
        subnet = f"10.{200 + dice.randrange(50)}.{dice.randrange(256)}"
        self.pod_address, caller = f"{subnet}.1", f"{subnet}.2"
        self._files = []
        self._ended = False
        try:
            _ip("netns", "add", self.namespace)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr}")
        try:
            self._files = [_tun(near), _tun(far)]
            _ip("link", "set", far, "netns", self.namespace)
            _ip("addr", "add", f"{self.pod_address}/30", "dev", near)
            _ip("link", "set", near, "up")
            _ip("-n", self.namespace, "addr", "add", f"{caller}/30", "dev", far)
            _ip("-n", self.namespace, "link", "set", far, "up")
            _ip("-n", self.namespace, "link", "set", "lo", "up")
        except (OSError, subprocess.CalledProcessError) as error:
            self._remove()
            pytest.skip(f"no TUN devices here: {error}")
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self):
        self._ended = True
        self._thread.join()
        self._remove()

    def _remove(self):
        for file in self._files:
            os.close(file)
        _ip("netns", "del", self.namespace)

    def _carry(self):
        near, far = self._files
        opposite = {near: far, far: near}
        late = []  # (when it arrives, number, where, packet)
        while not self._ended:
            wait = max(0, min(0.02, late[0][0] - time.monotonic())) if late else 0.02
            for file in select.select(self._files, [], [], wait)[0]:
                try:
                    packet = os.read(file, 65536)
                except OSError:
                    continue
                if self.is_cut or self.dice.random() < self.loss:
                    self.lost += 1
                    continue
                for _ in range(2 if self.dice.random() < self.duplicate else 1):
                    self.carried += 1
                    at = time.monotonic() + self.delay + self.dice.random() * self.jitter
                    heapq.heappush(late, (at, self.carried, opposite[file], packet))
            while late and late[0][0] <= time.monotonic():
                _, _, file, packet = heapq.heappop(late)
                try:
                    os.write(file, packet)
                except OSError:
                    self.lost += 1
