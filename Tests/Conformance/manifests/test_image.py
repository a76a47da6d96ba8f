"""The image's contents (k8s/image), and a pod that runs in nothing but them as Kubernetes would run it."""

import pathlib
import re
import subprocess
import time
import urllib.request

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from harness import binary
from image_root import UID, ContainedPod, Root, missing
from rendered import K8S, charted_with, of_kind, overlay
from stubs import module
from units import seconds

DOCKERFILE = (K8S / "image/Dockerfile").read_text()
# An applicant as credit-default of the demonstration's registry wants one.
APPLICANT = {
    "revolving_utilization": 0.3,
    "age": 45,
    "past_due_30_59_days": 0,
    "debt_ratio": 0.4,
    "monthly_income": 5200,
    "open_credit_lines": 8,
    "past_due_90_days": 0,
    "real_estate_loans": 1,
    "past_due_60_89_days": 0,
    "dependents": 1,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    reason = missing()
    if reason:
        pytest.skip(f"THE IMAGE IS NOT CHECKED: {reason}")
    # Nobody but root may enter pytest's own folders.
    folder = tmp_path_factory.mktemp("image")
    for parent in (folder, *folder.parents):
        if parent.owner() == "root" and parent.is_relative_to(tmp_path_factory.getbasetemp()):
            parent.chmod(0o755)
    tmp_path_factory.getbasetemp().parent.chmod(0o755)
    root = Root(folder / "root")
    print(f"\nthe image's files: {root.megabytes():.1f} MB")
    return root


def container(objects: list[dict], name: str = "vigie") -> dict:
    (deployment,) = [
        one for one in of_kind(objects, "Deployment") if one["metadata"]["name"] == name
    ]
    return deployment["spec"]["template"]["spec"]["containers"][0]


def arguments_here() -> list[str]:
    """Those of the pod in overlays/dev, on loopback and without an API server."""
    told = container(overlay("dev"))["args"]
    assert "--rollouts=kubernetes" in told
    told = [a for a in told if not a.startswith("--rollouts")]
    told = [re.sub(r"=0\.0\.0\.0:\d+$", "=127.0.0.1:0", a) for a in told]
    return [
        a.replace("$(POD_NAMESPACE)", "vigie-dev").replace("$(POD_NAME)", "vigie-0") for a in told
    ]


@pytest.fixture(scope="module")
def pod(root):
    pod = ContainedPod(root, arguments_here())
    yield pod
    pod.stop()


def test_it_holds_what_the_binary_loads_and_no_program_else(root):
    files = root.files()
    programs = {f for f in files if re.search(r"(^|/)s?bin/", f)}
    assert programs == {"usr/local/bin/vigie"}
    libraries = {pathlib.Path(f).name for f in files if ".so" in f}
    loaded = subprocess.run(["ldd", binary("vigie")], capture_output=True, text=True, check=True)
    wanted = {
        pathlib.Path(path).name for path in re.findall(r"(?:=> )?(/\S+\.so\S*)", loaded.stdout)
    }
    assert libraries == wanted
    listed = (K8S / "image/libraries.txt").read_text().splitlines()
    assert {name for name in libraries if not name.startswith("ld-linux")} <= set(listed)


def test_each_library_has_its_package_and_licence(root):
    packages = {path.name for path in (root.path / "var/lib/dpkg/status.d").iterdir()}
    assert {"libc6", "libssl3", "libnghttp2-14", "ca-certificates"} <= packages
    for package in packages:
        status = (root.path / "var/lib/dpkg/status.d" / package).read_text()
        assert f"Package: {package}\n" in status and "\nVersion: " in status
        assert (root.path / f"usr/share/doc/{package}/copyright").stat().st_size > 0


def test_nothing_in_it_may_be_written_or_makes_anybody_root(root):
    for path in root.path.rglob("*"):
        mode = path.lstat().st_mode
        if not path.is_symlink() and path.name != "tmp":
            assert not mode & 0o022, f"{path} may be written by others"
            assert not mode & 0o6000, f"{path} changes who runs it"


def test_the_pod_runs_as_its_manifest_says(pod):
    status = pod.status()
    security = overlay("dev")
    (spec,) = [
        one["spec"]["template"]["spec"]["securityContext"]
        for one in of_kind(security, "Deployment")
        if one["metadata"]["name"] == "vigie"
    ]
    assert spec["runAsUser"] == UID
    assert status["Uid"].split() == status["Gid"].split() == [str(UID)] * 4
    assert status["Groups"].strip() == ""
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    mounts = pathlib.Path(f"/proc/{pod.process.pid}/mounts").read_text().splitlines()
    options = {line.split()[1]: line.split()[3].split(",") for line in mounts}
    assert "ro" in options["/"]


def test_its_probes_answer(pod):
    for probe in ("startupProbe", "livenessProbe"):
        path = container(overlay("dev"))[probe]["httpGet"]["path"]
        with urllib.request.urlopen(f"http://{pod.admin}{path}", timeout=5) as answer:
            assert answer.status == 200
    # The kubelet's gRPC probe asks for the server, by no name.
    with grpc.insecure_channel(pod.address) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_it_scores_an_application(pod):
    pb = module("vigie.v1.credit_pb2")
    with grpc.insecure_channel(pod.address) as channel:
        stub = module("vigie.v1.credit_pb2_grpc").CreditScoringStub(channel)
        request = pb.ScoreApplicationRequest(model="credit-default", request_id="A-1")
        for name, value in APPLICANT.items():
            request.features[name].number = value
        answer = stub.ScoreApplication(request, timeout=10)
    assert 0 < answer.probability_of_default < 1
    assert answer.decision


def test_the_hook_before_the_end_waits_in_the_image(root):
    """preStop is a program of the image that waits: there is no shell and no sleep(1)."""
    for objects in (overlay("dev"), overlay("production"), charted_with("keda-vault")):
        for name in ("vigie", "scoring"):
            found = [o for o in of_kind(objects, "Deployment") if o["metadata"]["name"] == name]
            if not found:
                continue
            *command, wait = container(objects, name)["lifecycle"]["preStop"]["exec"]["command"]
            assert seconds(wait) >= 5
            began = time.monotonic()
            process = root.run(*command, "300ms")
            _, errors = process.communicate(timeout=30)
            assert process.returncode == 0, errors
            assert time.monotonic() - began >= 0.3


def test_sigterm_ends_it_within_its_grace(root):
    pod = ContainedPod(root, arguments_here())
    with grpc.insecure_channel(pod.address) as channel:
        grpc.channel_ready_future(channel).result(timeout=10)
        began = time.monotonic()
        assert pod.stop() == 0
        took = time.monotonic() - began
    (grace,) = [a for a in arguments_here() if a.startswith("--grace=")]
    assert took < seconds(grace.partition("=")[2])


def test_the_dockerfile_makes_this_root_and_starts_it_so():
    assert "k8s/image/assemble.sh .build/release/vigie /image" in DOCKERFILE
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", DOCKERFILE, re.MULTILINE)
    assert stages == [
        ("${SWIFT_IMAGE}", "build"),
        ("scratch", "root"),
        ("root", "demo"),
        # The last one is what is built where no target is named.
        ("root", "pod"),
    ]
    assert f"\nUSER {UID}:{UID}\n" in DOCKERFILE
    # preStop names the program by its place; the entry point is what `args` follow.
    assert 'ENTRYPOINT ["/usr/local/bin/vigie"]' in DOCKERFILE
    for objects in (overlay("dev"), overlay("production")):
        assert "command" not in container(objects)
        command = container(objects)["lifecycle"]["preStop"]["exec"]["command"]
        assert command[0] == "/usr/local/bin/vigie"


def test_the_dockerfile_installs_what_the_makefile_does():
    makefile = (K8S.parent / "Makefile").read_text().replace("\\\n", " ")
    (packages,) = re.findall(r"^BUILD_PACKAGES := (.*)$", makefile, re.MULTILINE)
    installed = DOCKERFILE.replace("\\\n", " ")
    for package in packages.split():
        assert f" {package} " in installed, package


def test_all_versions_are_one():
    """The chart, the image's tag in manifests, and the binary itself."""
    build = (K8S.parent / "Sources/vigie/Build.swift").read_text()
    (version,) = re.findall(r'version = "([^"]+)"', build)
    chart = (K8S / "chart/vigie/Chart.yaml").read_text()
    assert f"\nappVersion: {version}\n" in chart and f"\nversion: {version}\n" in chart
    for objects in (overlay("dev"), overlay("production"), charted_with("default")):
        for one in of_kind(objects, "Deployment"):
            image = one["spec"]["template"]["spec"]["containers"][0]["image"]
            assert image.rpartition(":")[2] == version
    assert f"-t vigie:{version} " in DOCKERFILE
