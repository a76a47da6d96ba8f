"""`vigie-pipelines register` publishes only what `vigie` has loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

from checks import versions
from harness import binary
from models import scorecard
from test_signing import vigie

PIPELINES = Path(__file__).resolve().parents[3] / "Sources/pipelines/src"
FEATURE = {"name": "age", "kind": "number", "min": 18, "max": 120}


def register(source, tmp_path, *arguments, features=(FEATURE,), content=None):
    """Runs the command on a scorecard whose one feature is `age`."""
    (tmp_path / "scorecard.json").write_bytes(content or scorecard(1))
    (tmp_path / "features.json").write_text(json.dumps(list(features)))
    # The commands' caches lie below the home.
    env = {**os.environ, **source.env, "PYTHONPATH": str(PIPELINES), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "vigie_pipelines", "register", "scorecard.json"]
    command += [f"--registry={source.url}", f"--vigie={binary('vigie')}", "--name=credit"]
    command += ["--flavor=scorecard", "--signature=features.json", *map(str, arguments)]
    return subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_registered_version_is_signed_and_served(source, cluster, tmp_path):
    source.prepare("credit")
    vigie("keygen", tmp_path / "team")
    run = register(source, tmp_path, f"--sign-key={tmp_path / 'team.pem'}")
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == f"{source.url}/credit/1"
    trusted = f"--trusted-keys={tmp_path / 'team.pub'}"
    assert versions(cluster.start(source, "--require-signed", trusted)) == [1]


def test_a_model_that_no_pod_could_load_is_refused_by_the_field(source, cluster, tmp_path):
    source.prepare("credit")
    # Well-formed for every schema: only who loads the model sees it.
    other = {**FEATURE, "name": "income"}
    unknown = register(source, tmp_path, features=[other])
    document = json.loads(scorecard(1))
    document["features"][0]["edges"] = [60, 30]
    odd = register(source, tmp_path, content=json.dumps(document).encode())
    for run, field in [(unknown, "feature 'income'"), (odd, "features[0].edges")]:
        assert run.returncode == 1 and field in run.stderr, run.stderr
        assert run.stderr.startswith("vigie-pipelines: not published: "), run.stderr
    listed = vigie("list", source=source, cluster=cluster)
    assert "The registry is empty" in listed.stdout
