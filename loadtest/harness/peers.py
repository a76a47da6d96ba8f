"""Other people's gRPC servers with the same method."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time

from harness import report
from harness.places import LOADTEST, REPOSITORY, MissingError, tool
from harness.subjects import Subject, ping_request

GRPC_SWIFT = LOADTEST / "peers" / "grpc-swift"
BUILD = REPOSITORY / ".build" / "peers" / "grpc-swift"
BUILD_SECONDS_MAX = 3600.0


def grpc_swift() -> Subject:
    """grpc-swift-2 over SwiftNIO with one event loop; built when it is not there yet."""
    program = BUILD / "release" / "ping-peer"
    if not program.exists():
        build_grpc_swift()
    return Subject("grpc-swift-2", "200-byte Ping", [str(program), "1"], ping_request())


def build_grpc_swift() -> None:
    """A release build with the product's own flags: some five minutes on two cores, once."""
    swift = tool("swift", "swiftlang (or swift.org's toolchain)")
    command = [
        swift,
        "build",
        "-c",
        "release",
        "--static-swift-stdlib",
        "--product",
        "ping-peer",
    ]
    command += ["--package-path", str(GRPC_SWIFT), "--scratch-path", str(BUILD)]
    report.say("building the grpc-swift-2 peer: minutes, once (or --skip-peer grpc-swift)")
    begin = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as build:
        assert build.stdout is not None
        lines = []
        for line in build.stdout:
            lines.append(line)
            report.progress(f"{time.monotonic() - begin:4.0f} s  {line.strip()[:90]}")
            if time.monotonic() - begin > BUILD_SECONDS_MAX:
                build.kill()
    report.progress_done()
    if build.returncode != 0:
        raise MissingError("the grpc-swift-2 peer does not build:\n" + "".join(lines[-20:]))


def grpcio() -> Subject:
    """Python's grpcio, whose HTTP/2 is gRPC's C core: one worker thread."""
    if importlib.util.find_spec("grpc") is None:
        raise MissingError("the grpcio package is not installed in this Python")
    command = [sys.executable, str(LOADTEST / "peers" / "grpcio_ping.py")]
    return Subject("grpcio (Python)", "200-byte Ping", command, ping_request())
