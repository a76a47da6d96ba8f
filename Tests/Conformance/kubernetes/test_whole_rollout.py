"""A whole rollout by `vigie rollout` alone on a real API server, and checked there; and what it says when
it cannot."""

import json
import signal
import subprocess
import urllib.request

import pytest
import yaml
from harness import binary
from operator_kit import Operator
from rollout_kit import linear, publish, until
from stage import versions

DOCUMENT = """\
# Of the risk team.
apiVersion: vigie.dev/v1alpha1
kind: ModelRollout
metadata:
  name: fraud
  annotations: {vigie.dev/author: alice}
spec:
  model: fraud
  stable: {version: 1}
  approvals: {required: 1}
"""
SELECTOR = ["--pods-selector", "app.kubernetes.io/name=vigie"]


@pytest.fixture
def operator(stage, tmp_path):
    return Operator(stage.cluster, stage.namespace, tmp_path)


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "fraud.yaml"
    file.write_text(DOCUMENT)
    return file


def watched(operator, goal, *words) -> str:
    return operator.run("watch", "fraud", "--until", goal, "--timeout", "100s", *words)


def until_reason(stage, reason):
    seen = {}

    def is_there():
        seen.update(stage.status())
        return seen["reason"] == reason

    try:
        until(is_there, 60, reason)
    except AssertionError as error:
        raise AssertionError(f"{error}; the status is {seen}") from error


