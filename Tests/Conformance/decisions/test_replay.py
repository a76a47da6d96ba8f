"""`vigie decisions replay`: the same version makes the same decision, bit for bit."""

import json
import struct

import pytest
from decisions_kit import CREDIT, decisions, find
from tritonclient.grpc import service_pb2

KEPT = {"features": "values", "piiValues": True}


def replay(log: str, registry, *arguments):
    result = decisions("replay", "--log", log, "--registry", registry.folder, *arguments)
    return result.returncode, result.stdout + result.stderr


# Where a pipeline pins its members, their manifests stay as they are.
@pytest.mark.parametrize("models", [["fraud-xgboost", "fraud-rules"], ["fraud"], ["anomaly"]])
def test_decisions_on_tensors_are_made_again(start, registry, tmp_path, models):
    for model in models:
        registry.change(model, decisionLog=KEPT)
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log, "--decision-log-mode=best-effort")
    for model in models:
        for rows in (1, 7, 300):
            caller.infer(model, f"{model}-{rows}", rows=rows, seed=rows)
    assert pod.stop() == 0
    code, text = replay(log, registry)
    assert code == 0 and text.startswith(f"{3 * len(models)} the same bit for bit, 0"), text


def test_bytes_and_numbers_that_json_has_not_are_made_again(start, registry, tmp_path):
    for model in ["watchlist-demo", "anomaly-autoencoder"]:
        registry.change(model, decisionLog=KEPT)
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log, "--decision-log-mode=best-effort")
    request = service_pb2.ModelInferRequest(model_name="watchlist-demo", id="bytes")
    texts = [b"caf\xe9", b"\x00\xff", "é\u2028".encode(), b'{"hex":"00"}']
    for name in ("name", "identifier"):
        request.inputs.add(name=name, datatype="BYTES", shape=[len(texts)])
        request.raw_input_contents.append(b"".join(struct.pack("<I", len(t)) + t for t in texts))
    caller.inference.ModelInfer(request, timeout=10)
    request = service_pb2.ModelInferRequest(model_name="anomaly-autoencoder", id="numbers")
    metadata = service_pb2.ModelMetadataRequest(name="anomaly-autoencoder")
    (tensor,) = caller.inference.ModelMetadata(metadata, timeout=10).inputs
    width = tensor.shape[1]
    # NaN as most have it, as x86 makes it, with a payload, a signalling one; infinities, -0.
    patterns = [0x7FC00000, 0xFFC00000, 0x7FC12345, 0x7F800001, 0x7F800000, 0xFF800000, 1 << 31]
    request.inputs.add(name=tensor.name, datatype="FP32", shape=[len(patterns), width])
    rows = [struct.pack("<I", pattern) * width for pattern in patterns]
    request.raw_input_contents.append(b"".join(rows))
    caller.inference.ModelInfer(request, timeout=10)
    assert pod.stop() == 0
    (one,) = find(log, "--request-id", "bytes")
    assert one["features"]["inputs"][0]["data"][:2] == [{"hex": "636166e9"}, {"hex": "00ff"}]
    assert one["features"]["inputs"][0]["data"][2:] == ["é\u2028", '{"hex":"00"}']
    (row,) = find(log, "--request-id", "bytes", "--row", 1)
    assert row["inputs"]["name"] == [{"hex": "00ff"}]
    (one,) = find(log, "--request-id", "numbers")
    assert one["features"]["inputs"][0]["data"][::width] == [
        *["NaN", {"hex": "0000c0ff"}, {"hex": "4523c17f"}, {"hex": "0100807f"}],
        *["Infinity", "-Infinity", -0.0],
    ]
    code, text = replay(log, registry)
    assert code == 0 and text.startswith("2 the same bit for bit, 0 different"), text


def test_decisions_on_applications_are_made_again(start, registry, tmp_path):
    for model in [CREDIT, "credit-german"]:
        registry.change(model, decisionLog=KEPT)
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log)
    for seed in range(20):
        caller.score(f"C-{seed}", seed=seed)
        caller.score(f"G-{seed}", seed=seed, model="credit-german")
    assert pod.stop() == 0
    assert len(find(log)) == 40
    code, text = replay(log, registry)
    assert code == 0 and text.startswith("40 the same bit for bit, 0 different"), text


def test_features_that_were_not_kept_are_shown_and_checked(start, registry, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log)
    caller.score("A-1", seed=4)
    assert pod.stop() == 0
    code, text = replay(log, registry)
    assert code == 1 and "show them with --inputs" in text
    features = caller.application(seed=4).features
    values = {
        name: getattr(value, value.WhichOneof("value")) if value.WhichOneof("value") else None
        for name, value in features.items()
    }
    shown = tmp_path / "shown.jsonl"
    shown.write_text(json.dumps({"requestId": "A-1", "values": values}))
    code, text = replay(log, registry, "--inputs", shown)
    assert code == 0 and text.startswith("1 the same"), text
    lines = [json.dumps({"requestId": name, "values": values}) for name in ("other", "A-1")]
    shown.write_text("\r\n".join([*lines, "", ""]), newline="")
    code, text = replay(log, registry, "--inputs", shown)
    assert code == 0 and text.startswith("1 the same"), text
    number = next(name for name, value in values.items() if isinstance(value, (int, float)))
    values[number] = values[number] + 1
    shown.write_text(json.dumps({"requestId": "A-1", "values": values}))
    code, text = replay(log, registry, "--inputs", shown)
    assert code == 1 and "not the features that were decided on" in text


def test_another_version_in_the_place_of_the_one_that_decided_is_refused(start, registry, tmp_path):
    registry.change(CREDIT, decisionLog=KEPT)
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log)
    caller.score("A-1")
    assert pod.stop() == 0
    registry.change(CREDIT, description="another")
    code, text = replay(log, registry)
    assert code == 1 and "is not the one that decided" in text
