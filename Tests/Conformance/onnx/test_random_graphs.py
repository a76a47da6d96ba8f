"""Random networks served by `vigie serve`, against ONNX Runtime.

Another set of graphs: VIGIE_GRAPH_SEED=7 pytest Tests/Conformance/onnx
"""

import hashlib
import json
import os

import numpy as np
import onnxruntime as ort
import pytest
import tritonclient.grpc as triton
from graphs import random_network
from harness import Process

GRAPHS = 80
SEED = int(os.environ.get("VIGIE_GRAPH_SEED", "20261125"))
# Float arithmetic in another order of sums, through up to nine layers.
TOLERANCE = 3e-5


def reference(model: bytes):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def networks():
    made = {}
    for seed in range(SEED, SEED + GRAPHS):
        model, shape = random_network(seed)
        made[f"graph-{seed}"] = (model.SerializeToString(), shape)
    return made


@pytest.fixture(scope="module")
def client(networks, tmp_path_factory):
    registry = tmp_path_factory.mktemp("registry")
    for name, (model, _) in networks.items():
        folder = registry / name / "1"
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(model)
        files = [{"path": "model.onnx", "sha256": hashlib.sha256(model).hexdigest()}]
        manifest = {"schema": 1, "name": name, "version": 1, "flavor": "onnx", "files": files}
        (folder / "manifest.json").write_text(json.dumps(manifest))
    process = Process("vigie", "serve", "--registry", str(registry), "--listen", "127.0.0.1:0")
    client = triton.InferenceServerClient(process.address)
    yield client
    client.close()
    assert process.stop() == 0


def ask(client, name, values):
    made = triton.InferInput("input", list(values.shape), "FP32")
    made.set_data_from_numpy(values)
    answer = client.infer(name, [made])
    return answer.as_numpy(answer.get_response().outputs[0].name)


@pytest.mark.parametrize("number", range(GRAPHS))
def test_a_random_network_answers_as_onnx_runtime(client, networks, number):
    name = f"graph-{SEED + number}"
    model, shape = networks[name]
    random = np.random.default_rng(SEED + number)
    values = random.normal(size=(7, *shape)).astype(np.float32)
    expected = reference(model).run(None, {"input": values})[0]
    got = ask(client, name, values)
    assert got.shape == expected.shape, name
    distance = np.abs(got - expected) / (1 + np.abs(expected))
    assert not np.isnan(got).any() and distance.max() <= TOLERANCE, (name, distance.max())
    # Alone, a row is answered by the same bits.
    for row in (0, 6):
        assert ask(client, name, values[row : row + 1]).tobytes() == got[row].tobytes(), name