def test_a_whole_rollout_by_vigie_rollout_alone(stage, operator, file):
    pods = [stage.pod(), stage.pod()]
    run = operator.run
    assert run("list") == "There are no rollouts.\n"
    assert operator.json("list") == []
    assert run("validate", "-f", file) == f"{file}:2: fraud is valid\n"
    assert run("apply", "-f", file) == "fraud created\n"
    assert run("apply", "-f", file) == "fraud unchanged\n"
    assert stage.rollout()["spec"]["approvals"] == {"required": 1}
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    load = stage.load()
    stage.controller()
    until(lambda: stage.status().get("phase") == "Idle", 60, "the controller's first look")

    # Looked at.
    assert run("list").splitlines()[1].split() == ["fraud", "fraud", "1", "-", "-", "-", "Idle"]
    assert run() == run("ls") == run("list")
    seen = operator.json("inspect", "fraud")
    there = stage.rollout()
    # The server writes defaults down.
    assert seen["spec"].items() <= there["spec"].items()
    assert seen["status"]["phase"] == there["status"]["phase"]
    assert yaml.safe_load(run("get", "fraud", "-o", "yaml"))["spec"] == seen["spec"]
    assert "message       there is no canary" in run("inspect", "fraud")
    assert run("history", "fraud") == "fraud has no history.\n"
    assert operator.json("history", "fraud") == []

    # On trial: in the shadow, then on a fifth.
    said = run(
        "canary", "fraud", 2, "--steps", "shadow:3s,20%:indefinite", "--minimum-requests", 20
    )
    assert f"modelrollout {stage.namespace}/fraud: version 2 is on trial" in said
    assert "spec.canary.version: (nothing) → 2" in said
    steps = [
        {"shadowPercent": 100, "minimumRequests": 20, "pause": "3s"},
        {"weight": 2000, "minimumRequests": 20, "pause": "indefinite"},
    ]
    assert stage.rollout()["spec"]["strategy"]["steps"] == steps
    lines = watched(operator, "Paused", *SELECTOR).splitlines()
    assert any("phase=Shadowing" in line for line in lines), lines
    assert lines[-1].endswith("weight=20% step=2/2 phase=Paused reason=AwaitingResume")
    assert stage.status()["weight"] == 2000 and stage.status()["stepIndex"] == 1
    until(lambda: all(versions(pod, 100) == {"1", "2"} for pod in pods), what="both answering")

    # By hand, held, let go.
    assert "spec.routing.weight: (nothing) → 4000" in run("weight", "fraud", "40%")
    until_reason(stage, "ManualWeight")
    assert stage.status()["weight"] == 4000
    run("weight", "fraud", "steps")
    watched(operator, "Paused")
    run("suspend", "fraud")
    until_reason(stage, "Suspended")
    run("resume", "fraud")
    until_reason(stage, "AwaitingResume")
    run("resume", "fraud")
    annotations = stage.rollout()["metadata"]["annotations"]
    assert annotations["vigie.dev/resume"].startswith("1#")
    until_reason(stage, "AwaitingApproval")

    # Four eyes.
    assert "'alice' is the author" in run("approve", "fraud", "--as", "alice", code=1)
    assert "1 of 1 approvals" in run("approve", "fraud", "--as", "bob")
    assert "bob#2" in stage.rollout()["metadata"]["annotations"].values()
    lines = watched(operator, "Promoted", *SELECTOR).splitlines()
    assert "phase=Succeeded" in lines[-1]
    stage.kubectl("wait", "mro/fraud", "--for=condition=Promoted", "--timeout=1s")
    assert stage.status()["approvedBy"] == ["bob"]
    until(lambda: all(versions(pod) == {"2"} for pod in pods), what="version 2 answering")
    (record,) = operator.json("history", "fraud")
    assert record == stage.status()["history"][0]
    assert record["outcome"] == "Succeeded" and record["canaryVersion"] == 2
    assert yaml.safe_load(run("history", "fraud", "-o", "yaml")) == [record]
    assert run("history", "fraud").splitlines()[1].split()[1:4] == ["1", "2", "Succeeded"]

    # Written down as the stable version.
    run("promote", "fraud")
    spec = stage.rollout()["spec"]
    assert spec["stable"] == {"version": 2} and "canary" not in spec
    until(lambda: stage.status()["phase"] == "Idle", 60, "the end")
    assert all(versions(pod) == {"2"} for pod in pods)

    # A shadow of the former version.
    run("shadow", "fraud", 1, "--percent", 50)
    assert stage.rollout()["spec"]["shadows"] == [{"version": 1, "percent": 50, "queue": 1024}]

    def is_shadowed():
        told = json.loads(pods[0].get("/rollouts")[1])["rollouts"][0]
        return any(
            one["version"] == 1 and one["comparison"]["compared"] > 0 for one in told["shadows"]
        )

    until(is_shadowed, what="requests in the shadow")
    assert "shadow        1, 50 % of requests" in run("inspect", "fraud")
    run("shadow", "fraud", 1, "--remove")
    assert "shadows" not in stage.rollout()["spec"]

    # Back to it, and once more forward and out.
    run("undo", "fraud")
    assert stage.rollout()["spec"]["stable"] == {"version": 1}
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    publish(stage.registry, 3, linear((1, 0), 3))
    run("canary", "fraud", 3)
    # Neither the resumption nor the approval of the one before counts.
    watched(operator, "Paused")
    assert stage.status()["reason"] == "AwaitingResume"
    run("abort", "fraud")
    assert stage.rollout()["spec"]["abort"] is True
    watched(operator, "RolledBack")
    assert "is RolledBack, not Promoted: abort: true" in run(
        *["watch", "fraud", "--until", "Promoted"], code=1
    )
    assert stage.status()["history"][0]["reason"] == "Aborted"
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    # The try before is not this one: watching it does not end before it has begun.
    run("canary", "fraud", 3)
    watched(operator, "Paused")
    # Past the steps that are left, but not past approvals.
    run("promote", "fraud")
    assert stage.rollout()["spec"]["promote"] is True
    until_reason(stage, "AwaitingApproval")
    run("approve", "fraud", "--as", "carol")
    watched(operator, "Promoted")
    run("undo", "fraud")
    watched(operator, "RolledBack")
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    load.stop()
    assert not load.failures
    # The controller wrote statuses, and people the rest.
    whole = stage.cluster.get("mro", "fraud", "-n", stage.namespace, "--show-managed-fields")
    managers = {one["manager"]: set(one["fieldsV1"]) for one in whole["metadata"]["managedFields"]}
    assert managers["vigie-controller"] == {"f:status"}, managers
    assert "f:status" not in managers["vigie-rollout"], managers


