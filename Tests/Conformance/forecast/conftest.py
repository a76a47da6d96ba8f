"""A pod with a registry of forecasters, added by `vigie models add`."""

import subprocess
import sys

import pytest
from harness import ROOT, Process, binary

sys.path.insert(0, str(ROOT / "Sources/pipelines/src"))


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """Starts a pod that serves these files, by model name; its address."""
    running = []

    def begin(files) -> str:
        registry = tmp_path_factory.mktemp("registry")
        for name, file in files.items():
            added = subprocess.run(
                [binary("vigie"), "models", "add", "--registry", registry, name, file],
                check=False,
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert added.returncode == 0, added.stderr
            assert "a request." in added.stdout
        running.append(
            Process("vigie", "serve", "--registry", str(registry), "--listen", "127.0.0.1:0")
        )
        return running[-1].address

    yield begin
    assert [process.stop() for process in running] == [0] * len(running)
