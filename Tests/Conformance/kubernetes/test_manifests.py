"""The manifests of k8s/ on a real API server, which is 1.20 here.

What came later, and so is only checked against the schemas of 1.27 and newer (../manifests):
- autoscaling/v2 and policy/v1 are sent as autoscaling/v2beta2 and policy/v1beta1, whose fields are the same;
- the kubelet's gRPC probe (1.23), matchLabelKeys and CEL rules (1.25) are taken out, and it is checked that
  nothing else had to be;
- Pod Security, by a namespace's label, is not enforced.
Custom resources of other projects are not sent: their definitions are not to be had here.
"""

import copy
import json
import sys

import pytest
from harness import ROOT

sys.path.insert(0, str(ROOT / "Tests/Conformance/manifests"))

from rendered import OVERLAYS, VALUES, charted_with, overlay  # noqa: E402

OLDER = {"autoscaling/v2": "autoscaling/v2beta2", "policy/v1": "policy/v1beta1"}
# What 1.20 cannot have.
LATER = {"grpc", "matchLabelKeys", "x-kubernetes-validations"}
PODS, CONTROLLER = "vigie", "vigie-controller"


def for_this_server(one: dict) -> tuple[dict, set[str]]:
    """The object as 1.20 knows it, and the fields that were taken out."""
    one = copy.deepcopy(one)
    one["apiVersion"] = OLDER.get(one["apiVersion"], one["apiVersion"])
    taken = without_rules(one) if one["kind"] == "CustomResourceDefinition" else set()
    spec = one.get("spec", {}).get("template", {}).get("spec", {})
    for constraint in spec.get("topologySpreadConstraints", []):
        if constraint.pop("matchLabelKeys", None):
            taken.add("matchLabelKeys")
    for container in spec.get("containers", []):
        probe = container.get("readinessProbe", {})
        if port := probe.pop("grpc", None):
            taken.add("grpc")
            probe["tcpSocket"] = port
    return one, taken


def without_rules(value) -> set[str]:
    """Takes CEL rules out of a schema."""
    if isinstance(value, list):
        return set().union(*map(without_rules, value))
    if not isinstance(value, dict):
        return set()
    found = {"x-kubernetes-validations"} & set(value)
    for name in found:
        del value[name]
    return found.union(*map(without_rules, value.values()))


@pytest.fixture(scope="module")
def known(cluster) -> set[tuple[str, str]]:
    """(apiVersion, kind) of what the server knows."""
    kinds = set()
    versions = json.loads(cluster.kubectl("get", "--raw", "/apis"))
    groups = ["/api/v1"] + [
        f"/apis/{version['groupVersion']}"
        for group in versions["groups"]
        for version in group["versions"]
    ]
    for path in groups:
        listed = json.loads(cluster.kubectl("get", "--raw", path))
        kinds |= {(listed["groupVersion"], one["kind"]) for one in listed["resources"]}
    return kinds


def sent(cluster, known, objects: list[dict]) -> tuple[set[str], set[str]]:
    """Asks the server to apply each, without doing it: the fields taken out, and kinds not sent."""
    namespaces = {one["metadata"].get("namespace") for one in objects} - {None}
    for namespace in namespaces:
        cluster.try_kubectl("create", "namespace", namespace)
    taken, unsent, texts = set(), set(), []
    for one in objects:
        one, of_it = for_this_server(one)
        taken |= of_it
        if (one["apiVersion"], one["kind"]) not in known:
            unsent.add(one["kind"])
            continue
        texts.append(json.dumps(one))
    assert len(texts) >= 2
    told = cluster.kubectl(
        *["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=false"],
        *["-f", "-"],
        stdin="\n".join(texts),
    )
    assert told.count("serverside-applied") == len(texts), told
    return taken, unsent


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_server_takes_an_overlay(cluster, known, name):
    taken, unsent = sent(cluster, known, overlay(name))
    assert taken <= LATER
    assert unsent <= {"Certificate", "ServiceMonitor", "PodMonitor", "PrometheusRule"}