def test_watch_draws_itself_anew_on_a_terminal(stage, operator, file):
    pods = [stage.pod(), stage.pod()]
    stage.load()
    stage.controller()
    operator.run("apply", "-f", file)
    words = ["canary", "fraud", 2, "--steps", "25%:indefinite,75%", "--minimum-requests", 10]
    operator.run(*words)
    terminal = operator.terminal(
        *["watch", "fraud", *SELECTOR, "--interval", "200ms", "--until", "Promoted"],
        *["--timeout", "100s"],
    )
    narrow = operator.terminal(
        *["watch", "fraud", *SELECTOR, "--interval", "200ms", "--until", "Promoted"],
        *["--timeout", "100s"],
        columns=44,
        rows=6,
    )
    try:
        terminal.until("fraud  Paused")
        screen = terminal.screen()
        assert screen[1] == f"  stable 1      {'█' * 30}{'░' * 10} 75 %", screen
        assert screen[2] == f"  canary 2      {'█' * 10}{'░' * 30} 25 %", screen
        assert screen[3] == f"  steps  1/2    {'░' * 40}", screen
        (heads,) = [line.split() for line in screen if line.startswith("  POD")]
        assert heads == ["POD", "VERSIONS", "STABLE", "CANARY", "ERRORS", "P99", "STATE"]
        rows = [line.split() for line in screen if line.startswith("  vigie-")]
        assert [row[:2] for row in rows] == [["vigie-1", "1,2"], ["vigie-2", "1,2"]]
        assert all(int(row[2]) > 0 and int(row[3]) > 0 for row in rows), rows
        assert all(line.endswith("up to date") for line in screen if line.startswith("  vigie-"))
        canary = next(line.split() for line in screen if line.startswith("  canary  2"))
        assert int(canary[2]) == sum(int(row[3]) for row in rows)
        # A pod that is gone, but not from the list, is one that does not answer.
        pods[1].process.kill()
        pods[1].process.communicate()
        terminal.until("nobody listens there")
        stage.kubectl("delete", "pod", pods[1].name, "--grace-period=0", "--force")
        stage.loads[0].pods.remove(pods[1])
        watched(operator, "Paused")
        operator.run("resume", "fraud")
        until_reason(stage, "AwaitingApproval")
        operator.run("approve", "fraud", "--as", "bob")
        assert terminal.wait() == 0 and narrow.wait() == 0
    finally:
        terminal.stop()
        narrow.stop()
    screen = terminal.screen()
    assert screen[0] == "fraud  Succeeded  version 2 is the stable version", screen
    assert screen[1] == f"  stable 2      {'█' * 40} 100 %", screen
    # Drawn over, and not one below the other.
    assert sum(line.startswith("fraud ") for line in screen) == 1, screen
    assert sum(line.startswith("  vigie-") for line in screen) == 1, screen
    small = narrow.screen()
    assert sum(line.startswith("fraud ") for line in small) == 1, small
    assert len(small) == 6 and all(len(line) < 44 for line in small), small
    assert small[0] == "fraud  Succeeded  version 2 is the stable …"


