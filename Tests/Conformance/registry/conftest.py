"""Registries of every kind, and pods that load from them."""

import pytest
import servers
import tritonclient.grpc as triton
from harness import Pod
from sources import Bucket, Folder, Tracker

KINDS = ["folder", "rgw", "moto", "rclone", "mlflow"]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Servers by kind, each started when it is first asked for."""
    running = {}
    skipped = {}
    makers = {
        "rgw": servers.Gateway,
        "moto": servers.moto,
        "rclone": servers.rclone,
        "mlflow": servers.mlflow,
    }

    def get(kind):
        if kind in skipped:
            pytest.skip(skipped[kind])
        if kind not in running:
            try:
                running[kind] = makers[kind](tmp_path_factory.mktemp(kind))
            except pytest.skip.Exception as reason:
                skipped[kind] = str(reason)
                raise
        return running[kind]

    yield get
    for one in running.values():
        one.end() if hasattr(one, "end") else one.stop()


def make_source(kind, server, tmp_path):
    if kind == "folder":
        return Folder(tmp_path / "registry")
    if kind == "mlflow":
        return Tracker(server("mlflow"))
    return Bucket(server(kind))


@pytest.fixture(params=KINDS)
def source(request, server, tmp_path):
    """A registry of each kind, empty."""
    one = make_source(request.param, server, tmp_path)
    yield one
    if hasattr(one, "end"):
        one.end()


@pytest.fixture(params=[kind for kind in KINDS if kind != "folder"])
def remote(request, server, tmp_path):
    """A registry of each kind that is on a server."""
    one = make_source(request.param, server, tmp_path)
    yield one
    if hasattr(one, "end"):
        one.end()


@pytest.fixture
def bucket(server, tmp_path):
    """A registry on the S3 server that checks most: Ceph's, or moto where that is not installed."""
    try:
        return Bucket(server("rgw"))
    except pytest.skip.Exception:
        return Bucket(server("moto"))


class Cluster:
    """Pods of one test, and what they say."""

    def __init__(self, cache):
        self.cache = cache
        self.pods = []

    def start(self, source, *arguments, url=None, env=None):
        given = [f"--registry={url or source.url}", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0"]
        given += ["--registry-poll-interval=200ms", "--log-level=info", "--loops=1"]
        if source.is_remote:
            given += [f"--registry-cache={self.cache}"]
        pod = Pod(*given, *arguments, env={**source.env, **(env or {})})
        pod.client = triton.InferenceServerClient(pod.address)
        self.pods.append(pod)
        return pod

    def end(self):
        for pod in self.pods:
            pod.client.close()
            if pod.process.poll() is None:
                pod.stop()


@pytest.fixture
def cluster(tmp_path):
    one = Cluster(tmp_path / "cache")
    yield one
    one.end()
