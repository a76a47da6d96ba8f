"""Pods whose admin port speaks TLS and asks for a token: the controller and `vigie rollout watch` get in,
and where they do not, it is said why."""

import subprocess

import pytest
from operator_kit import Operator
from rollout_kit import until
from stage import walked

TOKEN = "0123456789abcdef-pods"
SERVER = "server.vigie.test"
STEPS = {"steps": [{"weight": 5000}], "analysis": []}


class Secured:
    """A stage whose pods have certificates and a token."""

    def __init__(self, stage, certificates, folder):
        self.stage, self.certificates, self.folder = stage, certificates, folder
        self.token = folder / "pods.token"
        self.token.write_text(TOKEN + "\n")
        theirs = folder / "admin.token"
        theirs.write_text(TOKEN)
        self.settings = [
            *["--tls-cert", certificates / "server.pem", "--tls-key", certificates / "server.key"],
            *["--admin-tls", "--admin-token-file", theirs],
        ]
        self.ca = ["--pods-ca", certificates / "ca.pem"]
        self.access = [*self.ca, "--pods-tls-name", SERVER, "--pods-token-file", self.token]

    def pod(self):
        return self.stage.pod(*self.settings)

    def degraded(self) -> dict:
        conditions = self.stage.status().get("conditions", [])
        return next((one for one in conditions if one["type"] == "Degraded"), {})

    def until_silent(self, *words):
        """The condition that says why, and the event."""

        def said():
            one = self.degraded()
            return one.get("reason") == "PodSilent" and all(w in one["message"] for w in words)

        try:
            until(said, 60, f"{words}")
        except AssertionError as error:
            raise AssertionError(f"{error}; it says {self.degraded()}") from error
        assert self.degraded()["status"] == "True"
        assert "pod vigie-1 does not answer" in self.degraded()["message"]
        told = self.stage.kubectl("describe", "mro", "fraud")
        assert "Warning  PodSilent" in told, told
        events = self.stage.cluster.get("events", "-n", self.stage.namespace)["items"]
        (event,) = [one for one in events if one["reason"] == "PodSilent"][-1:]
        assert all(word in event["message"] for word in words), event["message"]


@pytest.fixture
def secured(stage, certificates, tmp_path):
    return Secured(stage, certificates, tmp_path)


def test_a_rollout_is_walked_through_secured_admin_ports(secured):
    stage = secured.stage
    secured.pod()
    secured.pod()
    stage.controller(*secured.access)
    stage.apply(walked(**STEPS))
    status = stage.until_phase("Succeeded")
    assert status["pods"] == {"total": 2, "updated": 2, "ready": 2, "failedToLoad": 0}
    assert "PodSilent" not in [reason for _, reason in stage.events()]
    operator = Operator(stage.cluster, stage.namespace, secured.folder)
    terminal = operator.terminal(
        *["watch", "fraud", "--pods-selector", "app.kubernetes.io/name=vigie", *secured.access],
        *["--until", "Promoted"],
    )
    assert terminal.wait() == 0
    rows = [line for line in terminal.screen() if line.startswith("  vigie-")]
    assert len(rows) == 2 and all(row.endswith("up to date") for row in rows), rows


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ca", ["certificate", "--pods-ca"]),
        ("name", ["certificate", "other.vigie.test", "--pods-tls-name"]),
        ("token", ["HTTP 401", "does not take the token of --pods-token-file"]),
        ("no token", ["HTTP 401", "asks for a token", "--pods-token-file"]),
        ("no tls", ["does it speak TLS?", "--pods-ca"]),
    ],
)
def test_what_keeps_the_controller_out_is_said_and_mended(secured, kind, words):
    stage = secured.stage
    secured.pod()
    other = secured.folder / "other.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-days", "2", "-subj", "/CN=other", "-keyout", secured.folder / "other.key"]
        + ["-out", other],
        check=True,
        capture_output=True,
    )
    wrong = {
        "ca": ["--pods-ca", other, "--pods-token-file", secured.token],
        "name": [
            *[*secured.ca, "--pods-tls-name", "other.vigie.test"],
            *["--pods-token-file", secured.token],
        ],
        "token": secured.access,
        "no token": secured.ca,
        "no tls": ["--pods-token-file", secured.token],
    }[kind]
    if kind == "token":
        secured.token.write_text("fedcba9876543210-old")
    controller = stage.controller(*wrong)
    stage.apply(walked(**STEPS))
    secured.until_silent(*words)
    status = stage.status()
    assert status["phase"] == "Loading" and words[0] in status["message"], status
    # Nothing moves, and nothing is written again and again.
    version = stage.rollout()["metadata"]["resourceVersion"]
    before = rounds(controller)
    until(lambda: rounds(controller) > before + 3, what="more looks")
    assert stage.rollout()["metadata"]["resourceVersion"] == version
    assert TOKEN not in stage.kubectl("get", "mro", "fraud", "-o", "yaml")
    if kind == "token":
        # Mended in its place: the controller reads it again.
        secured.token.write_text(TOKEN)
    else:
        assert controller.stop() == 0
        assert words[0] in controller.errors and TOKEN not in controller.errors
        stage.controller(*secured.access)
    stage.until_phase("Succeeded")
    assert secured.degraded()["status"] == "False"


def rounds(controller) -> float:
    text = controller.get("/metrics")[1]
    line = next(
        one for one in text.splitlines() if one.startswith("vigie_controller_rounds_total ")
    )
    return float(line.split()[1])


def test_a_token_that_is_rotated_under_the_controller_is_read_again(secured):
    stage = secured.stage
    pod = secured.pod()
    stage.controller(*secured.access)
    stage.apply(walked(steps=[{"weight": 5000, "pause": "indefinite"}], analysis=[]))
    until(lambda: stage.status().get("reason") == "AwaitingResume", 60, "the pause")
    # Another pod with another token takes its place.
    stage.kill_pod(pod)
    (secured.folder / "admin.token").write_text("another-0123456789")
    secured.token.write_text("another-0123456789")
    successor = secured.pod()
    stage.kubectl("annotate", "mro", "fraud", "vigie.dev/resume=0")
    stage.until_phase("Succeeded")
    assert secured.degraded()["status"] == "False"
    assert successor.process.poll() is None


def test_files_that_are_of_no_use_end_the_start(secured):
    with pytest.raises(AssertionError, match="--pods-ca: .*cannot read .*/none"):
        secured.stage.controller("--pods-ca", secured.folder / "none")
    with pytest.raises(AssertionError, match="--pods-token-file: .*/none: No such file"):
        secured.stage.controller("--pods-token-file", secured.folder / "none")
