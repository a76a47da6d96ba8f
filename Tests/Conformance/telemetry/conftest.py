"""A loaded pod, and the real Prometheus that scrapes it."""

import shutil

import pytest
from harness import DEMO, Pod
from known_load import load
from real_prometheus import Prometheus


@pytest.fixture(scope="module")
def loaded():
    """A pod that has answered ``known_load.CALLS``."""
    pod = Pod(f"--registry={DEMO}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--loops=2")
    load(pod.address)
    yield pod
    assert pod.stop() == 0


def _start(tmp_path_factory, pod, *features):
    if shutil.which("prometheus") is None:
        pytest.skip("the real Prometheus is not installed (apt: prometheus)")
    prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), pod.admin, *features)
    try:
        prometheus.wait()
        yield prometheus
    finally:
        prometheus.stop()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory, loaded):
    yield from _start(tmp_path_factory, loaded, "exemplar-storage")


@pytest.fixture(scope="module")
def native(tmp_path_factory, loaded):
    yield from _start(tmp_path_factory, loaded, "native-histograms", "exemplar-storage")
