"""The folder of rollouts: changed under load, broken, empty, and put right again."""

import collections
import json
import subprocess
import threading
import time

import pytest
from harness import Pod, binary
from rollout_kit import Caller, linear, publish, total, until

STABLE = {"stable": {"version": 1}}


def test_weights_change_under_load_and_no_request_fails(cluster):
    cluster.rollouts.write(STABLE | {"canary": {"version": 2}, "routing": {"weight": 0}})
    cluster.start()
    failures, arms = [], collections.Counter()
    stopping = threading.Event()

    def ask():
        caller = Caller(cluster.pod)
        while not stopping.is_set():
            try:
                answer = caller.ask()
                assert answer.value == 1 + int(answer.version)
                arms[answer.arm] += 1
            except Exception as error:
                failures.append(error)
        caller.close()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 6
    changes = 0
    while time.monotonic() < end:
        changes += 1
        cluster.rollouts.write(
            STABLE | {"canary": {"version": 2}, "routing": {"weight": changes * 977 % 10_001}}
        )
        if changes % 10 == 0:
            publish(cluster.registry, 10 + changes, linear((1, 0), 10 + changes))
        time.sleep(0.03)
    stopping.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert changes > 50
    assert set(arms) == {"stable", "canary"}


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("spec: [", "fraud.yaml:2", "is no valid YAML"),
        ("kind: ModelRollout\n", "fraud.yaml:1", "metadata.name is missing"),
        (
            "apiVersion: vigie.dev/v1alpha1\nkind: ModelRollout\nmetadata: {name: fraud}\n"
            "spec:\n  model: fraud\n  stable: {version: 1}\n  canary: {version: 2}\n"
            "  routing:\n    weight: 20000\n",
            "fraud.yaml:9",
            "spec.routing.weight must be from 0 to 10000",
        ),
        (
            "apiVersion: vigie.dev/v1alpha1\nkind: ModelRollout\nmetadata: {name: fraud}\n"
            "spec:\n  model: fraud\n  stable: {version: 1}\n  canary: {version: 2}\n"
            "  routing:\n    rules:\n    - name: a\n      to: canary\n      match:\n"
            "      - {metadata: x-a, regex: '(a+'}\n",
            "fraud.yaml:13",
            "spec.routing.rules[0].match[0].regex",
        ),
    ],
)
def test_a_broken_file_is_reported_and_the_last_good_one_stays(cluster, text, place, what):
    cluster.rollouts.write(STABLE | {"canary": {"version": 2}, "routing": {"weight": 10_000}})
    cluster.start()
    assert cluster.caller.ask().arm == "canary"
    cluster.rollouts.write_text(text)
    time.sleep(1.5)
    assert cluster.caller.ask().arm == "canary"
    cluster.rollouts.write(STABLE | {"canary": {"version": 2}, "routing": {"weight": 0}})
    until(lambda: cluster.caller.ask().arm == "stable", what="the good file")
    pod, cluster.pod = cluster.pod, None
    assert pod.stop() == 0
    assert place in pod.errors
    assert what in pod.errors
    assert "what it said before goes on" in pod.errors


def test_a_rollout_that_is_removed_ends(cluster):
    cluster.rollouts.write(STABLE)
    cluster.start()
    assert cluster.caller.ask().version == "1"
    cluster.rollouts.remove()
    until(lambda: cluster.caller.ask().trailers == {}, what="the end")
    assert cluster.caller.ask().value == 3.0


def test_a_second_rollout_of_the_same_model_is_refused(cluster):
    cluster.rollouts.write(STABLE)
    cluster.start()
    cluster.rollouts.write_text(
        (cluster.rollouts.folder / "fraud.yaml")
        .read_text()
        .replace("name: fraud", "name: another")
        .replace("version: 1", "version: 2"),
        "another",
    )
    until(
        lambda: total(cluster.pod, "vigie_rollout_invalid", rollout="another") == 1,
        what="the refusal",
    )
    assert cluster.caller.ask().version == "1"


def test_a_status_beside_the_file_moves_the_weight(cluster):
    cluster.rollouts.write(
        STABLE
        | {"canary": {"version": 2}, "strategy": {"steps": [{"weight": 5000}, {"weight": 10_000}]}}
    )
    cluster.start()
    assert {cluster.caller.ask().arm for _ in range(30)} == {"stable"}

    def write_status(**status):
        file = cluster.rollouts.folder / "fraud.status.json"
        file.with_suffix(".tmp").write_text(
            json.dumps({"stableVersion": 1, "canaryVersion": 2} | status)
        )
        file.with_suffix(".tmp").rename(file)

    write_status(phase="Progressing", weight=10_000, stepIndex=1)
    until(lambda: cluster.caller.ask().arm == "canary", what="the step")
    write_status(phase="RolledBack", weight=0, stepIndex=1)
    until(lambda: cluster.caller.ask().arm == "stable", what="the rollback")
    assert {cluster.caller.ask().arm for _ in range(30)} == {"stable"}
    write_status(phase="Succeeded", weight=10_000, stepIndex=1)
    until(lambda: cluster.caller.ask().version == "2", what="the promotion")
    assert cluster.caller.ask().arm == "stable"


def test_a_folder_that_is_not_there_stops_the_start(tmp_path):
    (tmp_path / "registry").mkdir()
    result = subprocess.run(
        [
            *[binary("vigie"), "serve", "--registry", tmp_path / "registry"],
            *["--rollouts", tmp_path / "nowhere", "--listen", "127.0.0.1:0"],
        ],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert result.returncode != 0
    assert "--rollouts" in result.stderr
    assert "nowhere" in result.stderr


def test_a_folder_that_goes_away_leaves_everything_as_it_is(cluster):
    cluster.rollouts.write(STABLE)
    cluster.start()
    folder = cluster.rollouts.folder
    folder.rename(folder.with_name("elsewhere"))
    time.sleep(1.5)
    assert cluster.caller.ask().version == "1"
    folder.with_name("elsewhere").rename(folder)
    cluster.rollouts.write({"stable": {"version": 2}})
    until(lambda: cluster.caller.ask().version == "2", what="the folder's return")


def test_versions_that_a_rollout_names_are_loaded_though_the_policy_lets_them_go(cluster):
    for version in range(3, 9):
        publish(cluster.registry, version, linear((1, 0), version))
    cluster.rollouts.write({"stable": {"version": 2}, "shadows": [{"version": 4, "percent": 0}]})
    cluster.start("--keep-versions", 1)
    assert cluster.caller.ask().version == "2"
    models = json.loads(cluster.pod.get("/models")[1])
    ready = {model["version"] for model in models if model["state"] == "READY"}
    assert ready == {2, 4, 8}


@pytest.mark.parametrize("way", ["flag", "file", "variable"])
def test_the_folder_is_named_in_each_of_the_three_ways(cluster, tmp_path, way):
    cluster.rollouts.write(STABLE)
    folder = cluster.rollouts.folder
    listen = ["--registry", cluster.registry, "--listen", "127.0.0.1:0"]
    if way == "flag":
        cluster.pod = Pod(*listen, "--rollouts", folder)
    elif way == "file":
        (tmp_path / "vigie.yaml").write_text(f"rollouts: {folder}\n")
        cluster.pod = Pod(*listen, "--config", tmp_path / "vigie.yaml")
    else:
        cluster.pod = Pod(*listen, env={"VIGIE_ROLLOUTS": str(folder)})
    cluster.caller = Caller(cluster.pod)
    assert cluster.caller.ask().version == "1"
