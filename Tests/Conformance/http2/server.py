"""Starts and stops the servers that the suites talk to."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]


# A sanitizer's quarantine of freed memory would look like a leak.
SANITIZER = {"ASAN_OPTIONS": "quarantine_size_mb=1:detect_leaks=1"}


def binary():
    """The transport's test server: `swift build --product vigie-transport-server` makes it."""
    path = pathlib.Path(
        os.environ.get("VIGIE_TRANSPORT_SERVER", ROOT / ".build/debug/vigie-transport-server")
    )
    assert path.exists(), f"{path} is missing: run swift build --product vigie-transport-server"
    return str(path)


class Server:
    """vigie-transport-server with the given flags, on a port of the system's choosing."""

    def __init__(self, *flags, limits=None):
        # A short grace: suites leave connections open that would be waited for.
        command = [binary(), "--listen", "127.0.0.1:0", "--grace", "300", *flags]
        for name, value in (limits or {}).items():
            command += ["--limit", f"{name}={value}"]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, text=True, env={**SANITIZER, **os.environ}
        )
        line = self.process.stdout.readline()
        match = re.fullmatch(r"ready 127\.0\.0\.1:(\d+)\n", line)
        assert match, f"the server did not start: {line!r} {self.errors()}"
        self.address = ("127.0.0.1", int(match[1]))

    def errors(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, timeout=30):
        """Ends it in good order and returns its closing counters by name."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def wait(self, timeout=30):
        try:
            out, _ = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        assert self.process.returncode == 0, f"exit {self.process.returncode}: {self.errors()}"
        words = out.split()
        assert words[0] == "done"
        return {key: int(value) for key, value in (word.split("=") for word in words[1:])}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            if kind is None:
                self.stop()
            else:
                self.process.kill()
                self.process.communicate()
        self.log.close()

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def is_sanitized(self):
        """AddressSanitizer maps terabytes of shadow, and its memory says little about ours."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE") > 1 << 40

    @property
    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
