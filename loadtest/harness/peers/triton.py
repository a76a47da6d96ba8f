"""NVIDIA's Triton: the real server in the wheel of nvidia-pytriton, with its Python backend, on CPUs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harness.h2load import Request
from harness.peers.engine import Engine
from harness.peers.venv import site_packages, venv
from harness.places import LOADTEST, WORK, MissingError
from harness.subjects import Subject

SOURCES = LOADTEST / "peers" / "triton"
REQUIREMENTS = ("nvidia-pytriton==0.7.0", "numpy")
HOME = WORK / "peers" / "triton"


def triton(engine: Engine, request: Request) -> Subject:
    """One instance of the model; its gRPC front end only."""
    folder = venv("triton", REQUIREMENTS)
    packages = site_packages(folder)
    server = packages / "pytriton" / "tritonserver"
    program = server / "bin" / "tritonserver"
    if not program.exists():
        raise MissingError(f"nvidia-pytriton has no {program.relative_to(packages)}")
    command = [str(program), f"--model-repository={_repository()}"]
    command += [f"--backend-directory={_backends(server, packages)}"]
    command += [
        "--grpc-address=127.0.0.1",
        "--grpc-port=PORT",
        f"--cache-directory={server}/caches",
    ]
    command += ["--allow-http=false", "--allow-metrics=false", "--log-info=false"]
    environment = engine.environment() | {
        # Its backend's interpreter finds the environment's packages by the first python3 there is.
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "LD_LIBRARY_PATH": str(packages / "nvidia_pytriton.libs"),
    }
    return Subject("Triton", "one row", command, request, ready=None, environment=environment)


def _repository() -> Path:
    """Its folder of models, with the one."""
    repository = HOME / "repository"
    model = repository / "bench-trees"
    (model / "1").mkdir(parents=True, exist_ok=True)
    shutil.copy(SOURCES / "config.pbtxt", model)
    shutil.copy(SOURCES / "model.py", model / "1")
    shutil.copy(LOADTEST / "peers" / "python" / "predictor.py", model / "1")
    return repository


def _backends(server: Path, packages: Path) -> Path:
    """The Python backend with the stub of this Python beside it, as pytriton itself lays it out."""
    backends = HOME / "backends"
    version = packages.parent.name.removeprefix("python")
    stub = server / "python_backend_stubs" / version / "triton_python_backend_stub"
    if not stub.exists():
        raise MissingError(f"nvidia-pytriton has no stub for Python {version}")
    shutil.copytree(server / "backends", backends, dirs_exist_ok=True)
    shutil.copy(stub, backends / "python")
    return backends
