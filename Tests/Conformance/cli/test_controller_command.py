"""`vigie controller` without a cluster: settings, errors, probes, the folder and its lock."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from harness import ROOT, binary

sys.path.insert(0, str(ROOT / "Tests/Conformance/kubernetes"))
sys.path.insert(0, str(ROOT / "Tests/Conformance/rollouts"))

from rollout_kit import Rollouts, until
from stage import Controller

NOWHERE = "http://127.0.0.1:9"
OTHER_VALUES = {
    "interval": "500ms",
    "admin": "127.0.0.1:0",
    "rollouts-namespace": "scoring",
    "rollouts-selector": "team=risk",
    "kube-context": "main",
    "service-account-dir": "nowhere",
    "kubeconfig": "nowhere.yaml",
    "pods": f"{NOWHERE},https://127.0.0.1:10/",
    "pods-selector": "app=vigie",
    "pods-admin-port": "9000",
    "pods-timeout": "500ms",
    "pods-tls-name": "vigie.scoring.svc",
    "prometheus": "http://127.0.0.1:9090",
    "query-timeout": "3s",
    "lease-name": "mine",
    "lease-identity": "me",
    "lease-duration": "20s",
    "lease-renew-deadline": "12s",
    "lease-retry-period": "3s",
    "leader-elect": "false",
    "log-level": "warning",
    "log-format": "json",
    "log-file": "stdout",
}
ELSEWHERE = {"config", "rollouts", "admin-token-file", "pods-token-file", "pods-ca"}


@pytest.fixture
def folder(tmp_path):
    return Rollouts(tmp_path / "rollouts")


@pytest.fixture
def controller():
    running = []

    def start(*arguments, env=None):
        running.append(Controller(*arguments, env=env))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def run(*arguments, env=None):
    return subprocess.run(
        [binary("vigie"), "controller", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **(env or {})},
    )


def test_help_names_every_setting_and_the_tests_set_each_of_them():
    help_text = run("--help").stdout
    documented = set(re.findall(r"^ {2}(?:-\w, )?--([a-z0-9-]+)", help_text, re.MULTILINE))
    assert documented - {"version", "help"} == set(OTHER_VALUES) | ELSEWHERE


def test_flags_variables_and_a_file_set_every_setting(controller, folder, tmp_path):
    file = tmp_path / "controller.yaml"
    lines = [f"{name}: {value}" for name, value in OTHER_VALUES.items()]
    file.write_text("\n".join([*lines, f"rollouts: {folder.folder}"]))
    variables = {f"VIGIE_{k.upper().replace('-', '_')}": v for k, v in OTHER_VALUES.items()}
    flags = [
        f"--{name}={value}" if name != "leader-elect" else "--no-leader-elect"
        for name, value in OTHER_VALUES.items()
    ]
    for arguments, env in (
        ([*flags, "--rollouts", folder.folder], {}),
        ([], {**variables, "VIGIE_ROLLOUTS": str(folder.folder)}),
        (["--config", file], {}),
    ):
        running = controller(*arguments, env=env)
        assert running.admin
        assert running.get("/readyz")[0] in (200, 503)
        assert running.get("/loglevel") == (200, "warning\n")
        assert running.stop() == 0


def test_flags_win_over_variables_and_variables_over_the_file(controller, folder, tmp_path):
    file = tmp_path / "controller.yaml"
    file.write_text(f"log-level: error\nrollouts: {folder.folder}\npods: {NOWHERE}\n")
    common = ["--config", file, "--admin", "127.0.0.1:0"]
    for more, env, level in (
        ([], {}, "error"),
        ([], {"VIGIE_LOG_LEVEL": "warning"}, "warning"),
        (["--log-level", "debug"], {"VIGIE_LOG_LEVEL": "warning"}, "debug"),
    ):
        running = controller(*common, *more, env=env)
        assert running.get("/loglevel") == (200, f"{level}\n")
        assert running.stop() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--rollouts"]),
        (["--rollouts", "{tmp}"], ["--pods is missing"]),
        (["--rollouts", "{tmp}", "--pods", "10.0.0.1:8501"], ["--pods", "10.0.0.1:8501"]),
        (["--rollouts", "{tmp}/none", "--pods", NOWHERE], ["--rollouts {tmp}/none", "No such"]),
        (["--rollouts", "kubernetes", "--kubeconfig", "{tmp}/none"], ["--kubeconfig", "No such"]),
        (["--rollouts", "kubernetes"], ["kubeconfig", "KUBECONFIG", "KUBERNETES_SERVICE_HOST"]),
        (["--rollouts", "{tmp}", "--pods", NOWHERE, "--interval", "0s"], ["--interval", "100ms"]),
        (
            ["--rollouts", "kubernetes", "--lease-duration", "5s"],
            ["--lease-renew-deadline", "less than --lease-duration"],
        ),
        (["--rollouts", "kubernetes", "--prometheus", "prom:9090"], ["--prometheus", "http://"]),
        (["--rollouts", "kubernetes", "--pods-admin-port", "0"], ["--pods-admin-port", "65535"]),
    ],
)
def test_what_is_wrong_is_named(arguments, words, tmp_path):
    env = {"KUBECONFIG": "", "KUBERNETES_SERVICE_HOST": ""}
    done = run(*[argument.format(tmp=tmp_path) for argument in arguments], env=env)
    assert done.returncode in (64, 78)
    assert done.stdout == ""
    for word in words:
        assert word.format(tmp=tmp_path) in done.stderr


def test_a_wrong_setting_in_a_file_is_told_with_its_line(tmp_path):
    file = tmp_path / "controller.yaml"
    for text, words in (
        ("intervall: 5s\n", [":1: unknown setting 'intervall'", "vigie controller --help"]),
        ("interval: soon\n", [f"{file}:1", "soon"]),
        ("grace: 5s\n", ["unknown setting 'grace'"]),
    ):
        file.write_text(text)
        done = run("--config", file, "--rollouts", tmp_path, "--pods", NOWHERE)
        assert done.returncode != 0
        for word in words:
            assert word in done.stderr


def test_a_kubeconfig_that_runs_programs_is_refused_with_a_reason(tmp_path):
    file = tmp_path / "config"
    file.write_text(
        "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
        "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
        "users: [{name: u, user: {exec: {command: aws}}}]\n"
    )
    done = run("--rollouts", "kubernetes", "--kubeconfig", file)
    assert done.returncode == 78 and "'exec' is not supported" in done.stderr


def test_the_folder_gets_a_status_beside_each_rollout(controller, folder):
    folder.write({"stable": {"version": 1}})
    running = controller(
        *["--rollouts", folder.folder, "--pods", NOWHERE, "--interval", "200ms"],
        *["--admin", "127.0.0.1:0"],
    )
    status = folder.folder / "fraud.status.json"
    until(status.exists, what="the status")
    written = json.loads(status.read_text())["status"]
    assert written["phase"] == "Idle" and written["pods"]["total"] == 1
    until(lambda: running.get("/readyz")[0] == 200, what="being ready")
    metrics = running.get("/metrics")[1]
    assert 'vigie_controller_rollouts{phase="Idle"} 1' in metrics
    assert running.stop() == 0
    assert "pod http://127.0.0.1:9" in running.errors
    assert "stopped after" in running.errors


def test_of_two_controllers_of_a_folder_one_writes(controller, folder):
    folder.write({"stable": {"version": 1}})
    common = ["--rollouts", folder.folder, "--pods", NOWHERE, "--interval", "200ms"]
    first = controller(*common, "--admin", "127.0.0.1:0")
    until(lambda: first.leads, what="the first leading")
    second = controller(*common, "--admin", "127.0.0.1:0")
    time.sleep(1)
    assert first.leads and not second.leads
    first.process.kill()
    first.process.communicate()
    until(lambda: second.leads, what="the second leading")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_zero(controller, folder, number):
    running = controller("--rollouts", folder.folder, "--pods", NOWHERE)
    assert running.stop(number) == 0


def test_the_admin_token_guards_all_but_probes(controller, folder, tmp_path):
    token = tmp_path / "token"
    token.write_text("0123456789abcdef")
    running = controller(
        *["--rollouts", folder.folder, "--pods", NOWHERE, "--admin", "127.0.0.1:0"],
        *["--admin-token-file", token],
    )
    assert running.get("/healthz")[0] == 200
    assert running.get("/metrics")[0] == 401
