"""An autoencoder that explains itself by its reconstruction error, served by `vigie serve`."""

import hashlib
import json

import numpy as np
import onnx.helper as oh
import pytest
import tritonclient.grpc as triton
from harness import Process
from onnx import TensorProto, numpy_helper

FEATURES, HIDDEN = 6, 3


@pytest.fixture(scope="module")
def weights():
    random = np.random.default_rng(5)
    shapes = [(FEATURES, HIDDEN), (HIDDEN,), (HIDDEN, FEATURES), (FEATURES,)]
    return [random.normal(size=shape).astype(np.float32) for shape in shapes]


@pytest.fixture(scope="module")
def client(weights, tmp_path_factory):
    names = ["w0", "b0", "w1", "b1"]
    value = oh.make_tensor_value_info
    graph = oh.make_graph(
        [
            oh.make_node("MatMul", ["input", "w0"], ["m0"]),
            oh.make_node("Add", ["m0", "b0"], ["a0"]),
            oh.make_node("Relu", ["a0"], ["h"]),
            oh.make_node("MatMul", ["h", "w1"], ["m1"]),
            oh.make_node("Add", ["m1", "b1"], ["output"]),
        ],
        "autoencoder",
        [value("input", TensorProto.FLOAT, ["rows", FEATURES])],
        [value("output", TensorProto.FLOAT, ["rows", FEATURES])],
        [numpy_helper.from_array(w, name) for w, name in zip(weights, names, strict=True)],
    )
    model = oh.make_model(graph, opset_imports=[oh.make_opsetid("", 17)], ir_version=8)
    data = model.SerializeToString()
    registry = tmp_path_factory.mktemp("registry")
    folder = registry / "unusual" / "1"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(data)
    manifest = {
        "schema": 1,
        "name": "unusual",
        "version": 1,
        "flavor": "onnx",
        "files": [{"path": "model.onnx", "sha256": hashlib.sha256(data).hexdigest()}],
        "explanation": {"reconstruction": True},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    process = Process("vigie", "serve", "--registry", str(registry), "--listen", "127.0.0.1:0")
    client = triton.InferenceServerClient(process.address)
    yield client
    client.close()
    assert process.stop() == 0


def test_contributions_are_each_features_squared_error(client, weights):
    rows = np.random.default_rng(6).normal(size=(9, FEATURES)).astype(np.float32)
    made = triton.InferInput("input", list(rows.shape), "FP32")
    made.set_data_from_numpy(rows)
    answer = client.infer("unusual", [made], parameters={"explain": True})
    hidden = np.maximum(rows @ weights[0] + weights[1], 0)
    expected = hidden @ weights[2] + weights[3]
    assert np.allclose(answer.as_numpy("output"), expected, atol=1e-5)
    contributions = answer.as_numpy("explanation.contributions")
    assert contributions.shape == rows.shape
    errors = (rows.astype(np.float64) - answer.as_numpy("output")) ** 2 / FEATURES
    assert np.allclose(contributions, errors, rtol=1e-12, atol=0)
    assert (answer.as_numpy("explanation.base_value") == 0).all()
