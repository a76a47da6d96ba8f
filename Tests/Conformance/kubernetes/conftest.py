"""One real API server for all tests of this folder; without it they are skipped, loudly."""

import sys
import uuid

import pytest
from harness import ROOT

sys.path.insert(0, str(ROOT / "Tests/Cluster"))
sys.path.insert(0, str(ROOT / "Tests/Conformance/rollouts"))

import cluster as clusters
from stage import Stage

CRD = ROOT / "k8s/crd/modelrollout.yaml"


def unavailable() -> str | None:
    reason = clusters.missing()
    return reason and f"NO KUBERNETES API SERVER, so nothing of it is tested: {reason}"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """kube-apiserver and etcd with ModelRollout installed; shared, so use a namespace each."""
    if reason := unavailable():
        pytest.skip(reason)
    with clusters.Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.install_crd(CRD)
        yield cluster


@pytest.fixture
def own_cluster(tmp_path):
    """One for this test alone, which may kill it."""
    if reason := unavailable():
        pytest.skip(reason)
    with clusters.Cluster(tmp_path) as cluster:
        cluster.install_crd(CRD)
        yield cluster


def new_namespace(cluster, test: str) -> str:
    words = "".join(c for c in test.lower() if c.isalnum())
    name = f"t{words[:30]}-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    return name


@pytest.fixture
def namespace(cluster, request):
    """A namespace for one test."""
    return new_namespace(cluster, request.node.name)


@pytest.fixture
def stage(cluster, namespace, tmp_path):
    """Pods and controllers in a namespace of their own, with the accounts that they have there."""
    with Stage(cluster, namespace, tmp_path) as stage:
        yield stage


@pytest.fixture
def own_stage(own_cluster, request, tmp_path_factory):
    """The same in a cluster that the test may kill."""
    namespace = new_namespace(own_cluster, request.node.name)
    with Stage(own_cluster, namespace, tmp_path_factory.mktemp("stage")) as stage:
        yield stage
