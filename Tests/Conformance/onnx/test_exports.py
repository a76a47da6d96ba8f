"""Every export of Tests/Fixtures/exports, made now, added by `vigie models add` and served.

scikit-learn's estimators, XGBoost's and LightGBM's, in float and in double: one row, seven and a
thousand, asked over gRPC, are answered as ONNX Runtime answers; where it refuses the file, as the
trained model itself does.
"""

import os
import shutil
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
import tritonclient.grpc as triton
from harness import ROOT, Process, binary
from tritonclient.utils import np_to_triton_dtype

sys.path.insert(0, str(ROOT / "Tests/Fixtures"))
for module in ("sklearn", "skl2onnx", "onnxmltools", "onnxruntime", "xgboost", "lightgbm"):
    pytest.importorskip(module, reason=f"{module} is not installed: no exports are made")

import exports.pack  # noqa: E402 (found only now, and only if its libraries are)
from exports.matrix import all_cases  # noqa: E402

BATCHES = (1, 7, 1000)
# Against a trained model that computes in double what the graph computes in float.
MODEL_TOLERANCE = 1e-4
# Squared distances as differences of great sums, in float32 and in another order.
TOLERANCES = {"k-means": 2e-5, "mini-batch-k-means": 2e-5}
# What ONNX Runtime says of a file whose converter has mixed float and double.
MIXED_TYPES = "bound to different types"
CASES = {
    f"{name}-{np.dtype(kind).name if kind else 'table'}": (case, kind)
    for name, case in all_cases().items()
    for kind in case.kinds
}


@dataclass
class Export:
    """A converted model; why there is none, if the exporter refuses it."""

    bytes: bytes | None
    refusal: str = ""


def convert(case, kind) -> Export:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case.trained()
        try:
            return Export(case.convert(kind, "default").SerializeToString())
        except Exception as error:  # noqa: BLE001 (each exporter has its own)
            return Export(None, f"{type(error).__name__}: {error}")


def model_name(key: str) -> str:
    return f"export-{key}"


@pytest.fixture(scope="module", autouse=True)
def locale(tmp_path_factory):
    """The locale by which ONNX Runtime lowers case, if it can be made."""
    folder = tmp_path_factory.mktemp("locale")
    command = ["localedef", "-i", "en_US", "-f", "UTF-8", folder / "en_US.UTF-8"]
    if shutil.which("localedef"):
        subprocess.run(command, capture_output=True, check=False)
    before = os.environ.get("LOCPATH")
    os.environ["LOCPATH"] = str(folder)
    yield
    os.environ.pop("LOCPATH")
    if before is not None:
        os.environ["LOCPATH"] = before


@pytest.fixture(scope="module")
def converted():
    return {key: convert(*case) for key, case in CASES.items()}


@pytest.fixture(scope="module")
def added(converted, tmp_path_factory):
    """The registry, and what `vigie models add` said of each export."""
    registry = tmp_path_factory.mktemp("registry")
    files = tmp_path_factory.mktemp("exports")

    def add(item):
        key, export = item
        if export.bytes is None:
            return key, None
        file = files / f"{key}.onnx"
        file.write_bytes(export.bytes)
        command = [binary("vigie"), "models", "add", "--registry", registry, model_name(key), file]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return key, said

    with ThreadPoolExecutor(2) as pool:
        return registry, dict(pool.map(add, converted.items()))


@pytest.fixture(scope="module")
def client(added):
    process = Process("vigie", "serve", "--registry", str(added[0]), "--listen", "127.0.0.1:0")
    client = triton.InferenceServerClient(process.address)
    yield client
    client.close()
    assert process.stop() == 0


def repeated(values: np.ndarray, count: int) -> np.ndarray:
    """`count` rows, the first ones again and again."""
    return np.resize(values, (count, *values.shape[1:])) if len(values) else values


def ask(client, key: str, feeds: dict) -> dict:
    inputs = []
    for name, values in feeds.items():
        made = triton.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
        made.set_data_from_numpy(values)
        inputs.append(made)
    answer = client.infer(model_name(key), inputs)
    return {o.name: answer.as_numpy(o.name) for o in answer.get_response().outputs}


def reference(case, kind, export: Export, feeds: dict, names: list[str]) -> tuple[dict, float]:
    """The answers to hold the pod to, by output, and how close."""
    try:
        tolerance = TOLERANCES.get(case.name, case.tolerance)
        return exports.pack.run(export.bytes, feeds), tolerance
    except Exception as error:  # noqa: BLE001 (ONNX Runtime's own types are not public)
        if "locale" in str(error):
            pytest.skip("ONNX Runtime's locale, en_US.UTF-8, cannot be made here: install locales")
        if not case.exact:
            pytest.skip(f"ONNX Runtime refuses it, and {case.note}: {error}")
        count = len(next(iter(feeds.values())))
        expected = case.expected(kind, len(case.x if case.rows is None else case.rows))
        # ZipMap and others have names of their own, in the same order.
        named = (
            expected
            if expected.keys() & set(names)
            else dict(zip(names, expected.values(), strict=False))
        )
        return {name: repeated(value, count) for name, value in named.items()}, MODEL_TOLERANCE


def assert_close(found, expected, tolerance, what):
    if expected.dtype.kind in "OUS":
        decoded = [v.decode() if isinstance(v, bytes) else v for v in found.ravel().tolist()]
        assert decoded == [str(v) for v in expected.ravel().tolist()], what
    elif expected.dtype.kind in "iub":
        assert found.ravel().tolist() == expected.ravel().tolist(), what
    else:
        assert found.size == expected.size, what
        found, expected = found.ravel().astype(float), expected.ravel().astype(float)
        distance = np.abs(found - expected) / np.maximum(1, np.abs(expected))
        same = (found == expected) | (np.isnan(found) & np.isnan(expected))
        worst = distance[~same].max(initial=0)
        assert worst <= tolerance, (what, worst)


def judged(export: Export, feeds: dict) -> str:
    """Why ONNX Runtime does not run a file; "" if it does."""
    try:
        exports.pack.run(export.bytes, feeds)
    except Exception as error:  # noqa: BLE001 (as above)
        return str(error)
    return ""


@pytest.mark.parametrize("key", CASES)
def test_an_export_is_served_as_onnx_runtime_runs_it(key, converted, added, client):
    case, kind = CASES[key]
    export, said = converted[key], added[1][key]
    if export.bytes is None:
        pytest.skip(f"the exporter makes no file of it: {export.refusal}")
    rows = case.feeds(kind, max(BATCHES))
    if said.returncode != 0:
        assert MIXED_TYPES in judged(export, rows), said.stderr
        assert "operator '" in said.stderr and "of different types" in said.stderr
        pytest.skip(f"the exporter mixes types, which both refuse: {said.stderr}")
    alone = None
    for count in BATCHES:
        feeds = {name: repeated(values, count) for name, values in rows.items()}
        found = ask(client, key, feeds)
        expected, tolerance = reference(case, kind, export, feeds, list(found))
        assert expected.keys() & found.keys(), (list(expected), list(found))
        for name in expected.keys() & found.keys():
            assert_close(found[name], expected[name], tolerance, (key, count, name))
        first = {n: v[0].tobytes() for n, v in found.items() if len(v) == count and v.dtype != "O"}
        alone = alone or first
        assert first.items() <= alone.items(), "a row's answer depends on its neighbours"
