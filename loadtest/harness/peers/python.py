"""Python's grpcio, whose HTTP/2 is gRPC's C core."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.places import LOADTEST, WORK, MissingError
from harness.subjects import Subject, ping_request

SOURCES = LOADTEST / "peers" / "python"
PROTOS = LOADTEST / "peers" / "protos"


def grpcio() -> Subject:
    """With one worker thread, asked for Ping."""
    if importlib.util.find_spec("grpc") is None:
        raise MissingError("the grpcio package is not installed in this Python")
    command = [sys.executable, str(SOURCES / "grpcio_peer.py"), str(WORK / "peers" / "python")]
    return Subject("grpcio (Python)", "200-byte Ping", command, ping_request())


def grpcio_with_model(environment: Mapping[str, str]) -> Subject:
    """The same with ModelInfer; `environment` says where the model is (engine.Engine)."""
    base = grpcio()
    _generate(Path(base.command[-1]))
    return replace(base, environment=environment)


def _generate(folder: Path) -> None:
    """Messages by the protoc of grpcio-tools, whose version fits the protobuf package's."""
    if importlib.util.find_spec("grpc_tools") is None:
        raise MissingError("grpcio-tools is not installed in this Python")
    folder.mkdir(parents=True, exist_ok=True)
    line = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"--python_out={folder}"]
    done = subprocess.run([*line, "infer.proto"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MissingError(f"grpcio-tools cannot read infer.proto: {done.stderr}")
