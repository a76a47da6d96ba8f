"""Pods with a decision log."""

import pytest
from decisions_kit import Caller, Registry
from harness import Pod


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "registry")


@pytest.fixture
def start(registry):
    """Starts pods with a decision log; each must end with exit code 0 unless the test ends it."""
    running = []

    def begin(log: str, *arguments) -> tuple[Pod, Caller]:
        pod = Pod(
            f"--registry={registry.folder}",
            "--listen=127.0.0.1:0",
            "--admin=127.0.0.1:0",
            "--loops=1",
            f"--decision-log={log}",
            "--decision-log-chain=test",
            *arguments,
        )
        caller = Caller(pod.address)
        running.append((pod, caller))
        return pod, caller

    yield begin
    for pod, caller in running:
        caller.close()
        if pod.process.poll() is None:
            assert pod.stop() == 0, pod.errors
