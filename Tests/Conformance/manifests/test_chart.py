"""The chart by Helm's own engine: lint, values that are refused, switches, and what it tells."""

import copy
import json
import re

import pytest
import yaml
from rendered import CHART, VALUES, charted, helm, of_kind, values

WARNING = 2


@pytest.mark.parametrize("name", VALUES)
def test_helm_finds_nothing_to_complain_of(name):
    for release in ("v1.27.0", "v1.31.0", "v1.37.0"):
        report = helm().lint(str(CHART), values(name), strict=True, kube_version=release)
        assert not report["errors"]
        assert [m for m in report["messages"] if m["severity"] >= WARNING] == []


def test_the_files_are_inside_the_packed_chart(tmp_path):
    """Those that are links to other folders of k8s/, too."""
    with helm().Chart.load(str(CHART)) as chart:
        archive = chart.save(str(tmp_path))
    with helm().Chart.load(archive) as packed:
        manifests = packed.render(values=values("production"), name="vigie", namespace="vigie")
    objects = [
        one
        for path, text in manifests.items()
        if path.endswith(".yaml")
        for one in yaml.safe_load_all(text)
        if one
    ]
    kinds = {one["kind"] for one in objects}
    assert {"CustomResourceDefinition", "PrometheusRule", "Role"} <= kinds
    assert kinds == {one["kind"] for one in charted(values("production"))}


def test_what_both_have_is_one_file():
    """A link, so that nobody changes one without the other."""
    for path in (CHART / "files").iterdir():
        assert path.is_symlink() and path.exists(), path


REFUSED = [
    ({"image": {"tag": "latest"}}, "tag"),
    ({"replica": 3}, "replica"),
    ({"replicas": -1}, "replicas"),
    ({"tls": {"clientAuth": "maybe"}}, "clientAuth"),
    ({"settings": {"Max-Connections": 5}}, "Max-Connections"),
    ({"resources": {"limits": {"memory": None}}}, "memory"),
    ({"secrets": {"provider": "files"}}, "provider"),
    ({"networkPolicy": {"callers": []}}, "callers"),
    ({"networkPolicy": {"apiServerCIDRs": ["everywhere"]}}, "apiServerCIDRs"),
    ({"autoscaling": {"demandUtilization": 1.5}}, "demandUtilization"),
    ({"extraEnv": [{"name": "A", "value": 1}]}, "extraEnv/0/value"),
    ({"networkPolicy": {"prometheus": None}}, "prometheus"),
    ({"fullnameOverride": "1st"}, "fullnameOverride"),
    # What a schema cannot say is said by the templates.
    ({"podLabels": {"app.kubernetes.io/name": "other"}}, "podLabels.app.kubernetes.io/name"),
    ({"commonLabels": {"helm.sh/chart": "other"}}, "commonLabels.helm.sh/chart"),
    ({"service": {"adminPort": 8500}}, "service.adminPort"),
    ({"autoscaling": {"minReplicas": 9, "maxReplicas": 2}}, "autoscaling.minReplicas"),
    ({"rollouts": {"enabled": False}}, "controller.enabled"),
    ({"registry": {"requireSigned": True}}, "trustedKeys"),
    ({"settings": {"tls-cert": "/x"}, "tls": {"enabled": True}}, "settings.tls-cert"),
    ({"controller": {"settings": {"rollouts": "x"}}}, "controller.settings.rollouts"),
]


@pytest.mark.parametrize(("wrong", "named"), REFUSED, ids=[named for _, named in REFUSED])
def test_wrong_values_are_refused_by_name(wrong, named):
    with pytest.raises(Exception, match=re.escape(named)):
        charted(wrong)


def test_a_release_whose_name_begins_with_a_digit_is_told_what_to_set():
    with pytest.raises(Exception, match="set fullnameOverride"):
        charted(name="1st")
    named = charted({"fullnameOverride": "first"}, name="1st")
    assert {one["metadata"]["name"] for one in of_kind(named, "Service")} >= {"first"}


def test_each_value_has_a_comment_and_a_place_in_the_schema():
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    assert set(schema) == {*defaults, "global"}
    # A line, or the block of lines that it belongs to, says what it is.
    blocks = re.split(r"\n\n", (CHART / "values.yaml").read_text())
    silent = [block for block in blocks if "#" not in block]
    assert not silent


SWITCHES = {
    "rollouts.installCRD": "CustomResourceDefinition",
    "serviceAccount.create": "ServiceAccount",
    "rbac.create": "Role",
    "podDisruptionBudget.enabled": "PodDisruptionBudget",
    "networkPolicy.enabled": "NetworkPolicy",
    "monitoring.serviceMonitor.enabled": "ServiceMonitor",
    "monitoring.prometheusRule.enabled": "PrometheusRule",
    "monitoring.dashboards.enabled": "ConfigMap",
    "tls.certManager.enabled": "Certificate",
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_object_has_a_switch(switch):
    kind = SWITCHES[switch]
    counts = {}
    for is_on in (True, False):
        chosen = copy.deepcopy(values("production"))
        *path, last = switch.split(".")
        place = chosen
        for name in path:
            place = place.setdefault(name, {})
        place[last] = is_on
        counts[is_on] = len(of_kind(charted(chosen), kind))
    assert counts[True] > 0 and counts[False] == 0


def test_without_a_controller_nothing_of_it_is_left():
    chosen = copy.deepcopy(values("production"))
    chosen["controller"] = {"enabled": False}
    objects = charted(chosen)
    assert not [one for one in objects if one["metadata"]["name"].endswith("-controller")]
    assert "vigie-controller" not in yaml.safe_dump(of_kind(objects, "NetworkPolicy"))


def test_two_releases_do_not_touch_each_other():
    first, second = charted(name="retail"), charted(name="markets")
    named = [
        {(one["kind"], one["metadata"]["name"]) for one in objects} for objects in (first, second)
    ]
    shared = named[0] & named[1]
    assert shared == {("CustomResourceDefinition", "modelrollouts.vigie.dev")}
    (pods, *_) = [
        one for one in of_kind(first, "Deployment") if "controller" not in one["metadata"]["name"]
    ]
    for service in of_kind(second, "Service"):
        labels = pods["spec"]["template"]["metadata"]["labels"]
        assert not service["spec"]["selector"].items() <= labels.items()


@pytest.mark.parametrize("name", VALUES)
def test_the_notes_name_what_is_there(name):
    with helm().Chart.load(str(CHART)) as chart:
        files = chart.render(values=values(name), name="vigie", namespace="bank")
    (notes,) = [text for path, text in files.items() if path.endswith("NOTES.txt")]
    service = next(
        one for one in charted(values(name), namespace="bank") if one["kind"] == "Service"
    )
    port = service["spec"]["ports"][0]["port"]
    assert f"dns:///{service['metadata']['name']}.bank:{port}" in notes
    assert "<no value>" not in notes and "%!" not in notes
    if values(name).get("secrets", {}).get("provider") == "kubernetes":
        assert "vigie-admin (key token)" in notes
