"""Arguments in manifests are those of the binary: a pod that does not know one would not start."""

import functools
import re
import subprocess

import pytest
from harness import binary
from rendered import everything, pod_specs

USAGE = 64  # EX_USAGE: what ArgumentParser says of arguments that it does not take.


@functools.cache
def known(command: str) -> frozenset[str]:
    """All flags that `vigie COMMAND --help` names, in both forms of a switch."""
    told = subprocess.run(
        [binary("vigie"), command, "--help"], capture_output=True, text=True, timeout=30
    )
    assert told.returncode == 0, told.stderr
    return frozenset(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", told.stdout))


def commands() -> dict[tuple[str, ...], str]:
    """Each command line of a container, once, and where it was found."""
    found = {}
    for place, objects in everything().items():
        for name, spec in pod_specs(objects).items():
            for container in spec["containers"]:
                found.setdefault(tuple(container["args"]), f"{place}: {name}")
    return found


def test_pods_and_controllers_are_started():
    assert {line[0] for line in commands()} == {"serve", "controller"}


@pytest.mark.parametrize("command", ["serve", "controller"])
def test_each_flag_is_known(command):
    for line, place in commands().items():
        if line[0] == command:
            used = {argument.partition("=")[0] for argument in line[1:]}
            assert used <= known(command), f"{place}: {used - known(command)}"


def test_each_value_is_understood(tmp_path):
    """By the binary itself, which then finds no files and no cluster here: that is another error."""
    for line, place in commands().items():
        here = [re.sub(r"=0\.0\.0\.0:\d+$", "=127.0.0.1:0", argument) for argument in line]
        here = [re.sub(r"^(--[a-z-]+=)/", rf"\g<1>{tmp_path}/none/", argument) for argument in here]
        process = subprocess.Popen(
            [binary("vigie"), *here], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            _, errors = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            _, errors = process.communicate()
        assert process.returncode not in (0, USAGE), f"{place}: {errors}"


def test_an_unknown_flag_is_told_of():
    """So that the tests above can fail."""
    assert "--no-such-flag" not in known("serve")
    done = subprocess.run([binary("vigie"), "serve", "--no-such-flag"], capture_output=True)
    assert done.returncode == USAGE
