"""Shared libraries and programs in C that peers are made of: found in wheels, generated, compiled."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from harness.places import WORK, MissingError, tool


def module(name: str) -> ModuleType:
    """An importable Python module; the error says what to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingError(f"{error.name} is not installed: pip install {error.name}") from error


def library_in(package: str, pattern: str) -> Path:
    """A shared library that a Python package ships."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise MissingError(f"{package} is not installed: pip install {package}")
    libraries = sorted(Path(found.origin).parent.glob(pattern))
    if not libraries:
        raise MissingError(f"the package {package} has no {pattern}")
    return libraries[-1]


def compiled(target: Path, sources: Sequence[Path], words: Sequence[str], *, compiler: str) -> Path:
    """`target`, built by `compiler words -o target` when one of its sources is newer.

    `sources` are what it depends on; the files to compile stand in `words`.
    """
    if target.exists() and target.stat().st_mtime >= max(p.stat().st_mtime for p in sources):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    line = [tool(compiler, compiler), *words, "-o", str(target)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MissingError(f"{target.name} does not compile:\n{done.stderr[-2000:]}")
    return target


def tl2cgen_library(model: Path) -> Path:
    """A model of XGBoost that tl2cgen wrote as C and gcc -O3 compiled; made once a model."""
    folder = WORK / "tl2cgen" / _digest(model)
    library = folder / "model.so"
    if library.exists():
        return library
    treelite, generator = module("treelite"), module("tl2cgen")
    loaded = treelite.frontend.load_xgboost_model(str(model))
    generator.generate_c_code(loaded, dirpath=str(folder), params={})
    sources = sorted(folder.glob("*.c"))
    words = ["-O3", "-shared", "-fPIC", "-w", *map(str, sources), "-lm"]
    return compiled(library, sources, words, compiler="gcc")


def onnx_model(model: Path, features: int) -> Path:
    """A classifier of XGBoost as onnxmltools converts it; made once a model."""
    path = WORK / "onnx" / f"{_digest(model)}.onnx"
    if not path.exists():
        xgboost, tools = module("xgboost"), module("onnxmltools")
        types = module("onnxmltools.convert.common.data_types")
        classifier = xgboost.XGBClassifier()
        classifier.load_model(model)
        shape = [("input", types.FloatTensorType([None, features]))]
        converted = tools.convert_xgboost(classifier, initial_types=shape)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(converted.SerializeToString())
    return path


def _digest(model: Path) -> str:
    return hashlib.sha256(model.read_bytes()).hexdigest()[:16]
