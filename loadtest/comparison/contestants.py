"""Ours and the peers as command lines. Each peer is called from C, through the library in its wheel."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

from comparison.case import Contestant, Rows
from harness.places import LOADTEST, WORK, MissingError, binary, tool

HOME = WORK / "compare"
PEERS = LOADTEST / "peers" / "engine"


def vigie(
    model: Path,
    flavor: str,
    rows: Rows,
    *,
    batch: int = 1,
    work: str = "run",
    output: str | None = None,
) -> Contestant:
    """Our engine; `work` is run, score, explain or load (loadtest/engine/Worker.swift).

    `output` is the one to compare with peers; None for the last one of floating point numbers.
    """
    words = ["--model", str(model), "--flavor", flavor, "--batch", str(batch), "--work", work]
    if output is not None:
        words += ["--output", output]
    return Contestant("vigie", [str(binary("vigie-bench-engine")), *words, *rows.words()])


def onnx_runtime(
    model: Path,
    rows: Rows,
    *,
    target: float | None,
    batch: int = 1,
    work: str = "run",
    tolerance: float | None = 1e-5,
    answers: slice = slice(None),
) -> Contestant:
    """ONNX Runtime on the model's last output; `answers` are those of its numbers that ours gives."""
    library = _library("onnxruntime", "capi/libonnxruntime.so.*")
    made = _peer(
        "ONNX Runtime", "onnxruntime", library, model, rows, batch, work, target, tolerance
    )
    return dataclasses.replace(made, answers=answers)


def xgboost(
    model: Path,
    rows: Rows,
    *,
    target: float | None,
    batch: int = 1,
    work: str = "run",
    tolerance: float | None = 1e-5,
) -> Contestant:
    """XGBoost; `work` is run, explain or load (peers/engine/xgboost.c)."""
    name = "XGBoost" if work == "run" else f"XGBoost {work}"
    library = _library("xgboost", "lib/libxgboost.so")
    return _peer(name, "xgboost", library, model, rows, batch, work, target, tolerance)


def gtil(
    model: Path, rows: Rows, *, target: float | None, batch: int = 1, tolerance: float = 1e-5
) -> Contestant:
    """Treelite's interpreter on what `treelite.Model.serialize` wrote."""
    library = _library("treelite", "lib/libtreelite.so")
    return _peer("treelite GTIL", "gtil", library, model, rows, batch, "run", target, tolerance)


def tl2cgen(model: Path, rows: Rows, *, target: float | None, batch: int = 1) -> Contestant:
    """A model of XGBoost that tl2cgen wrote as C and gcc -O3 compiled; made once a model."""
    return _peer(
        "tl2cgen, gcc -O3", "compiled", _generated(model), model, rows, batch, "run", target, 1e-5
    )


def script(name: str, path: Path, words: list[str], *, target: float | None) -> Contestant:
    """A peer that has no interface but Python's."""
    return Contestant(name, [sys.executable, str(path), *words], target, 1e-5)


def module(name: str):
    """An importable Python module; the error says what to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingError(f"{error.name} is not installed: pip install {error.name}") from error


def _peer(
    name: str,
    program: str,
    library: Path,
    model: Path,
    rows: Rows,
    batch: int,
    work: str,
    target: float | None,
    tolerance: float | None,
) -> Contestant:
    command = [str(_compiled(program)), "--library", str(library), "--model", str(model)]
    command += ["--batch", str(batch), "--work", work, *rows.words()]
    return Contestant(name, command, target, tolerance)


def _library(package: str, pattern: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise MissingError(f"{package} is not installed: pip install {package}")
    libraries = sorted(Path(found.origin).parent.glob(pattern))
    if not libraries:
        raise MissingError(f"the package {package} has no {pattern}")
    return libraries[-1]


def _compiled(program: str) -> Path:
    """The peer's program, compiled when its source is newer."""
    source = PEERS / f"{program}.c"
    target = HOME / "bin" / program
    newest = max(source.stat().st_mtime, (PEERS / "worker.h").stat().st_mtime)
    if not target.exists() or target.stat().st_mtime < newest:
        target.parent.mkdir(parents=True, exist_ok=True)
        compiler = tool("gcc", "gcc")
        subprocess.run([compiler, "-O3", "-o", str(target), str(source), "-ldl"], check=True)
    return target


def _generated(model: Path) -> Path:
    digest = hashlib.sha256(model.read_bytes()).hexdigest()[:16]
    folder = HOME / "tl2cgen" / digest
    library = folder / "model.so"
    if library.exists():
        return library
    treelite, generator = module("treelite"), module("tl2cgen")
    loaded = treelite.frontend.load_xgboost_model(str(model))
    generator.generate_c_code(loaded, dirpath=str(folder), params={})
    words = ["-O3", "-shared", "-fPIC", "-w", "-o", str(library), *map(str, folder.glob("*.c"))]
    subprocess.run([tool("gcc", "gcc"), *words, "-lm"], check=True)
    return library
