"""Decisions of a log, asked for again as load."""

import json
import subprocess
import sys

import numpy
import pytest
from harness import ROOT, Pod, binary
from tritonclient.grpc import service_pb2

sys.path.insert(0, str(ROOT / "Tests/Conformance/decisions"))
from decisions_kit import CREDIT, Caller, Registry, find


@pytest.fixture
def logged(tmp_path):
    """A log of applications and batches, and the registry whose models decided."""
    registry = Registry(tmp_path / "registry")
    for model in [CREDIT, "fraud-xgboost"]:
        registry.change(model, decisionLog={"features": "values"})
    log = f"file:{tmp_path / 'log'}"
    pod = Pod(
        *[f"--registry={registry.folder}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0"],
        f"--decision-log={log}",
    )
    caller = Caller(pod.address)
    for number in range(20):
        caller.score(f"A-{number}", seed=number)
        caller.infer("fraud-xgboost", f"I-{number}", rows=1 + number % 3, seed=number)
    # Numbers that JSON has not.
    odd = service_pb2.ModelInferRequest(model_name="fraud-xgboost", id="odd")
    odd.inputs.add(name="input", datatype="FP32", shape=[3, 19])
    rows = numpy.array([[numpy.nan], [numpy.inf], [-numpy.inf]], "<f4").repeat(19, axis=1)
    odd.raw_input_contents.append(rows.tobytes())
    caller.inference.ModelInfer(odd, timeout=10)
    # Of this model the log holds no values.
    caller.score("hidden", model="credit-german")
    caller.close()
    assert pod.stop() == 0
    return registry, log


def test_the_same_decisions_are_asked_for_again(logged, load, tmp_path):
    registry, log = logged
    shown = tmp_path / "decisions.jsonl"
    shown.write_text("".join(json.dumps(line) + "\n" for line in find(log)))
    again = f"file:{tmp_path / 'again'}"
    pod = Pod(
        *[f"--registry={registry.folder}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0"],
        f"--decision-log={again}",
    )
    run = load(f"--target={pod.address}", f"--replay={shown}", "--speed=0.5")
    assert pod.stop() == 0
    assert run.code == 0, run
    assert "1 decisions of" in run.errors and "left out" in run.errors
    assert run.report["summary"]["ok"] == 41, run.report

    def made(place):
        """What was decided, by what it was made of, in whatever order."""
        result = []
        for line in find(place):
            record, side = line["record"], line["features"] or {}
            if record["model"] != "credit-german":
                asked = side.get("values") or side["inputs"]
                answer = record.get("outputsSha256") or [record["score"], record["points"]]
                result.append(json.dumps([record["model"], record["rows"], asked, answer]))
        return sorted(result)

    assert made(log) == made(again)


def test_a_log_without_values_is_refused(logged, tmp_path):
    _, log = logged
    lines = [json.dumps(line) for line in find(log, "--model", "credit-german")]
    shown = tmp_path / "hidden.jsonl"
    shown.write_text("\n".join(lines))
    run = subprocess.run(
        [binary("vigie-load"), "--target=127.0.0.1:1", f"--replay={shown}"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 2, run
    assert "decisionLog.features must be 'values'" in run.stderr
