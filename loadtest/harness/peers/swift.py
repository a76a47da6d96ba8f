"""grpc-swift-2 over SwiftNIO."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from harness import report
from harness.places import LOADTEST, REPOSITORY, MissingError, tool
from harness.subjects import Subject, ping_request

PACKAGE = LOADTEST / "peers" / "grpc-swift"
BUILD = REPOSITORY / ".build" / "peers" / "grpc-swift"
BUILD_SECONDS_MAX = 3600.0


def grpc_swift(engine: Sequence[str] = ()) -> Subject:
    """With one event loop, asked for Ping; with the words of an engine it has the model, too."""
    return Subject("grpc-swift-2", "200-byte Ping", [str(_program()), "1", *engine], ping_request())


def _program() -> Path:
    """Built when it is not there yet, or its source is newer."""
    program = BUILD / "release" / "ping-peer"
    sources = [PACKAGE / "Package.swift", *PACKAGE.glob("Sources/**/*.swift")]
    newest = max(source.stat().st_mtime for source in sources)
    if not program.exists() or program.stat().st_mtime < newest:
        _build()
        # The linker leaves a program alone that would come out the same.
        program.touch()
    return program


def _build() -> None:
    """A release build with the product's own flags: some five minutes on two cores, once."""
    command = [tool("swift", "swiftlang (or swift.org's toolchain)"), "build", "-c", "release"]
    command += ["--static-swift-stdlib", "--product", "ping-peer"]
    command += ["--package-path", str(PACKAGE), "--scratch-path", str(BUILD)]
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
