"""kill -9 of the controller, of the API server and of a pod, in the middle of a rollout; and what else
happens to clusters: tokens that expire, histories that are compacted."""

import json
import signal
import time

import pytest
from harness import Pod
from rollout_kit import until
from stage import versions, walked

SLOW_STEPS = [
    {"weight": 1000, "minimumRequests": 10, "pause": "4s"},
    {"weight": 3000, "minimumRequests": 10, "pause": "4s"},
    {"weight": 6000, "minimumRequests": 10, "pause": "4s"},
]


def test_another_controller_takes_over_from_one_that_was_killed(stage):
    pods = [stage.pod(), stage.pod()]
    load = stage.load()
    first = stage.controller()
    until(lambda: first.leads, what="the first leading")
    second = stage.controller()
    stage.apply(walked(steps=SLOW_STEPS, analysis=[]))
    until(lambda: stage.status().get("weight") == 1000, 60, "the first step")
    assert not second.leads and second.get("/readyz")[0] == 200
    first.process.kill()
    first.process.communicate()
    until(lambda: second.leads, 30, "the second leading")
    assert stage.until_phase("Succeeded")["history"][0]["outcome"] == "Succeeded"
    until(lambda: all(versions(pod) == {"2"} for pod in pods), what="version 2 answering")
    load.stop()
    assert not load.failures
    # Nothing was done twice: each step was begun once, and promoted once.
    reasons = [reason for _, reason in stage.events()]
    assert reasons.count("Promoted") == 1 and reasons.count("CanaryStarted") == 1
    messages = stage.cluster.get("events", "-n", stage.namespace)["items"]
    steps = [e["message"] for e in messages if e["reason"] == "StepStarted"]
    assert len(steps) == len(set(steps)) == 3


def test_a_controller_that_is_asked_to_go_lets_go_of_the_lease(stage):
    stage.apply({"stable": {"version": 1}})
    first = stage.controller("--lease-duration", "60s", "--lease-renew-deadline", "40s")
    until(lambda: first.leads, what="the first leading")
    second = stage.controller("--lease-duration", "60s", "--lease-renew-deadline", "40s")
    until(lambda: "follows" in stage.kubectl("get", "lease") or True)
    assert first.stop() == 0
    # Long before the lease would have ended.
    until(lambda: second.leads, 20, "the second leading")
    lease = stage.cluster.get("lease", "vigie-controller", "-n", stage.namespace)["spec"]
    assert lease["leaseTransitions"] >= 1 and lease["holderIdentity"]


def test_a_controller_may_be_killed_at_any_instant(stage):
    stage.pod()
    load = stage.load()
    stage.apply(walked())
    for pause in (0.3, 0.7, 1.1, 1.9, 2.6):
        controller = stage.controller("--no-leader-elect", "--interval", "100ms")
        time.sleep(pause)
        controller.process.kill()
        controller.process.communicate()
    stage.controller("--no-leader-elect")
    assert stage.until_phase("Succeeded")["weight"] in (0, 10_000)
    load.stop()
    assert not load.failures
    reasons = [reason for _, reason in stage.events()]
    assert reasons.count("CanaryStarted") <= 1 and reasons.count("Promoted") <= 1


def test_a_pod_killed_in_mid_rollout_and_its_successor_change_nothing(stage):
    pods = [stage.pod(), stage.pod()]
    load = stage.load()
    stage.controller()
    stage.apply(walked(steps=SLOW_STEPS, analysis=[]))
    until(lambda: stage.status().get("weight") == 1000, 60, "the first step")
    load.pods.remove(pods[1])
    time.sleep(0.2)
    stage.kill_pod(pods[1])
    until(lambda: stage.status()["pods"]["total"] == 1, 60, "the loss being seen")
    successor = stage.pod()
    load.pods.append(successor)
    assert stage.until_phase("Succeeded")["pods"]["total"] == 2
    until(lambda: versions(successor) == {"2"}, what="version 2 answering")
    load.stop()
    assert not load.failures


