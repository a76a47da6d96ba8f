"""Runs of vigie-load against this repository's servers."""

import shutil
import subprocess

import pytest
from harness import ROOT, Process, binary
from load_runs import Run, environment

RUN_SECONDS = 120


@pytest.fixture
def load(tmp_path):
    """Runs vigie-load to its end.

    A busy machine delays the generator, and it would rightly say so: tests that are not about that turn
    it off.
    """

    def run(*arguments: str, env: dict[str, str] | None = None) -> Run:
        report = tmp_path / "report.json"
        report.unlink(missing_ok=True)
        done = subprocess.run(
            [binary("vigie-load"), "--lag-max=0", *arguments, "--json", str(report)],
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            env=environment(**(env or {})),
        )
        return Run(done.returncode, done.stdout, done.stderr, report)

    return run


@pytest.fixture(scope="module")
def fixtures():
    """Models made for tests."""
    process = Process("vigie-fixtures")
    yield process
    assert process.stop() == 0


@pytest.fixture(scope="module")
def pod(tmp_path_factory):
    """`vigie serve` over a copy of the demo registry, which a test may change."""
    registry = tmp_path_factory.mktemp("pod") / "registry"
    shutil.copytree(ROOT / "Sources/pipelines/demo-registry", registry)
    process = Process(
        *["vigie", "serve", "--registry", str(registry), "--listen", "127.0.0.1:0"],
        *["--registry-poll-interval", "200ms", "--log-level", "error"],
    )
    process.registry = registry
    yield process
    assert process.stop() == 0
