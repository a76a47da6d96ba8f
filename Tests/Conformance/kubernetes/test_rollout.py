"""A rollout by kubectl: promoted when it is good, rolled back when it is not, and told of meanwhile."""

import time

from rollout_kit import linear, publish, throwing_from, until
from stage import versions, walked


def test_a_good_canary_is_promoted_step_by_step(stage):
    pods = [stage.pod(), stage.pod()]
    stage.apply({"stable": {"version": 1}})
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    load = stage.load()
    stage.controller()
    stage.apply(walked())
    waited = stage.cluster.try_kubectl(
        *["wait", "mro/fraud", "-n", stage.namespace, "--for=condition=Promoted"],
        "--timeout=180s",
    )
    assert waited.returncode == 0, f"{waited.stderr} {stage.status()}"
    until(lambda: all(versions(pod) == {"2"} for pod in pods), what="version 2 answering")
    load.stop()
    assert not load.failures
    status = stage.status()
    assert status["phase"] == "Succeeded" and status["canaryVersion"] == 2
    assert status["history"][0]["outcome"] == "Succeeded"
    assert status["pods"] == {"total": 2, "updated": 2, "ready": 2, "failedToLoad": 0}
    conditions = {c["type"]: c["status"] for c in status["conditions"]}
    assert conditions["Promoted"] == "True" and conditions["Degraded"] == "False"
    assert status["observedGeneration"] == stage.rollout()["metadata"]["generation"]
    # The specification is as people wrote it.
    assert stage.rollout()["spec"]["stable"]["version"] == 1
    row = stage.kubectl("get", "mro", "--no-headers").split()
    assert row[:8] == ["fraud", "fraud", "1", "2", "100%", "2/2", "Succeeded", "2/2"]
    told = stage.kubectl("describe", "mro", "fraud")
    for word in ["CanaryStarted", "StepStarted", "Promoting", "Promoted", "vigie-controller"]:
        assert word in told
    assert [kind for kind, _ in stage.events()] == ["Normal"] * len(stage.events())


def test_a_bad_canary_is_rolled_back_and_says_why(stage):
    publish(stage.registry, 3, throwing_from(5))
    pods = [stage.pod(), stage.pod()]
    stage.apply({"stable": {"version": 1}})
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    load = stage.load(x=(9.0, 0.0))
    stage.controller()
    # A guard without limits: the gate alone decides.
    stage.apply(walked(3, guard={"nonFinite": False}))
    status = stage.until_phase("RolledBack")
    assert status["reason"] == "AnalysisFailed"
    assert "errors" in status["message"]
    assert status["lastFailure"]["reason"] == "AnalysisFailed"
    assert status["history"][0]["outcome"] == "RolledBack"
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    load.stop()
    assert {arm for arm, _ in load.failures} == {"canary"}
    assert ("Warning", "AnalysisFailed") in stage.events()
    assert stage.kubectl("get", "mro", "--no-headers").split()[6] == "RolledBack"
    wide = stage.kubectl("get", "mro", "-o", "wide")
    assert "errors=1" in wide and "AnalysisFailed" in wide


def test_a_pods_guard_is_heard_and_ends_the_rollout(stage):
    publish(stage.registry, 3, throwing_from(5))
    pods = [stage.pod(), stage.pod()]
    load = stage.load(x=(9.0, 0.0), callers=4)
    stage.controller()
    # Gates that would take for ever.
    steps = [{"weight": 5000, "minimumRequests": 10_000_000}]
    guard = {"errorRate": 0.1, "minimumRequests": 5, "window": "5s"}
    stage.apply(walked(3, steps=steps, analysis=[], guard=guard))
    status = stage.until_phase("RolledBack")
    assert status["reason"] == "GuardTripped" and status["lastFailure"]["pod"].startswith("vigie-")
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    load.stop()
    assert ("Warning", "GuardTripped") in stage.events()


def test_the_weight_is_moved_by_hand_with_kubectl(stage):
    pod = stage.pod()
    stage.apply({"stable": {"version": 1}, "canary": {"version": 2}})
    stage.controller()
    until(lambda: versions(pod) == {"1"}, what="version 1 answering")
    stage.patch({"routing": {"weight": 10_000}})
    until(lambda: versions(pod) == {"2"}, what="version 2 answering")
    stage.patch({"routing": {"weight": 5000}})
    until(lambda: versions(pod, 100) == {"1", "2"}, what="both answering")
    until(lambda: stage.status().get("weight") == 5000, what="the status saying so")
    assert stage.status()["reason"] == "ByHand"
    stage.patch({"routing": {"weight": 0}})
    until(lambda: versions(pod) == {"1"}, what="version 1 answering")


