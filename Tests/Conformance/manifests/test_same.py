"""The chart makes what the overlays make, object by object: who moves from one to the other loses nothing."""

import copy
import subprocess
import sys

import pytest
from rendered import K8S, by_name, charted_with, documents, kustomized, of_kind, overlay, variant
from third_party import differences

# Helm's own marks.
MARKS = ("app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart")


def comparable(one: dict) -> dict:
    """Without Helm's marks, and with lists in order whose order means nothing."""
    one = copy.deepcopy(one)
    for mark in MARKS:
        one["metadata"].get("labels", {}).pop(mark, None)
    if one["kind"] == "CustomResourceDefinition":
        # The chart's stays when the release goes.
        assert (
            one["metadata"].get("annotations", {}).pop("helm.sh/resource-policy", "keep") == "keep"
        )
    if one["kind"] == "Deployment":
        spec = one["spec"]["template"]["spec"]
        spec["volumes"] = by(spec.get("volumes"), "name")
        for container in spec["containers"]:
            container["args"][1:] = sorted(container["args"][1:])
            container["env"] = by(container.get("env"), "name")
            container["volumeMounts"] = by(container.get("volumeMounts"), "name")
    if one["kind"] in ("Role", "ClusterRole"):
        one["rules"] = sorted(one["rules"], key=str)
    return pruned(one)


def by(items, key: str) -> list:
    return sorted(items or [], key=lambda item: item[key])


def pruned(value):
    """Without empty maps and lists, which mean the same as none."""
    if isinstance(value, dict):
        kept = {key: pruned(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner not in ({}, [], None)}
    return [pruned(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["dev", "production"])
def test_the_chart_makes_what_the_overlay_makes(name):
    kustomize, chart = by_name(overlay(name)), by_name(charted_with(name))
    namespaces = {key for key in kustomize if key[0] == "Namespace"}
    # Helm makes the namespace by --create-namespace.
    assert set(kustomize) - namespaces == set(chart)
    found = [
        f"{kind}/{called}{difference}"
        for kind, called in chart
        for difference in differences(
            comparable(kustomize[kind, called]), comparable(chart[kind, called])
        )
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["vault", "csi"])
def test_secrets_come_alike_by_both(name):
    """Annotations, volumes and arguments of the variants, where the chart's values differ otherwise."""
    values = {"vault": "keda-vault", "csi": "csi"}[name]

    def marks(objects):
        pods = {}
        for one in of_kind(objects, "Deployment"):
            template = one["spec"]["template"]
            annotations = template["metadata"]["annotations"]
            volumes = [v for v in template["spec"].get("volumes", []) if v["name"] == "secrets"]
            key = one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"]
            pods[key] = (
                {k: v for k, v in annotations.items() if "vault" in k},
                volumes,
                [a for a in template["spec"]["containers"][0]["args"] if "/etc/vigie/secrets" in a],
            )
        return pods

    kustomize, chart = marks(variant(name)), marks(charted_with(values))
    assert set(kustomize) == set(chart)
    # The controller reads the admin port's token and nothing else.
    assert kustomize["controller"] == chart["controller"]
    if name == "csi":
        assert kustomize["pod"][1] == chart["pod"][1]
    for mark, text in chart["pod"][0].items():
        assert kustomize["pod"][0][mark] == text


def test_the_operators_rules_are_prometheus_own():
    script = [sys.executable, K8S / "monitoring/make_prometheus_rule.py", "--check"]
    done = subprocess.run(script, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_rules_and_dashboards_are_those_of_monitoring():
    objects = by_name(charted_with("production"))
    rule = next(one for one in kustomized("k8s/monitoring") if one["kind"] == "PrometheusRule")
    assert objects["PrometheusRule", "vigie"]["spec"] == rule["spec"]
    dashboards = objects["ConfigMap", "vigie-dashboards"]["data"]
    files = {path.name: path.read_text() for path in K8S.glob("monitoring/dashboards/*.json")}
    assert dashboards == files


def test_the_adapters_rules_are_those_of_autoscaling():
    objects = by_name(charted_with("keda-vault"))
    (config,) = documents(objects["ConfigMap", "scoring-prometheus-adapter"]["data"]["config.yaml"])
    (file,) = documents((K8S / "autoscaling/prometheus-adapter.yaml").read_text())
    assert config["rules"] == file["rules"]["custom"]


def test_both_autoscalers_by_keda_agree():
    (chart,) = of_kind(charted_with("keda-vault"), "ScaledObject")
    (file,) = of_kind(variant("keda"), "ScaledObject")
    for ours, theirs in zip(chart["spec"]["triggers"], file["spec"]["triggers"], strict=True):
        assert (
            ours["metadata"]["query"].replace(',namespace="vigie"', "")
            == (theirs["metadata"]["query"])
        )
    assert chart["spec"]["advanced"] == file["spec"]["advanced"]
    assert chart["spec"]["fallback"] == file["spec"]["fallback"]
