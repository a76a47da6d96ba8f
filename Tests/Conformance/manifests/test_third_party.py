"""Custom resources of other projects: by models where a package has them, else by hand (third_party.py)."""

import copy
import re

import jsonschema
import pytest
import yaml
from harness import ROOT
from rendered import K8S, charted_with, documents, everything, of_kind, variant
from third_party import BY_HAND, MODELLED, check, is_checked_elsewhere, kind_of

pytest.importorskip(
    "cloudcoil.models.keda", reason="models of custom resources (PyPI: cloudcoil.models.*)"
)


def all_of_them() -> list[tuple[str, dict]]:
    found = [
        (place, one)
        for place, objects in everything().items()
        for one in objects
        if is_checked_elsewhere(one)
    ]
    for path in sorted(K8S.glob("argocd/*.yaml")):
        found += [(str(path), one) for one in documents(path.read_text())]
    return found


def test_each_is_valid():
    found = all_of_them()
    for place, one in found:
        try:
            check(one)
        except (ValueError, jsonschema.ValidationError) as error:
            pytest.fail(f"{place}: {kind_of(one)} {one['metadata']['name']}: {error}")
    assert {kind_of(one) for _, one in found} == {*MODELLED, *BY_HAND}


@pytest.mark.parametrize("kind", [*MODELLED, *BY_HAND])
def test_a_field_that_its_kind_does_not_know_is_refused(kind):
    broken = copy.deepcopy(next(one for _, one in all_of_them() if kind_of(one) == kind))
    broken["spec"]["secretname"] = "x"
    with pytest.raises((ValueError, jsonschema.ValidationError)):
        check(broken)


def test_the_analysis_asks_for_series_that_our_rules_record():
    recorded = {
        rule["record"]
        for group in yaml.safe_load((K8S / "monitoring/rules/recording.yml").read_text())["groups"]
        for rule in group["rules"]
    }
    asked = 0
    for objects in everything().values():
        for template in of_kind(objects, "AnalysisTemplate"):
            for metric in template["spec"]["metrics"]:
                query = metric["provider"]["prometheus"]["query"]
                (series,) = re.findall(r"vigie:[a-z0-9_]+:[a-z0-9_]+", query)
                assert series in recorded
                # Every placeholder is an argument.
                placeholders = set(re.findall(r"\{\{args\.([a-z-]+)\}\}", query))
                assert placeholders == {one["name"] for one in template["spec"]["args"]}
                asked += 1
    assert asked >= 4


def test_a_rollout_gives_its_analysis_all_arguments():
    seen = 0
    for objects in everything().values():
        templates = {one["metadata"]["name"]: one for one in of_kind(objects, "AnalysisTemplate")}
        for rollout in of_kind(objects, "Rollout"):
            analysis = rollout["spec"]["strategy"]["canary"]["analysis"]
            (template,) = [templates[one["templateName"]] for one in analysis["templates"]]
            assert {one["name"] for one in analysis["args"]} == {
                one["name"] for one in template["spec"]["args"]
            }
            seen += 1
    assert seen >= 2


def test_a_rollout_takes_over_the_pods_of_a_deployment_that_has_none():
    for objects in (charted_with("keda-vault"), variant("argo-rollouts")):
        (rollout,) = of_kind(objects, "Rollout")
        name = rollout["spec"]["workloadRef"]["name"]
        (deployment,) = [
            one for one in of_kind(objects, "Deployment") if one["metadata"]["name"] == name
        ]
        assert deployment["spec"]["replicas"] == 0
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert rollout["spec"]["selector"]["matchLabels"].items() <= labels.items()
        # Whoever scales must scale what has the pods.
        for kind in ("HorizontalPodAutoscaler", "ScaledObject"):
            for scaler in of_kind(objects, kind):
                assert scaler["spec"]["scaleTargetRef"]["kind"] == "Rollout"
        # The pattern of pods' names in the analysis is that of the Rollout's pods.
        (template,) = of_kind(objects, "AnalysisTemplate")
        for metric in template["spec"]["metrics"]:
            start = f'pod=~"{rollout["metadata"]["name"]}-{{{{args.canary-hash}}}}-'
            assert start in metric["provider"]["prometheus"]["query"]


def test_secret_provider_classes_hold_the_files_that_pods_are_told_of():
    objects = charted_with("csi")
    for cls in of_kind(objects, "SecretProviderClass"):
        files = {
            f"/etc/vigie/secrets/{one['objectName']}"
            for one in yaml.safe_load(cls["spec"]["parameters"]["objects"])
        }
        (deployment,) = [
            one
            for one in of_kind(objects, "Deployment")
            if one["metadata"]["name"] == cls["metadata"]["name"]
        ]
        assert files == paths_below(deployment, "/etc/vigie/secrets")


def test_the_vault_agent_writes_the_files_that_pods_are_told_of():
    for objects in (charted_with("keda-vault"), variant("vault")):
        for deployment in of_kind(objects, "Deployment"):
            annotations = deployment["spec"]["template"]["metadata"]["annotations"]
            folder = annotations["vault.hashicorp.com/secret-volume-path"]
            start = "vault.hashicorp.com/agent-inject-secret-"
            files = {f"{folder}/{key.removeprefix(start)}" for key in annotations if start in key}
            assert files == paths_below(deployment, folder)
            # Its agent signs in with the pod's service account.
            assert deployment["spec"]["template"]["spec"]["automountServiceAccountToken"]


def paths_below(deployment: dict, folder: str) -> set[str]:
    """Files below `folder` that arguments and variables of its containers name."""
    text = yaml.safe_dump(deployment["spec"]["template"]["spec"]["containers"])
    return set(re.findall(re.escape(folder) + r"/[a-z-]+", text))


def test_the_application_points_at_what_is_here():
    (application,) = documents((K8S / "argocd/application.yaml").read_text())
    chart = ROOT / application["spec"]["source"]["path"]
    assert (chart / "Chart.yaml").exists()
    for file in application["spec"]["source"]["helm"]["valueFiles"]:
        assert (chart / file).exists()
    (project,) = documents((K8S / "argocd/project.yaml").read_text())
    assert application["spec"]["project"] == project["metadata"]["name"]
    assert application["spec"]["source"]["repoURL"] in project["spec"]["sourceRepos"]
    allowed = {(one["group"], one["kind"]) for one in project["spec"]["clusterResourceWhitelist"]}
    # What the chart makes that belongs to no namespace must be allowed.
    for one in charted_with("production"):
        if "namespace" not in one["metadata"]:
            assert (one["apiVersion"].rpartition("/")[0], one["kind"]) in allowed
