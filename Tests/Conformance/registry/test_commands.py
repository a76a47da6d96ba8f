"""`vigie models` on registries of every kind."""

import json

import pytest
import yaml
from checks import until, versions
from models import files
from test_signing import vigie


@pytest.fixture
def folder(tmp_path):
    """Writes a version's folder, and gives its path."""

    def write(version, model="credit", **more):
        place = tmp_path / f"{model}-{version}"
        place.mkdir()
        for name, content in files(model, version, **more).items():
            (place / name).write_bytes(content)
        return place

    return write


def test_publish_validates_signs_and_labels_and_pods_serve_it(source, cluster, folder, tmp_path):
    source.prepare("credit")
    vigie("keygen", tmp_path / "team")
    signing = f"--sign-key={tmp_path / 'team.pem'}"
    place = folder(7)
    manifest = json.loads((place / "manifest.json").read_text())
    # It need not say so.
    del manifest["files"][0]["bytes"]
    (place / "manifest.json").write_text(json.dumps(manifest))
    run = vigie("publish", place, signing, "--label=champion", source=source, cluster=cluster)
    size = (place / "scorecard.json").stat().st_size
    assert run.stdout.startswith(f"Published credit version 1: scorecard, {size} B, manifest")
    pod = cluster.start(source, "--require-signed", f"--trusted-keys={tmp_path / 'team.pub'}")
    assert versions(pod) == [1]
    answer = vigie("publish", folder(9), signing, "-o", "json", source=source, cluster=cluster)
    assert json.loads(answer.stdout)["version"] == 2
    until(lambda: versions(pod) == [1, 2], seconds=60)
    labels = vigie("label", "list", "-o", "json", source=source, cluster=cluster)
    assert json.loads(labels.stdout) == [{"model": "credit", "label": "champion", "version": 1}]
    vigie("label", "set", "credit", "champion", 2, source=source, cluster=cluster)
    vigie("label", "set", "credit", "challenger", 1, source=source, cluster=cluster)
    vigie("label", "remove", "credit", "challenger", source=source, cluster=cluster)
    listed = vigie("list", "-o", "yaml", source=source, cluster=cluster)
    rows = yaml.safe_load(listed.stdout)
    assert [(row["version"], row["labels"]) for row in rows] == [(1, []), (2, ["champion"])]
    shown = vigie("inspect", "credit", 2, "-o", "json", source=source, cluster=cluster)
    assert json.loads(shown.stdout)["version"] == 2
    assert "All 2 load." in vigie("verify", source=source, cluster=cluster).stdout
    diff = vigie("diff", "credit", 1, 2, "-o", "json", source=source, cluster=cluster)
    assert json.loads(diff.stdout)["scores"]["rows"] == 1000


def test_a_folder_that_would_not_serve_is_not_published(source, cluster, folder):
    broken = folder(1)
    content = (broken / "scorecard.json").read_bytes()
    (broken / "scorecard.json").write_bytes(content.replace(b"2", b"3", 1))
    run = vigie("publish", broken, source=source, cluster=cluster, check=False)
    assert run.returncode == 1 and "scorecard.json has SHA-256" in run.stderr
    empty = vigie("list", source=source, cluster=cluster)
    assert "The registry is empty" in empty.stdout


def test_unknown_names_are_said(source, cluster, folder):
    source.prepare("credit")
    vigie("publish", folder(1), source=source, cluster=cluster)
    for arguments, said in [
        (["label", "set", "credit", "champion", 9], "there is no version 9"),
        (["label", "remove", "credit", "champion"], "has no label 'champion'"),
        (["label", "set", "nobody", "champion", 1], "there is no model 'nobody'"),
        (["label", "set", "credit", "v3", 1], "is no label"),
        (["show", "credit", 4], "there is no version 4"),
    ]:
        run = vigie(*arguments, source=source, cluster=cluster, check=False)
        assert run.returncode == 1 and said in run.stderr, run.stderr


def test_diff_tells_features_metrics_and_scores(tmp_path, folder, cluster):
    from sources import Folder

    one = Folder(tmp_path / "registry")
    decision = {"approveBelow": 0.8, "declineFrom": 0.9}
    vigie("publish", folder(1, metrics={"auc": 0.8}, decision=decision), source=one)
    second = folder(2, metrics={"auc": 0.9}, decision=decision)
    text = (second / "manifest.json").read_text().replace('"min": 18', '"min": 21')
    (second / "manifest.json").write_text(text)
    vigie("publish", second, source=one)
    said = vigie("diff", "credit", 1, 2, source=one).stdout
    assert "~ age: range 18 … 120 → 21 … 120" in said
    assert "auc     0.8  0.9    +0.1" in said
    assert "probability on 1000 made-up rows: mean 0.7311 → 0.8808" in said
    assert "1000 other decisions" in said


def test_completion_scripts_know_the_commands():
    for shell in ["bash", "zsh", "fish"]:
        run = vigie_completion(shell)
        assert "keygen" in run and "publish" in run


def vigie_completion(shell):
    import subprocess

    from harness import binary

    command = [binary("vigie"), "--generate-completion-script", shell]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
