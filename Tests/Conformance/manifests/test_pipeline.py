"""The GitLab CI template (k8s/gitlab): its shape, its scripts, and the deployment as it would run.

GitLab's own linter is not to be had here: what is checked by hand is that stages, needs and scripts fit
together, and that every script is one for bash.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from harness import ROOT
from rendered import K8S, documents
from third_party import check

PIPELINE = yaml.safe_load((K8S / "gitlab/vigie.gitlab-ci.yml").read_text())
GLOBAL = {"variables", "stages", "workflow", "default", "include"}
JOBS = {name: job for name, job in PIPELINE.items() if name not in GLOBAL and name[0] != "."}
# Job keywords of GitLab's reference that we use.
KEYWORDS = {
    *["stage", "image", "script", "before_script", "needs", "rules", "variables", "artifacts"],
    *["cache", "extends", "timeout", "environment", "resource_group"],
}


def test_stages_jobs_and_needs_fit():
    assert [job["stage"] for job in JOBS.values()] == sorted(
        (job["stage"] for job in JOBS.values()), key=PIPELINE["stages"].index
    )
    assert {job["stage"] for job in JOBS.values()} == set(PIPELINE["stages"])
    for name, job in JOBS.items():
        assert set(job) <= KEYWORDS, name
        for need in job.get("needs", []):
            order = PIPELINE["stages"].index
            assert order(JOBS[need]["stage"]) <= order(job["stage"]), name
        if "extends" in job:
            assert job["extends"] in PIPELINE


@pytest.mark.parametrize("name", JOBS)
def test_each_script_is_one_for_bash(name):
    for line in JOBS[name]["script"]:
        done = subprocess.run(["bash", "-n", "-c", line], capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def test_what_scripts_call_is_here():
    makefile = (ROOT / "Makefile").read_text()
    text = "\n".join(line for job in JOBS.values() for line in job["script"])
    for target in re.findall(r"^make (\S+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    files = re.findall(r"(?<![\w/])((?:k8s|Tests)/[\w./-]+)", text)
    assert {"k8s/image/Dockerfile", "k8s/gitlab/chart.py"} <= set(files)
    for file in files:
        assert (ROOT / file).exists(), file


def test_nobody_deploys_what_was_not_tested():
    def before(name: str) -> set[str]:
        direct = JOBS[name].get("needs", [])
        return {*direct, *(far for near in direct for far in before(near))}

    assert {"test", "manifests", "image", "chart"} <= before("deploy")
    for rule in JOBS["deploy"]["rules"]:
        assert rule == {"if": "$CI_COMMIT_TAG"}


def git(*arguments, folder):
    return subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def test_the_deployment_writes_an_application_of_this_commit_and_image(tmp_path):
    """The job's script itself, with a repository of the test's own."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git("init", "--quiet", "--bare", "--initial-branch=main", "deploy.git", folder=tmp_path)
    source = tmp_path / "source"
    shutil.copytree(K8S / "argocd", source / "k8s/argocd")
    digest = "sha256:" + "ab" * 32
    sha = "0123456789abcdef0123456789abcdef01234567"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(JOBS["deploy"]["script"])],
        cwd=source,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "DEPLOY_REPOSITORY": str(tmp_path / "deploy.git"),
            "CI_COMMIT_SHA": sha,
            "CI_COMMIT_TAG": "v0.2.0",
            "IMAGE": "registry.bank.example/risk/vigie",
            "DIGEST": digest,
            "GITLAB_USER_NAME": "A Person",
            "GITLAB_USER_EMAIL": "person@bank.example",
        },
    )
    assert done.returncode == 0, done.stderr
    text = git("show", "HEAD:vigie.yaml", folder=tmp_path / "deploy.git")
    (application,) = documents(text)
    check(application)
    told = application["spec"]["source"]
    assert told["targetRevision"] == sha
    assert {one["name"]: one["value"] for one in told["helm"]["parameters"]} == {
        "image.repository": "registry.bank.example/risk/vigie",
        "image.digest": digest,
    }


def test_the_charts_own_tool_lints_and_packs(tmp_path):
    pytest.importorskip("helm_python", reason="PyPI: helm-python-sdk")
    tool = [sys.executable, K8S / "gitlab/chart.py"]
    assert subprocess.run([*tool, "lint"], capture_output=True).returncode == 0
    done = subprocess.run([*tool, "package", tmp_path / "dist"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (archive,) = (tmp_path / "dist").iterdir()
    assert archive.name in done.stdout
