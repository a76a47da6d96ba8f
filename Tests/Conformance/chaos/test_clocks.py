"""A wall clock that jumps: an operator's hand, NTP after a pause, a virtual machine that was moved."""

import json
import pathlib
import shutil
import socket
import ssl
import time

import pytest
from pods import assert_sound

HOUR = 3600 * 10**9


@pytest.fixture
def clock(shim):
    return shim("clock")


def records(folder: pathlib.Path) -> list[dict]:
    lines = [
        json.loads(line)
        for segment in sorted(folder.glob("decisions-*.jsonl"))
        for line in segment.read_text().splitlines()
    ]
    return [line for line in lines if line["record"].get("type") != "segment"]


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 400 * 24 * HOUR, -400 * 24 * HOUR])
def test_calls_deadlines_logs_and_decisions_go_on_when_the_clock_jumps(
    start, clock, bystander, tmp_path, jump
):
    folder = tmp_path / "decisions"
    pod = start(
        f"--decision-log=file:{folder}",
        "--decision-log-chain=test",
        "--access-log",
        env=clock.env,
    )
    caller = bystander(pod, "--timeout=5")
    assert clock[1] > 0, "the pod does not read the clock that the test sets"
    reads = clock[1]
    before = len(records(folder))
    clock[0] = jump
    caller.wait_for(100)
    clock[0] = 0
    caller.wait_for(100)
    assert clock[1] > reads
    caller.stop()
    after = records(folder)
    assert len(after) >= before + 200
    # In the order in which they were made, whatever the clock said.
    assert [one["seq"] for one in after] == sorted(one["seq"] for one in after)
    assert_sound(f"file:{folder}")
    # The jump is there in the times that were recorded, and ids are still those of one decision each.
    times = [one["record"]["time"] for one in after]
    ordered = all(a <= b for a, b in zip(times, times[1:], strict=False))
    assert not ordered, "the clock jumped, and back"
    assert len({one["record"]["id"] for one in after}) == len(after)


def test_a_version_that_comes_while_the_clock_is_wrong_is_taken_over(
    start, clock, registry, bystander
):
    """A version's age is told by the wall clock; files then come from the past, or the future."""
    pod = start("--keep-versions=8", env=clock.env)
    bystander(pod, "--model=fraud-xgboost")
    source = max((registry / "fraud-xgboost").iterdir(), key=lambda path: int(path.name))
    for number, jump in enumerate([HOUR * 30, -HOUR * 30], start=int(source.name) + 1):
        clock[0] = jump
        target = registry / "fraud-xgboost" / str(number)
        # Slowly, and the manifest first: it is incomplete for a while.
        target.mkdir()
        manifest = json.loads((source / "manifest.json").read_text())
        manifest["version"] = number
        (target / "manifest.json").write_text(json.dumps(manifest))
        time.sleep(0.5)
        for file in source.iterdir():
            if file.name != "manifest.json":
                shutil.copyfile(file, target / file.name)
        pod.says(f"fraud-xgboost/{number} serves", 20)
        clock[0] = 0


def test_a_certificate_that_is_renewed_while_the_clock_is_wrong_is_taken_over(
    start, clock, certificates, tmp_path
):
    for name in ["server.pem", "server.key"]:
        shutil.copyfile(certificates / name, tmp_path / name)
    pod = start(
        f"--tls-cert={tmp_path / 'server.pem'}",
        f"--tls-key={tmp_path / 'server.key'}",
        "--tls-reload-interval=100ms",
        env=clock.env,
    )

    def seen() -> bytes:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        with socket.create_connection(("127.0.0.1", pod.port), timeout=5) as plain:
            with context.wrap_socket(plain) as secure:
                return secure.getpeercert(binary_form=True)

    first = seen()
    for jump, name in [(-HOUR * 30, "client"), (HOUR * 30, "server")]:
        clock[0] = jump
        # The key is not that of the certificate until both are there: the old pair stays meanwhile.
        shutil.copyfile(certificates / f"{name}.pem", tmp_path / "server.pem")
        shutil.copyfile(certificates / f"{name}.key", tmp_path / "server.key")
        until = time.monotonic() + 10
        while (seen() == first) != (name == "server"):
            assert time.monotonic() < until, f"the certificate of {name} was not taken over"
            time.sleep(0.05)
