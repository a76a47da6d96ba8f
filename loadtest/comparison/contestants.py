"""Ours and the peers as command lines. Each peer is called from C, through the library in its wheel."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from comparison.case import Contestant, Rows
from harness import native
from harness.places import LOADTEST, WORK, binary

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
    library = native.library_in("onnxruntime", "capi/libonnxruntime.so.*")
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
    library = native.library_in("xgboost", "lib/libxgboost.so")
    return _peer(name, "xgboost", library, model, rows, batch, work, target, tolerance)


def gtil(
    model: Path, rows: Rows, *, target: float | None, batch: int = 1, tolerance: float = 1e-5
) -> Contestant:
    """Treelite's interpreter on what `treelite.Model.serialize` wrote."""
    library = native.library_in("treelite", "lib/libtreelite.so")
    return _peer("treelite GTIL", "gtil", library, model, rows, batch, "run", target, tolerance)


def tl2cgen(model: Path, rows: Rows, *, target: float | None, batch: int = 1) -> Contestant:
    """A model of XGBoost that tl2cgen wrote as C and gcc -O3 compiled; made once a model."""
    return _peer(
        "tl2cgen, gcc -O3",
        "compiled",
        native.tl2cgen_library(model),
        model,
        rows,
        batch,
        "run",
        target,
        1e-5,
    )


def script(name: str, path: Path, words: list[str], *, target: float | None) -> Contestant:
    """A peer that has no interface but Python's."""
    return Contestant(name, [sys.executable, str(path), *words], target, 1e-5)


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


def _compiled(program: str) -> Path:
    """The peer's program, compiled when its source is newer."""
    source = PEERS / f"{program}.c"
    sources = [source, PEERS / "worker.h", *(PEERS.parent / "predictor").glob("*.h")]
    words = ["-O3", str(source), "-ldl"]
    return native.compiled(HOME / "bin" / program, sources, words, compiler="gcc")