@pytest.mark.parametrize("name", VALUES)
def test_the_server_takes_what_the_chart_makes(cluster, known, name):
    taken, unsent = sent(cluster, known, charted_with(name))
    assert taken <= LATER
    ours = {"ServiceAccount", "Deployment", "Service", "Role", "RoleBinding", "NetworkPolicy"}
    assert not unsent & ours


def test_a_manifest_with_a_wrong_field_is_refused(cluster, known):
    """So that the tests above can fail."""
    broken = copy.deepcopy(overlay("dev"))
    for one in broken:
        if one["kind"] == "Deployment":
            one["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = 0
    with pytest.raises(AssertionError, match="containerPort"):
        sent(cluster, known, broken)


@pytest.fixture(scope="module")
def applied(cluster):
    """What `kubectl apply -k k8s/overlays/dev` sends, but for the later fields."""
    objects = [for_this_server(one)[0] for one in overlay("dev")]
    apply = ["apply", "--validate=false", "-f", "-"]
    text = "\n".join(map(json.dumps, objects))
    cluster.kubectl(*apply, stdin=text)
    yield "vigie-dev"
    again = cluster.kubectl(*apply, stdin=text).strip().splitlines()
    assert len(again) == len(objects)
    assert all(line.endswith("unchanged") for line in again), again


def allowed(cluster, namespace: str, account: str) -> set[tuple[str, str, str]]:
    """(verb, resource, names) that a service account may, beyond what everybody may: by the server."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    kubeconfig = cluster.write_kubeconfig(
        f"{account}-{namespace}", cluster.token(account, namespace), namespace
    )
    told = cluster.kubectl(
        *["create", "-f", "-", "-o", "json"], stdin=json.dumps(review), kubeconfig=kubeconfig
    )
    return {
        (verb, f"{group}/{resource}".lstrip("/"), ",".join(rule.get("resourceNames", [])))
        for rule in json.loads(told)["status"]["resourceRules"]
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        if group != "authorization.k8s.io"
    }


def test_pods_may_read_rollouts_and_nothing_else(cluster, applied):
    rollouts = "vigie.dev/modelrollouts"
    assert allowed(cluster, applied, PODS) == {
        (verb, rollouts, "") for verb in ("get", "list", "watch")
    }


def test_the_controller_may_write_status_events_and_its_lease_and_nothing_else(cluster, applied):
    rollouts, leases = "vigie.dev/modelrollouts", "coordination.k8s.io/leases"
    assert allowed(cluster, applied, CONTROLLER) == {
        *((verb, rollouts, "") for verb in ("get", "list", "watch")),
        ("patch", f"{rollouts}/status", ""),
        ("list", "pods", ""),
        ("create", "events", ""),
        ("patch", "events", ""),
        # A name cannot be asked for where an object is made.
        ("create", leases, ""),
        ("get", leases, CONTROLLER),
        ("update", leases, CONTROLLER),
    }


def test_neither_may_change_a_specification(cluster, applied):
    """By trying it, with the tokens that pods are given."""
    rollout = {
        "apiVersion": "vigie.dev/v1alpha1",
        "kind": "ModelRollout",
        "metadata": {"name": "credit-default", "namespace": applied},
        "spec": {"model": "credit-default", "stable": {"version": 1}, "canary": {"version": 2}},
    }
    cluster.apply(rollout)
    for account in (PODS, CONTROLLER):
        kubeconfig = cluster.write_kubeconfig(account, cluster.token(account, applied), applied)
        told = cluster.try_kubectl(
            *["-n", applied, "patch", "mro", "credit-default", "--type=merge"],
            *["-p", '{"spec": {"promote": true}}'],
            kubeconfig=kubeconfig,
        )
        assert told.returncode != 0 and "forbidden" in told.stderr
        seen = cluster.kubectl("-n", applied, "get", "mro", "-o", "name", kubeconfig=kubeconfig)
        assert seen.strip() == "modelrollout.vigie.dev/credit-default"
        # Nor anything of another namespace.
        told = cluster.try_kubectl("-n", "default", "get", "mro", kubeconfig=kubeconfig)
        assert told.returncode != 0 and "forbidden" in told.stderr