def test_watch_goes_on_while_the_api_server_is_gone(own_stage, tmp_path_factory):
    stage = own_stage
    operator = Operator(stage.cluster, stage.namespace, tmp_path_factory.mktemp("operator"))
    stage.pod()
    stage.controller()
    stage.apply({"stable": {"version": 1}, "canary": {"version": 2}, "suspend": True})
    watch = [*operator.command("watch", "fraud"), "--interval", "200ms", "--until", "RolledBack"]
    watching = subprocess.Popen(
        watch, env=operator.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert watching.stdout.readline().startswith("fraud stable=1 canary=2")
        stage.cluster.kill("apiserver")
        while "(no answer)" not in (line := watching.stdout.readline()):
            assert line, watching.stderr.read()
        # What changes something says so instead.
        said = operator.run("abort", "fraud", code=1)
        assert "the API server does not answer" in said and stage.cluster.server in said
        stage.cluster.start_apiserver()
        operator.run("abort", "fraud")
        output, errors = watching.communicate(timeout=90)
    finally:
        watching.kill()
        watching.wait()
    assert watching.returncode == 0, errors
    assert "phase=RolledBack" in output.splitlines()[-1]


def test_watch_may_be_interrupted(stage, operator, file):
    operator.run("apply", "-f", file)
    watching = subprocess.Popen(
        operator.command("watch", "fraud"),
        env=operator.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout.readline().startswith("fraud ")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(10) == -signal.SIGINT
    watching.stdout.close()
    # Without a controller nothing happens, and that is said in time.
    operator.run("canary", "fraud", 2)
    words = ["watch", "fraud", "--until", "Promoted", "--timeout", "1s"]
    assert operator.run(*words, code=2) == "fraud is not Promoted in time\n"


def test_what_cannot_be_done_is_said_with_its_reason(stage, operator, file, tmp_path):
    cluster, namespace = stage.cluster, stage.namespace
    run = operator.run
    run("apply", "-f", file)
    before = stage.rollout()["metadata"]["resourceVersion"]
    # Nobody of that name.
    for words in (["inspect", "froud"], ["abort", "froud"], ["watch", "froud"]):
        said = run(*words, code=1)
        assert f"there is no rollout 'froud' among the modelrollouts of {namespace}" in said
        assert "there are fraud" in said
    # Somebody who may not.
    bob = cluster.write_kubeconfig("bob", "bob-token", namespace)
    for words in (["list"], ["inspect", "fraud"], ["abort", "fraud"], ["apply", "-f", file]):
        said = run(*words, code=1, KUBECONFIG=bob)
        assert 'User "bob" cannot' in said and "modelrollouts" in said
    # Who may read the one and not list them is told no more.
    said = run("inspect", "fraud", "-n", "kube-system", code=1)
    assert 'User "alice" cannot get' in said and '"kube-system"' in said
    # Nobody knows the token.
    said = run(
        *["list", "--kubeconfig", cluster.write_kubeconfig("eve", "stolen", namespace)], code=1
    )
    assert "Unauthorized" in said and "has expired" in said
    # Another authority than the server's.
    config = json.loads(open(operator.kubeconfig).read())
    ca, _ = cluster.client_certificate("somebody", "else")
    config["clusters"][0]["cluster"]["certificate-authority"] = str(ca)
    other = tmp_path / "other.kubeconfig"
    other.write_text(json.dumps(config))
    assert "certificate" in run("list", "--kubeconfig", other, code=1)
    # Nobody there.
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    other.write_text(json.dumps(config))
    said = run("list", "--kubeconfig", other, code=1)
    assert "127.0.0.1" in said and "the API server does not answer" in said
    # A version that cannot be, and a document that is none.
    assert "must differ from the stable version" in run("canary", "fraud", 1, code=1)
    file.write_text(DOCUMENT.replace("required: 1", "required: 99"))
    assert f"{file}:10: spec.approvals.required" in run("apply", "-f", file, code=1)
    file.write_text(DOCUMENT.replace("name: fraud", "name: fraud\n  namespace: elsewhere"))
    assert "metadata.namespace is 'elsewhere'" in run("apply", "-f", file, code=1)
    # The model is for good: without CEL this server would take it, and pods refuse it.
    assert stage.rollout()["metadata"]["resourceVersion"] == before, "nothing has changed"


def test_a_cluster_without_the_definition_is_told_from_one_without_rollouts(own_cluster, tmp_path):
    own_cluster.kubectl("delete", "crd", "modelrollouts.vigie.dev")
    operator = Operator(own_cluster, "default", tmp_path)
    file = tmp_path / "fraud.yaml"
    file.write_text(DOCUMENT)
    for words in (["list"], ["inspect", "fraud"], ["canary", "fraud", 2], ["apply", "-f", file]):

        def says(words=words):
            return "modelrollout.yaml" in operator.run(*words, code=1)

        # The server forgets it in a moment.
        until(says, 30, f"{words} saying what to install")
    controller = subprocess.run(
        [binary("vigie"), "serve", "--registry", tmp_path, "--rollouts", "kubernetes"]
        + ["--rollouts-wait", "1s", "--listen", "127.0.0.1:0"]
        + ["--kubeconfig", own_cluster.kubeconfig],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert "knows no such kind of objects" in controller.stderr


class Meddler:
    """Somebody who changes the rollout at each of a number of moments."""

    def __init__(self, stage, times):
        self.stage, self.left = stage, times
        self.seen = 0

    def meddle(self):
        if self.left > 0:
            self.left -= 1
            self.seen += 1
            self.stage.kubectl("label", "mro", "fraud", f"seen={self.seen}", "--overwrite")


@pytest.mark.parametrize(("times", "code"), [(1, 0), (2, 1)])
def test_a_change_at_the_same_moment_is_not_overwritten(
    stage, operator, file, between, times, code
):
    operator.run("apply", "-f", file)
    meddler = Meddler(stage, times)
    server = between(stage.cluster, lambda method: method == "PATCH" and meddler.meddle())
    config = json.loads(open(operator.kubeconfig).read())
    config["clusters"][0]["cluster"] = {"server": server}
    path = operator.folder / "between.kubeconfig"
    path.write_text(json.dumps(config))
    said = operator.run("canary", "fraud", 2, "--kubeconfig", path, code=code)
    labels = stage.rollout()["metadata"]["labels"]
    assert labels == {"seen": str(times)}, "the other's change stays"
    if code:
        assert "changed by somebody else meanwhile, twice: try again" in said
        assert "canary" not in stage.rollout()["spec"]
    else:
        assert stage.rollout()["spec"]["canary"] == {"version": 2}


@pytest.fixture
def between():
    """A server in front of the API server that tells of each request before it passes it on."""
    import http.server
    import ssl
    import threading

    running = []

    def start(cluster, tell) -> str:
        trust = ssl.create_default_context(cafile=str(cluster.authority))

        class Handler(http.server.BaseHTTPRequestHandler):
            def pass_on(self):
                length = int(self.headers.get("content-length", 0))
                body = self.rfile.read(length) if length else None
                tell(self.command)
                kept = {k: v for k, v in self.headers.items() if k.lower() != "host"}
                request = urllib.request.Request(
                    cluster.server + self.path, data=body, headers=kept, method=self.command
                )
                try:
                    answer = urllib.request.urlopen(request, context=trust, timeout=30)
                except urllib.error.HTTPError as error:
                    answer = error
                text = answer.read()
                self.send_response(answer.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_PATCH = do_POST = do_PUT = pass_on

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()
