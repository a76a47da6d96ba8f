"""Least privilege: what pods and the controller are allowed, and all that they are not."""

import itertools
import json
import time

import pytest
from rollout_kit import until
from stage import walked

CAN = {
    "vigie": {("list", "modelrollouts"), ("watch", "modelrollouts")},
    "vigie-controller": {
        ("list", "modelrollouts"),
        ("watch", "modelrollouts"),
        ("patch", "modelrollouts/status"),
        ("list", "pods"),
        ("create", "events"),
        ("patch", "events"),
        ("create", "leases"),
        ("get", "leases/vigie-controller"),
        ("update", "leases/vigie-controller"),
    },
}
# Who may make any lease may make that one: RBAC cannot name an object that is yet to be made.
ASKED_NOT = {("create", "leases/vigie-controller"), ("create", "leases/another")}
VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
RESOURCES = [
    *["modelrollouts", "modelrollouts/status", "pods", "pods/exec", "pods/log", "events", "leases"],
    *["leases/vigie-controller", "leases/another", "secrets", "configmaps", "serviceaccounts"],
    *["deployments.apps", "roles.rbac.authorization.k8s.io", "namespaces", "nodes"],
]


def questions() -> list[tuple[str, str]]:
    return [one for one in itertools.product(VERBS, RESOURCES) if one not in ASKED_NOT]


def review(cluster, account, namespace, verb, resource, where=None):
    """SubjectAccessReview: what `kubectl auth can-i --as` asks."""
    plural, _, rest = resource.partition("/")
    plural, _, group = plural.partition(".")
    if plural == "modelrollouts":
        group = "vigie.dev"
    if plural == "leases":
        group = "coordination.k8s.io"
    is_name = plural == "leases" and rest
    attributes = {
        "namespace": where or namespace,
        "verb": verb,
        "group": group,
        "resource": plural,
        "name" if is_name else "subresource": rest,
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": f"system:serviceaccount:{namespace}:{account}",
            "groups": ["system:serviceaccounts", "system:authenticated"],
            "resourceAttributes": attributes,
        },
    }


def allowed(cluster, reviews):
    text = "\n".join("---\n" + json.dumps(one) for one in reviews)
    answer = cluster.kubectl(
        *["create", "--validate=false", "-f", "-", "-o", "jsonpath={.status.allowed}{'\\n'}"],
        stdin=text,
    )
    return [line == "true" for line in answer.split()]


@pytest.mark.parametrize("account", sorted(CAN))
def test_it_can_do_what_it_needs_and_nothing_else(stage, account):
    asked = questions()
    reviews = [review(stage.cluster, account, stage.namespace, *one) for one in asked]
    can = {one for one, yes in zip(asked, allowed(stage.cluster, reviews), strict=True) if yes}
    # `get` of a rollout is what `kubectl auth can-i` and people expect beside list; it tells no more.
    assert can - {("get", "modelrollouts")} == CAN[account]


@pytest.mark.parametrize("account", sorted(CAN))
def test_it_can_do_nothing_in_another_namespace(stage, account):
    asked = questions()
    reviews = [
        review(stage.cluster, account, stage.namespace, *one, where="default") for one in asked
    ]
    assert not any(allowed(stage.cluster, reviews))


def test_a_pods_account_cannot_change_a_rollout(stage):
    stage.apply({"stable": {"version": 1}})
    kubeconfig = stage.kubeconfig("vigie")
    for how in ([], ["--subresource=status"]):
        done = stage.cluster.try_kubectl(
            *["patch", "mro", "fraud", "-n", stage.namespace, "--type=merge", *how],
            *["-p", '{"spec":{"abort":true},"status":{"phase":"Failed"}}'],
            kubeconfig=kubeconfig,
        )
        assert done.returncode != 0 and "forbidden" in done.stderr


def test_the_controllers_account_cannot_change_what_people_want(stage):
    stage.apply({"stable": {"version": 1}})
    done = stage.cluster.try_kubectl(
        *["patch", "mro", "fraud", "-n", stage.namespace, "--type=merge"],
        *["-p", '{"spec":{"abort":true}}'],
        kubeconfig=stage.kubeconfig("vigie-controller"),
    )
    assert done.returncode != 0 and "forbidden" in done.stderr


def test_a_controller_that_may_not_is_told_so_and_pods_go_on(stage):
    pod = stage.pod()
    stage.apply({"stable": {"version": 1}, "canary": {"version": 2}})
    controller = stage.controller("--no-leader-elect", "--kubeconfig", stage.kubeconfig("vigie"))
    time.sleep(2)
    assert controller.stop() == 0
    assert "forbidden" in controller.errors and "pods" in controller.errors
    assert pod.get("/readyz")[0] == 200


def test_a_controller_that_may_not_see_pods_says_so_where_people_look(stage):
    stage.pod()
    role = stage.cluster.get("role", "vigie-controller", "-n", stage.namespace)
    less = {**role, "rules": [one for one in role["rules"] if one["resources"] != ["pods"]]}
    stage.kubectl("replace", "-f", "-", stdin=json.dumps(without_version(less)))
    stage.controller()
    stage.apply(walked(steps=[{"weight": 5000}], analysis=[]))

    def degraded():
        conditions = stage.status().get("conditions", [])
        found = [one for one in conditions if one["type"] == "Degraded"]
        return found[0] if found and found[0]["reason"] == "PodsUnknown" else None

    condition = until(degraded, 60, "the condition")
    assert condition["status"] == "True" and "cannot list resource" in condition["message"]
    assert stage.status()["phase"] == "Idle", "nothing is decided"
    assert stage.events().count(("Warning", "PodsUnknown")) == 1
    stage.kubectl("replace", "-f", "-", stdin=json.dumps(without_version(role)))
    stage.until_phase("Succeeded")
    assert not degraded()


def without_version(role: dict) -> dict:
    metadata = {key: role["metadata"][key] for key in ("name", "namespace")}
    return {**role, "metadata": metadata}
