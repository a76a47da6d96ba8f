"""How long a new version takes to take over, by the size of its model file."""

from __future__ import annotations

import hashlib
import json
import shutil
import statistics
import time
from pathlib import Path

import model
from growth.figure import Figure
from growth.pods import HOME, cpu_seconds, get, pod
from growth.settings import Settings
from harness.places import MissingError
from harness.server import Server, ServerError

# Trees of depth 8; some 10 kB each.
SIZES = [10, 30, 100, 300, 1000]
DEPTH = 8
SECONDS_MAX = 60.0


def models(sizes: list[int]) -> dict[int, Path]:
    """Model files of the first so many trees of one XGBoost model; made once."""
    folder = HOME / "trees"
    files = {size: folder / f"{size}.ubj" for size in sizes}
    if all(file.exists() for file in files.values()):
        return files
    try:
        import numpy
        import xgboost
    except ImportError as error:
        raise MissingError(f"the models need {error.name}: pip install xgboost-cpu") from error
    folder.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(model.SEED)
    rows = random.normal(size=(4000, model.FEATURES)).astype(numpy.float32)
    target = rows[:, 0] * rows[:, 1] + rows[:, 2] + random.normal(size=len(rows))
    parameters = {"max_depth": DEPTH, "eta": 0.05, "tree_method": "hist", "nthread": 1}
    data = xgboost.DMatrix(rows, label=(target > 0).astype(int))
    booster = xgboost.train(
        parameters | {"objective": "binary:logistic", "lambda": 0, "min_child_weight": 0},
        data,
        num_boost_round=max(sizes),
    )
    for size, file in files.items():
        booster[:size].save_model(file)
    return files


def publish(registry: Path, version: int, file: Path) -> None:
    """Written beside, and renamed: from then on it is there."""
    folder = registry / "swapped.tmp"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copyfile(file, folder / "model.ubj")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest = {"flavor": "xgboost", "files": [{"path": "model.ubj", "sha256": digest}]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (registry / "swapped").mkdir(exist_ok=True)
    folder.rename(registry / "swapped" / str(version))


def wait(server: Server, version: int) -> None:
    """Until that version answers."""
    mark = f'"name":"swapped","version":{version},"state":"READY"'
    until = time.monotonic() + SECONDS_MAX
    while mark not in get(server, "/models"):
        if time.monotonic() > until:
            raise ServerError(f"version {version} does not serve:\n" + get(server, "/models"))
        time.sleep(0.005)


def measure(settings: Settings) -> list[Figure]:
    figure = Figure(
        "swap", "CPU time of a hot swap by the model's size", "bytes of the model file", "ms of CPU"
    )
    sizes = settings.sizes("swap", SIZES)
    files = models(sizes)
    for size in sizes:
        registry = HOME / "swap"
        shutil.rmtree(registry, ignore_errors=True)
        publish(registry, 1, files[size])
        with pod(registry, "--keep-versions=1") as server:
            costs, walls = [], []
            # What the looking costs, which is no part of it.
            for number in range(2, 2 + settings.rounds):
                before = cpu_seconds(server.pid)
                began = time.monotonic()
                publish(registry, number, files[size])
                wait(server, number)
                walls.append(time.monotonic() - began)
                costs.append(cpu_seconds(server.pid) - before)
        figure.add(
            files[size].stat().st_size,
            statistics.median(costs) * 1e3,
            trees=size,
            ms_of_wall_time=statistics.median(walls) * 1e3,
        )
    figure.notes.append("wall time has 50 ms in it that the pod waits for writers to end")
    return [figure]
