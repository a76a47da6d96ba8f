"""Asynchronous gRPC in C++: peers/cpp, built with Debian's gRPC when its source is newer."""

from __future__ import annotations

import subprocess
from pathlib import Path

from harness import native
from harness.peers.engine import SOURCES as PREDICTOR
from harness.peers.engine import Engine
from harness.places import LOADTEST, WORK, MissingError, tool
from harness.subjects import Subject, ping_request

SOURCES = LOADTEST / "peers" / "cpp"
PROTOS = LOADTEST / "peers" / "protos"
# What every process has anyway stays shared.
SHARED = ("-lssl", "-lcrypto", "-lz", "-ldl", "-lpthread", "-lm")
PACKAGES = "libgrpc++-dev protobuf-compiler-grpc"


def cplusplus(engine: Engine, threads: int) -> Subject:
    """As many completion queues as threads, asked for Ping."""
    command = [str(_program()), str(threads), *engine.words()]
    return Subject("C++ gRPC", "200-byte Ping", command, ping_request())


def _program() -> Path:
    plugin = tool("grpc_cpp_plugin", PACKAGES)
    generated = WORK / "peers" / "cpp"
    generated.mkdir(parents=True, exist_ok=True)
    line = [tool("protoc", "protobuf-compiler"), f"-I{PROTOS}", f"--cpp_out={generated}"]
    line += [f"--grpc_out={generated}", f"--plugin=protoc-gen-grpc={plugin}"]
    protos = sorted(PROTOS.glob("*.proto"))
    _run([*line, *(path.name for path in protos)])
    words = ["-std=c++20", "-O3", "-march=native", f"-I{PREDICTOR}", f"-I{generated}"]
    words += [str(SOURCES / "server.cc"), *(str(path) for path in sorted(generated.glob("*.cc")))]
    sources = [Path(__file__), *SOURCES.iterdir(), PREDICTOR / "predictor.h", *protos]
    target = WORK / "peers" / "cpp-peer"
    return native.compiled(target, sources, [*words, *_libraries()], compiler="g++")


def _libraries() -> list[str]:
    """gRPC and all below it linked in, as its own builds are: a seventh faster here than shared."""
    line = [tool("pkg-config", "pkg-config"), "--static", "--cflags", "--libs"]
    words = dict.fromkeys(_run([*line, "grpc++", "protobuf"]).split())
    inside = [word for word in words if word not in SHARED]
    # The groups' libraries need each other in circles.
    grouped = ["-Wl,--start-group", "-Wl,-Bstatic", *inside, "-Wl,-Bdynamic", "-Wl,--end-group"]
    return [*grouped, *SHARED]


def _run(line: list[str]) -> str:
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MissingError(f"{line[0]}: {done.stderr.strip()} (apt-get install {PACKAGES})")
    return done.stdout
