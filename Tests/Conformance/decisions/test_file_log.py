"""The decision log in files: what is recorded, what a crash, a full disk and a forger do to it."""

import concurrent.futures
import json
import os
import pathlib
import re
import resource
import signal
import time

import grpc
import numpy
import pytest
from decisions_kit import CREDIT, decisions, find, verify


def segments(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(folder.glob("decisions-*.jsonl"))


def test_an_application_is_recorded_with_who_what_and_why(start, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log)
    answer = caller.score("A-1")
    assert pod.stop() == 0
    (found,) = find(log, "--request-id", "A-1")
    record = found["record"]
    assert (record["model"], record["version"]) == (answer.model, int(answer.version))
    assert record["method"] == "ScoreApplication" and record["arm"] == "stable"
    assert record["probabilityOfDefault"] == answer.probability_of_default
    assert record["points"] == answer.points and record["status"] == 0
    assert record["decision"] == caller.pb.Decision.Name(answer.decision)[len("DECISION_") :]
    assert [r["code"] for r in record["reasons"]] == [r.code for r in answer.reasons]
    assert record["latencyNs"] > 0 and len(record["manifest"]) == 64
    assert record["id"][14] == "7" and record["peer"].startswith("127.0.0.1:")
    # Only a salted digest of the features is kept unless the manifest says otherwise.
    assert list(found["features"]) == ["salt"] and len(record["featuresSha256"]) == 64
    assert verify(log)[0] == 0


def test_values_are_kept_as_the_manifest_says_and_personal_ones_are_not(start, registry, tmp_path):
    path = registry.folder / CREDIT / "2/manifest.json"
    manifest = json.loads(path.read_text())
    personal = manifest["signature"]["features"][0]["name"]
    manifest["signature"]["features"][0]["pii"] = True
    manifest["decisionLog"] = {"features": "values"}
    path.write_text(json.dumps(manifest))
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log)
    caller.score("A-1")
    assert pod.stop() == 0
    (found,) = find(log, "--request-id", "A-1")
    names = {feature["name"] for feature in manifest["signature"]["features"]}
    assert set(found["features"]["values"]) == names - {personal}


def test_a_refused_application_is_recorded_too(start, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log)
    request = caller.application("bad")
    request.features["no such feature"].number = 1
    with pytest.raises(grpc.RpcError):
        caller.credit.ScoreApplication(request, timeout=5)
    assert pod.stop() == 0
    (found,) = find(log, "--request-id", "bad")
    assert found["record"]["status"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert found["features"] is None


def test_every_method_is_recorded(start, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log)
    caller.infer("fraud-xgboost", "I-1", rows=3)
    stream = (caller.application(f"S-{n}", seed=n) for n in range(20))
    answers = list(caller.credit.ScoreApplications(stream, timeout=10))
    assert [a.request_id for a in answers] == [f"S-{n}" for n in range(20)]
    assert pod.stop() == 0
    (found,) = find(log, "--request-id", "I-1")
    assert found["record"]["rows"] == 3 and found["record"]["method"] == "ModelInfer"
    assert found["record"]["outputs"][0]["shape"][0] == 3
    assert len(find(log, "--model", CREDIT)) == 20
    assert find(log, "--request-id", "S-3")[0]["record"]["method"] == "ScoreApplications"


@pytest.mark.parametrize("mode", ["required", "best-effort"])
def test_what_was_answered_is_found_after_kill_9(start, tmp_path, mode):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log, f"--decision-log-mode={mode}")
    answered = []

    def ask(worker: int):
        for number in range(100_000):
            name = f"{worker}-{number}"
            try:
                caller.score(name, seed=number % 50)
            except grpc.RpcError:
                return
            answered.append(name)

    with concurrent.futures.ThreadPoolExecutor(8) as workers:
        asked = [workers.submit(ask, worker) for worker in range(8)]
        while len(answered) < 300 and not all(task.done() for task in asked):
            time.sleep(0.01)
        pod.process.send_signal(signal.SIGKILL)
        for task in asked:
            task.result()
    pod.process.wait()
    assert len(answered) >= 300
    # A line that was being written is cut off when the log goes on.
    last = segments(tmp_path / "log")[-1]
    with last.open("ab") as file:
        file.write(b'{"seq":99999,"prev":"00')
    pod, caller = start(log, f"--decision-log-mode={mode}")
    caller.score("after")
    assert pod.stop() == 0
    assert "cut off 23 bytes" in pod.errors
    found = {one["record"]["requestId"] for one in find(log)}
    assert "after" in found
    if mode == "required":
        assert set(answered) <= found
    code, text = verify(log)
    assert code == 0, text