def test_abort_suspend_and_promote_are_verbs_of_kubectl(stage):
    pod = stage.pod()
    stage.load()
    stage.controller()
    steps = [{"weight": 5000, "pause": "indefinite"}, {"weight": 6000, "pause": "indefinite"}]
    stage.apply(walked(steps=steps, analysis=[]))
    until(lambda: stage.status().get("weight") == 5000, 60, "the first step")
    stage.patch({"suspend": True})
    until(lambda: stage.status()["reason"] == "Suspended", 60, "the suspension")
    stage.patch({"suspend": False})
    until(lambda: stage.status()["reason"] == "AwaitingResume", 60, "the pause")
    stage.kubectl("annotate", "mro", "fraud", "vigie.dev/resume=0")
    until(lambda: stage.status()["stepIndex"] == 1, 60, "the second step")
    stage.patch({"promote": True})
    stage.until_phase("Succeeded")
    until(lambda: versions(pod) == {"2"}, what="version 2 answering")
    publish(stage.registry, 4, linear((1, 0), 4))
    stage.patch({"stable": {"version": 2}, "canary": {"version": 4}, "promote": False})
    until(lambda: stage.status().get("canaryVersion") == 4, 60, "the next canary")
    stage.patch({"abort": True})
    status = stage.until_phase("RolledBack")
    assert status["reason"] == "Aborted"
    until(lambda: versions(pod) == {"2"}, what="version 2 answering")


def test_four_eyes_must_see_it_by_annotations_of_different_people(stage):
    stage.pod()
    stage.load()
    stage.controller()
    spec = walked(steps=[{"weight": 5000}], analysis=[])
    stage.apply({**spec, "approvals": {"required": 2}}, annotations={"vigie.dev/author": "alice"})
    until(lambda: stage.status().get("reason") == "AwaitingApproval", 60, "the wait")
    stage.kubectl("annotate", "mro", "fraud", "vigie.dev/approved-by-1=alice")
    stage.kubectl("annotate", "mro", "fraud", "vigie.dev/approved-by-2=bob")
    until(lambda: stage.status().get("approvedBy") == ["bob"], 60, "one approval")
    assert stage.status()["phase"] != "Succeeded"
    stage.kubectl("annotate", "mro", "fraud", "vigie.dev/approved-by-3=carol")
    assert stage.until_phase("Succeeded")["approvedBy"] == ["bob", "carol"]


def test_an_object_that_the_schema_lets_pass_is_refused_by_pod_and_controller(stage):
    pod = stage.pod()
    stage.controller()
    stage.apply({"stable": {"version": 1}})
    until(lambda: versions(pod) == {"1"}, what="version 1 answering")
    # CEL would refuse it; this server is too old for that.
    stage.patch({"canary": {"version": 1}})
    until(lambda: degraded(stage).get("reason") == "Refused", 60, "the refusal")
    assert degraded(stage)["status"] == "True"
    assert "spec.canary.version must differ from stable.version" in degraded(stage)["message"]
    assert ("Warning", "Refused") in stage.events()
    time.sleep(1)
    assert versions(pod) == {"1"}, "what was said before goes on"
    stage.patch({"canary": None})
    until(lambda: degraded(stage)["status"] == "False", 60, "all being well again")
    assert stage.events().count(("Warning", "Refused")) == 1


def degraded(stage) -> dict:
    found = [c for c in stage.status().get("conditions", []) if c["type"] == "Degraded"]
    return found[0] if found else {}


def test_two_pods_are_enough_to_count_and_one_that_cannot_load_holds_it(stage, tmp_path):
    stage.pod()
    other = tmp_path / "other"
    other.mkdir()
    publish(other, 1, linear((1, 0), 1))
    stage.pod("--registry", other)
    stage.load()
    stage.controller()
    stage.apply(walked(progressDeadline="5s"))
    status = stage.until_phase("Failed")
    assert status["reason"] == "ProgressDeadlineExceeded"
    assert status["pods"]["total"] == 2 and status.get("weight", 0) == 0
