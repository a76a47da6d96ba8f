"""Pods that are hurt on purpose, with a bystander who must not notice."""

import os
import random
import shutil
import subprocess

import pytest
from callers import Caller
from harness import DEMO
from pods import ChaosPod
from shims.shim import Shim


@pytest.fixture
def dice():
    """Choices that VIGIE_SEED=N makes again."""
    seed = int(os.environ.get("VIGIE_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"VIGIE_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def registry(tmp_path):
    return shutil.copytree(DEMO, tmp_path / "registry")


@pytest.fixture
def start(tmp_path, registry):
    """Starts pods. After its test each must be the process that it was, well, and end with code 0."""
    pods = []

    def begin(*arguments, env=None, listen="127.0.0.1:0", within=None):
        pods.append(
            ChaosPod(
                tmp_path,
                f"--registry={registry}",
                f"--listen={listen}",
                "--admin=127.0.0.1:0",
                *arguments,
                env=env,
                within=within,
            )
        )
        return pods[-1]

    yield begin
    for pod in [pod for pod in pods if not pod.was_stopped]:
        try:
            pod.assert_well()
        finally:
            code = pod.stop()
        assert code == 0, f"exit {code}: {pod.errors} {pod.log}"


@pytest.fixture
def call(tmp_path):
    """Starts callers, who end with the test."""
    callers = []

    def begin(address, *arguments, prefix=()):
        callers.append(Caller(address, tmp_path, *arguments, prefix=prefix))
        return callers[-1]

    yield begin
    for caller in callers:
        caller.stop()


@pytest.fixture
def bystander(call):
    """Callers who must not be hurt by what happens to others: when the test is over, all their calls
    have been answered, rightly, and the slowest of a hundred in a time that no fault explains."""
    bystanders = []

    def begin(pod, *arguments):
        bystanders.append(call(f"127.0.0.1:{pod.port}", "--timeout=10", *arguments))
        bystanders[-1].wait_for(20)
        return bystanders[-1]

    yield begin
    for caller in bystanders:
        caller.stop()
        calls = caller.calls()
        assert {one.status for one in calls} == {"OK"}, caller.statuses()
        # Machines that test are busy: this is for calls that waited for a fault to pass.
        times = sorted(one.seconds for one in calls)
        assert times[len(times) * 99 // 100] < 1, f"{len(times)} calls, slowest {times[-5:]}"


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """Builds a library that comes between a pod and the C library."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler: apt install gcc")
    built = {}

    def make(name: str) -> Shim:
        folder = tmp_path_factory.mktemp(name)
        if name not in built:
            source = os.path.join(os.path.dirname(__file__), "shims", f"{name}.c")
            built[name] = folder / f"{name}.so"
            command = [compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC"]
            subprocess.run([*command, "-o", built[name], source, "-ldl"], check=True)
        return Shim(built[name], folder / "orders")

    return make
