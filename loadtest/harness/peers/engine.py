"""What computes the model inside a peer: the C predictors of peers/predictor, built on demand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import model
from harness import native
from harness.places import LOADTEST, WORK

SOURCES = LOADTEST / "peers" / "predictor"


@dataclass(frozen=True)
class Engine:
    """A libpredictor-ENGINE.so and what it is given (peers/predictor/predictor.h)."""

    name: str
    predictor: Path
    library: Path
    model: Path

    def words(self) -> list[str]:
        """As arguments of a peer."""
        return [str(self.predictor), str(self.library), str(self.model)]

    def environment(self) -> dict[str, str]:
        """As variables, for peers that another program starts (peers/python/predictor.py)."""
        names = ("PEER_PREDICTOR", "PEER_LIBRARY", "PEER_MODEL")
        return dict(zip(names, self.words(), strict=True))


def tl2cgen() -> Engine:
    """The model as C that tl2cgen wrote and gcc -O3 compiled: for one row the fastest that there is."""
    library = native.tl2cgen_library(model.make().file)
    return Engine("tl2cgen", _predictor("compiled"), library, model.make().file)


def onnx_runtime() -> Engine:
    """ONNX Runtime by its C interface."""
    library = native.library_in("onnxruntime", "capi/libonnxruntime.so.*")
    file = native.onnx_model(model.make().file, model.FEATURES)
    return Engine("ONNX Runtime", _predictor("onnxruntime"), library, file)


def _predictor(name: str) -> Path:
    source = SOURCES / f"{name}.c"
    words = ["-O3", "-march=native", "-shared", "-fPIC", str(source), "-ldl"]
    target = WORK / "peers" / f"libpredictor-{name}.so"
    return native.compiled(target, [source, *SOURCES.glob("*.h")], words, compiler="gcc")
