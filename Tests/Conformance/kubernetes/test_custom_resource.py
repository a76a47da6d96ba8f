"""ModelRollout in a real API server: what it takes, what it refuses, and what kubectl shows."""

import pytest
import yaml
from harness import ROOT

EXAMPLES = yaml.safe_load((ROOT / "Tests/Fixtures/rollouts/examples.yaml").read_text())
# 1.20 takes every empty string for null when it is built with Go 1.18 or newer: go-openapi compares
# reflect.Zero with reflect.ValueOf, which then share their pointer.
NOT_HERE = {"an exact value may be empty"}


def rollout(name, namespace, spec):
    return {
        "apiVersion": "vigie.dev/v1alpha1",
        "kind": "ModelRollout",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def server_says(cluster, namespace, spec, name="example"):
    """What the API server makes of a specification, without keeping it."""
    return cluster.try_kubectl(
        *["create", "--dry-run=server", "--validate=false", "-f", "-"],
        stdin=yaml.safe_dump(rollout(name, namespace, spec)),
    )


def test_the_schema_judges_every_example_as_the_reader_does(cluster, namespace):
    wrong = []
    for example in EXAMPLES:
        if example["name"] in NOT_HERE:
            continue
        done = server_says(cluster, namespace, example["spec"])
        is_refused = example.get("by") == "schema"
        if (done.returncode != 0) != is_refused:
            wrong.append(f"{example['name']}: {done.stderr or done.stdout}")
        elif is_refused:
            # The place is named: of a rule between fields, the object that it belongs to.
            place = example["refused"].split("[")[0].removeprefix("spec.").split(".")[0]
            if place not in done.stderr:
                wrong.append(f"{example['name']}: {done.stderr} does not name {place}")
    assert not wrong, "\n".join(wrong)


def test_unknown_fields_are_pruned_and_defaults_are_filled_in(cluster, namespace):
    cluster.apply(
        rollout(
            "fraud",
            namespace,
            {"model": "fraud-score", "stable": {"version": 1}, "strategy": {"stepz": []}},
        )
    )
    spec = cluster.get("mro", "fraud", "-n", namespace)["spec"]
    assert "stepz" not in spec["strategy"]
    assert spec["strategy"]["onFailure"] == "Rollback"
    assert spec["strategy"]["revisionHistoryLimit"] == 10
    assert spec["abort"] is False and "routing" not in spec


def test_kubectl_knows_it_by_its_short_name_and_among_all(cluster, namespace):
    cluster.apply(
        rollout(
            "fraud",
            namespace,
            {"model": "fraud-score", "stable": {"version": 42}, "canary": {"version": 43}},
        )
    )
    narrow = cluster.kubectl("get", "mro", "-n", namespace).splitlines()
    assert narrow[0].split() == [
        *["NAME", "MODEL", "STABLE", "CANARY", "WEIGHT", "STEP", "PHASE", "PODS", "AGE"]
    ]
    assert narrow[1].split()[:4] == ["fraud", "fraud-score", "42", "43"]
    wide = cluster.kubectl("get", "mro", "-n", namespace, "-o", "wide").splitlines()
    assert wide[0].split()[9:] == ["REASON", "SHADOW", "ANALYSIS", "MESSAGE"]
    assert "modelrollout.vigie.dev/fraud" in cluster.kubectl("get", "all", "-n", namespace)
    assert "basis points" in cluster.kubectl("explain", "mro.spec.routing.weight")


def test_writing_the_object_leaves_the_status_alone_and_the_reverse(cluster, namespace):
    spec = {"model": "fraud-score", "stable": {"version": 1}}
    cluster.apply({**rollout("fraud", namespace, spec), "status": {"phase": "Succeeded"}})
    assert "status" not in cluster.get("mro", "fraud", "-n", namespace)
    done = cluster.try_kubectl(*["scale", "mro/fraud", "-n", namespace, "--replicas=2"])
    assert done.returncode != 0, "there is no scale: an autoscaler targets the Deployment"


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ('{"spec":{"routing":{"weight":20000}}}', ["spec.routing.weight", "10000"]),
        ('{"spec":{"strategy":{"onFailure":"panic"}}}', ["onFailure", "Rollback", "Notify"]),
        ('{"spec":{"canary":{"version":0}}}', ["spec.canary.version", "1"]),
    ],
)
def test_a_wrong_patch_is_refused_with_what_is_expected(cluster, namespace, patch, words):
    cluster.apply(rollout("fraud", namespace, {"model": "m", "stable": {"version": 1}}))
    done = cluster.try_kubectl(
        *["patch", "mro", "fraud", "-n", namespace, "--type=merge", "-p", patch]
    )
    assert done.returncode != 0
    for word in words:
        assert word in done.stderr
