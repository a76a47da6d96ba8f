"""Every answer is checked."""

import json

import numpy as np
import pytest
import tritonclient.grpc as triton


def scores(server, model: str, rows: np.ndarray, version: str = "") -> np.ndarray:
    """What the server says, by another client."""
    with triton.InferenceServerClient(server.address) as client:
        metadata = client.get_model_metadata(model)
        given = triton.InferInput(metadata.inputs[0].name, list(rows.shape), "FP32")
        given.set_data_from_numpy(rows)
        answer = client.infer(model, [given], model_version=version)
        return answer.as_numpy(metadata.outputs[0].name).reshape(len(rows), -1)


@pytest.fixture
def rows_file(pod, tmp_path):
    """Rows of the fraud model with what another client got for them."""
    with triton.InferenceServerClient(pod.address) as client:
        width = client.get_model_metadata("fraud-xgboost").inputs[0].shape[1]
    rows = np.random.default_rng(3).normal(size=(50, width)).astype(np.float32)
    expected = scores(pod, "fraud-xgboost", rows)

    def write(change=lambda index, scores: scores):
        path = tmp_path / "rows.jsonl"
        lines = [
            json.dumps(
                {"features": row.tolist(), "expected": {"1": change(index, wanted.tolist())}}
            )
            for index, (row, wanted) in enumerate(zip(rows, expected, strict=True))
        ]
        path.write_text("\n".join(lines))
        return str(path)

    return write


def test_right_answers_are_right(pod, load, rows_file):
    run = load(
        *["--target", pod.address, "--model", "fraud-xgboost", "--rows", rows_file()],
        *["--rate", "300", "--duration", "2s"],
    )
    assert run.code == 0, run
    assert run.report["summary"]["wrong"] == 0 and run.report["summary"]["ok"] == 600


def test_a_wrong_score_is_caught_and_shown(pod, load, rows_file):
    def spoil(index, scores):
        return [scores[0] + 0.01, *scores[1:]] if index == 17 else scores

    run = load(
        *["--target", pod.address, "--model", "fraud-xgboost", "--rows", rows_file(spoil)],
        *["--rate", "300", "--duration", "2s", "--show-wrong", "3"],
    )
    assert run.code == 1, run
    assert run.report["summary"]["wrong"] == 12
    assert [wrong["row"] for wrong in run.report["wrongAnswers"]] == [17] * 3
    assert "ModelInfer fraud-xgboost version 1, row 17" in run.output
    lenient = load(
        *["--target", pod.address, "--model", "fraud-xgboost", "--rows", rows_file(spoil)],
        *["--rate", "300", "--duration", "1s", "--tolerance", "0.02"],
    )
    assert lenient.code == 0, lenient


@pytest.mark.parametrize("method", ["infer", "stream"])
@pytest.mark.parametrize("batch", ["1", "7"])
def test_batches_and_streams_are_checked_too(pod, load, rows_file, method, batch):
    def spoil(index, scores):
        return [value + 0.01 for value in scores] if index == 3 else scores

    run = load(
        *["--target", pod.address, "--model", "fraud-xgboost", "--rows", rows_file(spoil)],
        *["--method", method, "--batch", batch, "--rate", "200", "--duration", "1s"],
    )
    assert run.code == 1, run
    assert 0 < run.report["summary"]["wrong"] < run.report["summary"]["ok"] == 200


def test_answers_are_told_apart_by_version(pod, load):
    run = load(
        *["--target", pod.address, "--mix", "score:credit-default@1=3"],
        *["--mix", "score:credit-default@2=1", "--rate", "400", "--duration", "2s"],
        *["--threshold", "ok{version=1}>=540", "--threshold", "ok{version=2}>=140"],
    )
    assert run.code == 0, run
    counts = {group["version"]: group["ok"] for group in run.report["groups"]}
    assert set(counts) == {"1", "2"} and sum(counts.values()) == 800


def test_streams_are_replaced_after_so_many_requests(pod, load):
    run = load(
        *["--target", pod.address, "--method", "stream", "--model", "fraud-xgboost"],
        *["--rate", "300", "--duration", "2s", "--requests-per-stream", "5"],
        *["--connections", "2", "--streams", "4"],
    )
    assert run.code == 0, run
    assert run.report["summary"]["ok"] == 600


def test_a_refused_request_is_a_failure_not_a_wrong_answer(pod, load, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("age,colour\n45,red\n")
    run = load(
        *["--target", pod.address, "--method", "score", "--model", "credit-default"],
        *["--rows", str(rows), "--rate", "100", "--duration", "1s"],
        *["--threshold", "errors{status=INVALID_ARGUMENT}==100%"],
    )
    assert run.code == 0, run
    assert run.report["outcomes"] == {"INVALID_ARGUMENT": 100}


def test_connections_are_replaced_without_loss(pod, load):
    run = load(
        *["--target", pod.address, "--rate", "1000", "--duration", "2s", "--connections", "4"],
        *["--streams", "4", "--requests-per-connection", "10", "--threshold", "errors==0"],
    )
    assert run.code == 0, run
    assert run.report["summary"]["ok"] == 2000
    assert run.report["connections"]["made"] >= 190
