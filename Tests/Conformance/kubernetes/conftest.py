"""One real API server for all tests of this folder; without it they are skipped, loudly."""

import sys
import uuid

import pytest
from harness import ROOT

sys.path.insert(0, str(ROOT / "Tests/Cluster"))

import cluster as clusters

CRD = ROOT / "k8s/crd/modelrollout.yaml"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """kube-apiserver and etcd with ModelRollout installed; shared, so use a namespace each."""
    reason = clusters.missing()
    if reason:
        pytest.skip(f"NO KUBERNETES API SERVER, so nothing of it is tested: {reason}")
    with clusters.Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.install_crd(CRD)
        yield cluster


@pytest.fixture
def namespace(cluster, request):
    """A namespace for one test."""
    words = "".join(c for c in request.node.name.lower() if c.isalnum())
    name = f"t{words[:30]}-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    return name
