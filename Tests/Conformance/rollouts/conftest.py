"""Pods that follow a folder of rollouts."""

import pytest
from harness import Pod
from rollout_kit import Caller, Rollouts, linear, publish


class Cluster:
    """One pod, its registry, its rollouts and a caller."""

    def __init__(self, tmp_path):
        self.registry = tmp_path / "registry"
        self.registry.mkdir()
        self.rollouts = Rollouts(tmp_path / "rollouts")
        self.pod = None
        self.caller = None

    def start(self, *arguments):
        self.pod = Pod(
            *["--registry", self.registry, "--rollouts", self.rollouts.folder],
            *["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--loops", 2, *arguments],
        )
        self.caller = Caller(self.pod)
        return self

    def stop(self):
        if self.caller:
            self.caller.close()
        if self.pod:
            assert self.pod.stop() == 0, self.pod.errors


@pytest.fixture
def cluster(tmp_path):
    """Versions 1 and 2 of a model, which answer x₀ + version; nothing runs yet."""
    made = Cluster(tmp_path)
    for version in (1, 2):
        publish(made.registry, version, linear((1, 0), version))
    yield made
    made.stop()