def test_a_full_disk_refuses_what_must_be_recorded_until_there_is_room(start, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log, "--decision-log-mode=required", "--decision-log-sync-interval=50ms")
    caller.score("before")
    size = segments(tmp_path / "log")[-1].stat().st_size
    # A limit on the size of its files is what a full disk is to the pod.
    old = resource.prlimit(pod.process.pid, resource.RLIMIT_FSIZE, (size + 100, -1))
    refused = 0
    for number in range(5):
        try:
            caller.score(f"full-{number}")
        except grpc.RpcError as error:
            refused += 1
            assert error.code() == grpc.StatusCode.UNAVAILABLE
            assert "could not be recorded" in error.details()
    assert refused == 5
    resource.prlimit(pod.process.pid, resource.RLIMIT_FSIZE, old)
    deadline = time.monotonic() + 20
    while True:
        try:
            caller.score("afterwards")
            break
        except grpc.RpcError:
            assert time.monotonic() < deadline, "it does not recover"
            time.sleep(0.1)
    assert pod.stop() == 0
    found = {one["record"]["requestId"] for one in find(log)}
    assert {"before", "afterwards"} <= found and "full-0" not in found
    assert verify(log)[0] == 0


def test_a_full_disk_is_counted_where_nobody_waits(start, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(
        log, "--decision-log-mode=best-effort", "--decision-log-queue=64KiB", "--loops=1"
    )
    old = resource.prlimit(pod.process.pid, resource.RLIMIT_FSIZE, (0, -1))
    for number in range(1500):
        caller.score(f"full-{number}")
    _, metrics = pod.get("/metrics")
    (lost,) = [
        float(line.split()[-1])
        for line in metrics.splitlines()
        if line.startswith("vigie_decisions_lost_total") and "queue_full" in line
    ]
    assert lost > 0
    resource.prlimit(pod.process.pid, resource.RLIMIT_FSIZE, old)
    assert pod.stop() == 0
    assert len(find(log)) == 1500 - lost
    assert verify(log)[0] == 0


def test_segments_follow_each_other(start, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log, "--decision-log-segment-bytes=8KiB")
    for number in range(60):
        caller.score(f"A-{number}")
    assert pod.stop() == 0
    files = segments(tmp_path / "log")
    assert len(files) > 2
    code, text = verify(log)
    assert code == 0 and len(find(log)) == 60, text
    # What is not kept any more at the start is said; a hole is not sound.
    files[0].unlink()
    code, text = verify(log)
    assert code == 0 and "not kept any more" in text
    files[2].unlink()
    assert verify(log)[0] == 1


@pytest.fixture
def written(start, tmp_path):
    """A file log of twenty decisions and its one segment, with a signed checkpoint."""
    key = tmp_path / "key"
    key.write_text("0123456789abcdef0123456789abcdef\n")
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log, f"--decision-log-key={key}")
    for number in range(20):
        caller.score(f"A-{number}", seed=number)
    assert pod.stop() == 0
    assert verify(log, "--key", key)[0] == 0
    return log, segments(tmp_path / "log")[0], key


def test_a_changed_byte_is_found_and_named(written):
    log, segment, _ = written
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[7] = lines[7].replace(b'"arm":"stable"', b'"arm":"pinned"')
    segment.write_bytes(b"".join(lines))
    code, text = verify(log)
    assert code == 1 and "decisions-00000001.jsonl:8: the record has been changed" in text