def test_pods_go_on_while_the_api_server_is_gone_and_the_rollout_after_it(own_stage):
    stage = own_stage
    pods = [stage.pod(), stage.pod()]
    load = stage.load()
    controller = stage.controller()
    stage.apply(walked(steps=SLOW_STEPS, analysis=[]))
    until(lambda: stage.status().get("weight") == 1000, 60, "the first step")
    stage.cluster.kill("apiserver")
    seen = len(load.answers)
    until(lambda: len(load.answers) > seen + 500, 60, "500 answers")
    arms = {arm for _, arm, _ in load.answers[seen:]}
    assert arms == {"stable", "canary"}, "the weight stays as it was"
    until(lambda: not controller.leads, 30, "the controller not leading")
    assert all(pod.get("/readyz")[0] == 200 for pod in pods)
    assert all("\nvigie_rollout_source_connected 0" in pod.get("/metrics")[1] for pod in pods)
    stage.cluster.start_apiserver()
    stage.until_phase("Succeeded", seconds=180)
    until(lambda: all(versions(pod) == {"2"} for pod in pods), 60, "version 2 answering")
    load.stop()
    assert not load.failures
    for pod in pods:
        assert pod.stop() == 0
        assert "the source is back" in pod.errors


def test_a_pod_that_starts_while_the_api_server_is_gone_begins_with_what_was_known(
    own_stage, tmp_path_factory
):
    stage = own_stage
    file = tmp_path_factory.mktemp("cache") / "rollouts.json"
    stage.apply(
        {"stable": {"version": 1}, "canary": {"version": 2}, "routing": {"weight": 0}},
    )
    pod = stage.pod("--rollouts-cache", file)
    until(file.exists, what="the cache being written")
    assert file.stat().st_mode & 0o077 == 0
    stage.cluster.kill("apiserver")
    assert pod.stop() == 0
    again = Pod(
        *["--registry", stage.registry, "--rollouts", "kubernetes", "--rollouts-cache", file],
        *["--kubeconfig", stage.kubeconfig("vigie"), "--listen", "127.0.0.1:0"],
    )
    stage.pods.append(again)
    # Without its rollout the newest version would answer.
    assert versions(again) == {"1"}
    with pytest.raises(AssertionError, match="are not known, and there is no --rollouts-cache"):
        Pod(
            *["--registry", stage.registry, "--rollouts", "kubernetes", "--rollouts-wait", "1s"],
            *["--kubeconfig", stage.kubeconfig("vigie"), "--listen", "127.0.0.1:0"],
        )
    stage.cluster.start_apiserver()
    stage.patch({"routing": {"weight": 10_000}})
    until(lambda: versions(again) == {"2"}, 60, "the pod hearing of it")
    assert again.stop() == 0


def test_a_token_that_was_rotated_is_read_again(own_stage):
    stage = own_stage
    pod = stage.pod()
    stage.apply({"stable": {"version": 1}, "canary": {"version": 2}})
    until(lambda: versions(pod) == {"1"}, what="version 1 answering")
    # Kubernetes forgets the account, and so all of its tokens; then there is a new one.
    stage.kubectl("delete", "serviceaccount", "vigie")
    stage.kubectl("create", "serviceaccount", "vigie")
    token = stage.folder / "vigie.token"
    token.write_text(stage.cluster.token("vigie", stage.namespace))
    # Only a new request shows that the old one is no good any more.
    stage.cluster.kill("apiserver")
    stage.cluster.start_apiserver()
    stage.patch({"routing": {"weight": 10_000}})
    until(lambda: versions(pod) == {"2"}, 60, "the pod hearing of it with its new token")
    assert pod.stop() == 0
    assert stage.cluster.token("vigie", stage.namespace) not in pod.errors


def test_a_history_that_is_compacted_away_is_no_loss(own_stage):
    stage = own_stage
    pod = stage.pod()
    stage.apply({"stable": {"version": 1}, "canary": {"version": 2}})
    until(lambda: versions(pod) == {"1"}, what="version 1 answering")
    # While the pod sleeps, its connection ends, the world moves on, and etcd forgets the way.
    pod.process.send_signal(signal.SIGSTOP)
    stage.cluster.kill("apiserver")
    stage.cluster.start_apiserver()
    for weight in (100, 200, 10_000):
        stage.patch({"routing": {"weight": weight}})
    stage.cluster.compact(int(stage.rollout()["metadata"]["resourceVersion"]))
    pod.process.send_signal(signal.SIGCONT)
    until(lambda: versions(pod) == {"2"}, 60, "the pod hearing of it")
    assert "\nvigie_rollout_source_expired_total 1" in pod.get("/metrics")[1]
    (told,) = json.loads(pod.get("/rollouts")[1])["rollouts"]
    assert told["generation"] == stage.rollout()["metadata"]["generation"]
