"""From what people have of a model to the file that a pod reads."""

import shutil
from pathlib import Path
from typing import Any

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.published.forest_file import write_forest

_PICKLES = {".joblib", ".pkl", ".pickle"}


def place_model(file: Path, flavor: str, folder: Path) -> str:
    """Puts the model into a version's folder; the name of its file there.

    A pickled scikit-learn or LightGBM model (.joblib, .pkl) is written in the flavor's own format:
    unpickling runs code, so the file must be one's own. Anything else is copied.
    """
    if file.suffix not in _PICKLES:
        _look_at(file, flavor)
        shutil.copyfile(file, folder / file.name)
        return file.name
    if flavor not in ("forest", "lightgbm"):
        raise PipelineError(f"{file}: a pickled model goes with the flavors forest and lightgbm")
    model = _unpickle(file)
    if flavor == "forest":
        write_forest(model, folder / "forest.ubj")
        return "forest.ubj"
    # LGBMClassifier and its like hold a Booster, which writes as many rounds as were the best.
    booster = getattr(model, "booster_", model)
    if not hasattr(booster, "save_model"):
        raise PipelineError(f"{file} holds a {type(model).__name__}, which is no LightGBM model")
    booster.save_model(folder / "model.txt")
    return "model.txt"


def _look_at(file: Path, flavor: str) -> None:
    with file.open("rb") as opened:
        start = opened.read(4096)
    if flavor == "lightgbm" and not start.startswith(b"tree"):
        raise PipelineError(f"{file} is no text file of LightGBM's (Booster.save_model)")
    if flavor == "forest" and b"vigie-forest" not in start:
        raise PipelineError(
            f"{file} is no vigie-forest file: write one with "
            "vigie_pipelines.published.forest_file.write_forest, or give the .joblib"
        )


def _unpickle(file: Path) -> Any:  # noqa: ANN401
    import joblib

    try:
        return joblib.load(file)
    except Exception as error:  # Whatever unpickling runs into.
        raise PipelineError(f"{file} cannot be unpickled: {error}") from error