def test_a_removed_and_a_moved_record_are_found(written):
    log, segment, _ = written
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines[:5] + lines[6:]))
    code, text = verify(log)
    assert code == 1 and "jsonl:6: record 7 follows record 5" in text
    segment.write_bytes(b"".join(lines[:5] + [lines[6], lines[5]] + lines[7:]))
    assert verify(log)[0] == 1


def test_a_log_cut_at_its_end_is_found_by_its_checkpoint(written):
    log, segment, key = written
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines[:-3]))
    code, text = verify(log, "--key", key)
    assert code == 1 and "cut off at its end" in text
    # Without the key nobody can make a checkpoint that fits.
    last = json.loads(lines[-4])
    forged = {"seq": last["seq"], "hash": last["hash"], "hmac": "0" * 64}
    (segment.parent / "checkpoint.json").write_text(json.dumps(forged))
    assert verify(log)[0] == 0
    code, text = verify(log, "--key", key)
    assert code == 1 and "not signed with this key" in text


def test_a_log_cut_at_its_end_is_not_gone_on_with(written, start):
    log, segment, key = written
    whole = segment.read_bytes()
    lines = whole.splitlines(keepends=True)
    for left in (b"".join(lines[:-3]), whole[:-9], b""):
        segment.write_bytes(left)
        # Else its next checkpoint would hide that decisions are missing.
        with pytest.raises(AssertionError, match="its checkpoint is of record 21: decisions are"):
            start(log, f"--decision-log-key={key}")
        assert verify(log, "--key", key)[0] == 1
    segment.write_bytes(whole)
    checkpoint = segment.parent / "checkpoint.json"
    signed = checkpoint.read_bytes()
    checkpoint.write_bytes(signed.replace(lines[-1][94:158], lines[-2][94:158]))
    assert checkpoint.read_bytes() != signed
    with pytest.raises(AssertionError, match="its checkpoint is of another record"):
        start(log)
    checkpoint.write_bytes(b"{")
    with pytest.raises(AssertionError, match="checkpoint.json is no checkpoint"):
        start(log)
    checkpoint.write_bytes(signed)
    pod, caller = start(log, f"--decision-log-key={key}")
    caller.score("goes on")
    assert pod.stop() == 0
    assert verify(log, "--key", key)[0] == 0


def test_a_new_key_is_told_of_and_signs(written, start, tmp_path):
    log, _, key = written
    other = tmp_path / "other"
    other.write_text("fedcba9876543210fedcba9876543210\n")
    pod, caller = start(log, f"--decision-log-key={other}")
    caller.score("goes on")
    assert pod.stop() == 0
    assert "checkpoint.json was not signed with this key" in pod.errors
    assert verify(log, "--key", other)[0] == 0
    assert verify(log, "--key", key)[0] == 1


def test_what_is_no_file_is_not_waited_for(written):
    log, segment, _ = written
    os.mkfifo(segment.with_name("decisions-00000002.jsonl"))
    code, text = verify(log)
    assert code == 1 and "it is no file" in text


def test_a_caller_cannot_write_lines_or_steer_the_terminal_of_who_looks(start, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log)
    evil = ["a\nb", "\x1b[31mred", "\u202eback", "\u009b31m", "x  APPROVE  PD 0.01", 'q"']
    for name in [*evil, "plain-é"]:
        caller.score(name)
    assert pod.stop() == 0
    text = decisions("find", "--log", log).stdout
    assert len(text.split("\n")) == len(evil) + 2
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text), text
    shown = [line.split("request ")[1] for line in text.splitlines()]
    assert shown[4].startswith(r'"x  APPROVE  PD 0.01"  ') and shown[5].startswith(r'"q\""  ')
    assert shown[6].startswith("plain-é  ")
    assert [one["record"]["requestId"] for one in find(log)] == [*evil, "plain-é"]


