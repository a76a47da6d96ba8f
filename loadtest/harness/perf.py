"""Samples where a server's CPU time goes (Linux's perf), and says whose each function is."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from harness.places import MissingError, tool

# Of the processor's clock, a second; no round number, so that no timer keeps step with it.
SAMPLES_PER_SECOND = 997
LINE = re.compile(r"^\s*([\d.]+)%\s+(\S+)\s+\[(.)\] (.+)$")
SWIFT = re.compile(r"^\$s(\d+)")
LIBRARIES = {
    "libnghttp2": "nghttp2",
    "libssl": "OpenSSL",
    "libcrypto": "OpenSSL",
    "libprotobuf-c": "protobuf-c",
    "libc": "libc",
    "libm": "inference",
    "[vdso]": "clock",
}


@dataclass
class Profile:
    """Shares of the server's CPU time, in percent."""

    owners: Counter[str] = field(default_factory=Counter)
    functions: Counter[tuple[str, str]] = field(default_factory=Counter)


def owner(shared_object: str, symbol: str, is_kernel: bool) -> str:
    """Whose a function is: kernel, a library, inference, the Swift runtime, or a target of ours."""
    if is_kernel:
        return "kernel"
    for prefix, name in LIBRARIES.items():
        if shared_object.startswith(prefix):
            return name
    if match := SWIFT.match(symbol):
        module = symbol[match.end() : match.end() + int(match[1])]
        return "inference" if module == "VigieEngine" else module
    if symbol.startswith(("swift_", "_swift_", "_ZN5swift", "_ZNK5swift")):
        return "Swift runtime"
    # What is left in C is the engine's kernels.
    return "inference" if not symbol.startswith("0x") else shared_object


def parse(text: str) -> Profile:
    """Reads `perf report --sort dso,symbol --stdio`."""
    profile = Profile()
    for line in text.splitlines():
        if match := LINE.match(line):
            whose = owner(match[2], match[4], match[3] == "k")
            profile.owners[whose] += float(match[1])
            profile.functions[whose, match[4]] += float(match[1])
    if not profile.owners:
        raise ValueError("no samples in what perf reported:\n" + text[-1000:])
    return profile


def sample(pid: int, load: Callable[[], object]) -> Profile:
    """Samples the process while `load` runs."""
    perf = tool("perf", "linux-perf")
    with ExitStack() as stack:
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "perf.data"
        line = [perf, "record", "-q", "-e", "cpu-clock", "-F", str(SAMPLES_PER_SECOND)]
        recorder = subprocess.Popen(
            [*line, "-p", str(pid), "-o", str(file)], stderr=subprocess.PIPE, text=True
        )
        stack.callback(recorder.kill)
        load()
        recorder.terminate()
        _, errors = recorder.communicate(timeout=60)
        if not file.exists():
            raise MissingError(f"perf recorded nothing: {errors.strip()}")
        report = [perf, "report", "-i", str(file), "--sort", "dso,symbol", "--stdio", "-g", "none"]
        done = subprocess.run(report, capture_output=True, text=True, check=True)
    return parse(done.stdout)