def test_times_and_decisions_that_are_asked_for(written):
    log, _, _ = written
    for time_, count in [
        ("--since=9999-12-31T23:59:59Z", 0),
        ("--until=1969-12-31T00:00:00Z", 0),
        ("--since=0001-01-01T00:00:00Z", 20),
        ("--until=9999-01-01T00:00:00Z", 20),
    ]:
        assert len(find(log, time_)) == count, time_
    result = decisions(
        "find", "--log", log, "--since=2026-01-01T00:00:00Z", "--until=2026-01-01T00:00:00Z"
    )
    assert result.returncode == 64 and "--since must be before --until" in result.stderr
    result = decisions("find", "--log", log, "--decision=MAYBE")
    assert result.returncode == 64 and "must be APPROVE, REFER or DECLINE" in result.stderr
    counts = [len(find(log, f"--decision={one}")) for one in ("approve", "REFER", "Decline")]
    assert sum(counts) == 20, counts


def test_a_second_pod_cannot_write_to_the_same_folder(start, tmp_path):
    log = f"file:{tmp_path / 'log'}"
    start(log)
    with pytest.raises(AssertionError, match="another process writes"):
        start(log)


def test_a_log_that_there_is_not_is_an_error(tmp_path):
    result = decisions("verify", "--log", f"file:{tmp_path / 'none'}")
    assert result.returncode != 0 and "cannot open" in result.stdout + result.stderr


@pytest.mark.parametrize("kind", ["file", "sqlite"])
def test_an_applicants_features_are_erased_and_the_chain_still_verifies(
    start, registry, tmp_path, kind
):
    registry.change(CREDIT, decisionLog={"features": "values"})
    log = f"{kind}:{tmp_path / 'log'}"
    pod, caller = start(log)
    for number in range(5):
        caller.score(f"A-{number}", seed=number)
    if kind == "file":
        result = decisions("erase", "--log", log, "--request-id", "A-2")
        assert result.returncode == 1 and "1 are in the file that a pod is writing" in result.stdout
    assert pod.stop() == 0
    result = decisions("erase", "--log", log, "--request-id", "A-2")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "erased the features of 1 decisions\n"
    sides = {one["record"]["requestId"]: one["features"] for one in find(log)}
    assert sides["A-2"] is None and all(sides[f"A-{n}"]["values"] for n in (0, 1, 3, 4))
    code, text = verify(log)
    assert code == 0, text
    assert decisions("erase", "--log", log).returncode != 0
    # The log goes on where it ended.
    pod, caller = start(log)
    caller.score("A-5")
    assert pod.stop() == 0
    assert verify(log)[0] == 0


def test_one_row_of_a_record_of_many_is_shown(start, registry, tmp_path):
    registry.change("fraud-xgboost", decisionLog={"features": "values"})
    log = f"file:{tmp_path / 'log'}"
    pod, caller = start(log, "--decision-log-mode=best-effort")
    answer = caller.infer("fraud-xgboost", "many", rows=5, seed=3)
    caller.infer("fraud-xgboost", "few", rows=2, seed=4)
    caller.score("A-1")
    assert pod.stop() == 0
    (whole,) = find(log, "--request-id", "many")
    (found,) = find(log, "--row", 3)
    assert (found["id"], found["row"]) == (whole["record"]["id"], 3)
    for tensor, raw in zip(answer.outputs, answer.raw_output_contents, strict=True):
        types = {"FP32": "<f4", "FP64": "<f8", "INT64": "<i8"}
        rows = numpy.frombuffer(raw, types[tensor.datatype]).reshape(5, -1)
        assert found["outputs"][tensor.name] == pytest.approx(rows[3].tolist())
    for tensor in whole["features"]["inputs"]:
        assert found["inputs"][tensor["name"]] == numpy.reshape(tensor["data"], (5, -1))[3].tolist()
    assert {line["row"] for line in find(log, "--row", 0)} == {0}
    assert len(find(log, "--row", 0)) == 3
    assert find(log, "--row", 5) == []
    text = decisions("find", "--log", log, "--row", 1).stdout
    assert text.count("row 1: ") == 2, text
