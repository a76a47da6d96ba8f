"""`vigie models`, as the people who keep a registry meet it."""

import hashlib
import json
import os
import re
import shutil
import subprocess

import pytest
from harness import ROOT, binary

DEMO = ROOT / "Sources/pipelines/demo-registry"


def models(*arguments, registry=None):
    """Runs `vigie models` with the registry given by variable, and without one by nothing."""
    environment = {k: v for k, v in os.environ.items() if k != "VIGIE_REGISTRY"}
    if registry is not None:
        environment["VIGIE_REGISTRY"] = str(registry)
    return subprocess.run(
        [binary("vigie"), "models", *map(str, arguments)],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_list_is_what_models_does_alone():
    alone = models(registry=DEMO)
    assert alone.returncode == 0
    assert alone.stdout == models("list", registry=DEMO).stdout
    assert "credit-default" in alone.stdout


@pytest.mark.parametrize("form", ["text", "json", "yaml"])
def test_what_cannot_be_written_is_no_success(form):
    """A program must not take half of a list for the whole of it."""
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [binary("vigie"), "models", "list", "--registry", DEMO, "-o", form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert run.returncode == 1
    assert "cannot write to standard output: No space left on device" in run.stderr


def test_the_programs_version_is_not_mistaken_for_a_models():
    """Once `publish DIR --version 12` showed the program's version, and ended with 0."""
    run = subprocess.run([binary("vigie"), "--version"], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run.stdout)
    run = models("publish", DEMO / "fraud/1", "--version", "12", registry=DEMO)
    assert run.returncode == 64
    assert "Unknown option '--version'" in run.stderr


def test_the_flag_wins_over_the_variable(tmp_path):
    run = models("list", "--registry", tmp_path, registry=DEMO)
    assert run.returncode == 0
    assert "empty" in run.stdout


def test_without_a_registry_it_says_what_to_give():
    run = models("list")
    assert run.returncode != 0
    assert "--registry" in run.stderr and "VIGIE_REGISTRY" in run.stderr


def test_an_unreadable_registry_says_what_to_do(tmp_path):
    run = models("list", registry=tmp_path / "none")
    assert run.returncode != 0
    assert "create it" in run.stderr


def test_the_demo_registry_is_sound():
    run = models("verify", registry=DEMO)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "BROKEN" not in run.stdout


def test_verify_fails_on_a_changed_byte(tmp_path):
    shutil.copytree(DEMO, tmp_path / "registry")
    model = tmp_path / "registry/credit-default/1/scorecard.json"
    model.write_bytes(model.read_bytes().replace(b"0", b"1", 1))
    run = models("verify", "credit-default", registry=tmp_path / "registry")
    assert run.returncode == 1
    assert "SHA-256" in run.stdout


def test_show_names_features_and_reasons():
    run = models("show", "credit-default", registry=DEMO)
    assert run.returncode == 0
    for part in ("age", "R01", "approve below", "sha256:"):
        assert part in run.stdout


def test_add_imports_a_model_file(tmp_path):
    registry = tmp_path / "registry"
    shutil.copytree(DEMO / "credit-default/1", registry / "credit-default/1")
    run = models(
        "add",
        "credit-default",
        DEMO / "credit-default/2/model.ubj",
        "--inherit",
        "--author",
        "risk",
        registry=registry,
    )
    assert run.returncode == 0, run.stderr
    assert "Added credit-default version 2: xgboost" in run.stdout
    assert models("verify", registry=registry).returncode == 0
    shown = models("show", "credit-default", 2, registry=registry).stdout
    assert "risk" in shown and "approve below" in shown


def test_add_refuses_thresholds_out_of_order(tmp_path):
    run = models(
        "add",
        "credit",
        DEMO / "credit-default/2/model.ubj",
        "--approve-below",
        "0.5",
        "--decline-from",
        "0.1",
        registry=tmp_path,
    )
    assert run.returncode != 0
    assert "in this order" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_diff_tells_two_versions_of_a_list_apart():
    run = models("diff", "watchlist-demo", 1, 2, registry=DEMO)
    assert run.returncode == 0
    assert "entries: 3 added, 2 removed, 4 changed\n" in run.stdout
    assert "  - DEMO-0003\n" in run.stdout and "  + DEMO-0101\n" in run.stdout
    assert '      programs: +"DEMO-' in run.stdout
    records = json.loads(models("diff", "watchlist-demo", 1, 2, "-o", "json", registry=DEMO).stdout)
    entries = records["records"]["entries"]
    assert entries["removed"] == ["DEMO-0003", "DEMO-0007"]
    assert [change["field"] for change in entries["changed"][0]["changes"]] == ["countries"]
    same = models("diff", "watchlist-demo", 1, 1, registry=DEMO)
    assert "Nothing is different." in same.stdout
    assert models("diff", "watchlist-demo", 1, 9, registry=DEMO).returncode != 0
    same = models("diff", "credit-default", 2, 2, registry=DEMO)
    assert "Nothing is different." in same.stdout


def test_a_pipeline_that_is_added_is_pinned_to_what_is_there(tmp_path):
    shutil.copytree(DEMO / "credit-german", tmp_path / "registry/credit-german")
    features = json.loads((DEMO / "credit-german/2/manifest.json").read_text())["signature"][
        "features"
    ]
    kinds = {"category": "text", "number": "number", "integer": "integer", "boolean": "boolean"}
    inputs = [
        {"name": f["name"], "type": kinds[f["kind"]], "missing": f.get("missing", "reject")}
        | ({"values": f["categories"]} if f["kind"] == "category" else {})
        for f in features
    ]
    document = {
        "format": "vigie-pipeline",
        "formatVersion": 1,
        "inputs": inputs,
        "members": {
            "linear": {"model": "credit-german", "version": 1},
            "trees": {"model": "credit-german", "version": 2},
        },
        "steps": [
            {"name": "linear.score", "member": "linear"},
            {"name": "trees.score", "member": "trees"},
            {"name": "mean", "expression": "mean(linear.score, trees.score)"},
        ],
        "outputs": [{"name": "mean"}],
        "score": {"value": "mean", "link": "logit"},
    }
    file = tmp_path / "ensemble.json"
    file.write_text(json.dumps(document))
    registry = tmp_path / "registry"
    thresholds = ["--approve-below", "0.2", "--decline-from", "0.5"]
    added = models("add", "ensemble", file, *thresholds, registry=registry)
    assert added.returncode == 0, added.stderr
    published = json.loads((registry / "ensemble/1/pipeline.json").read_text())
    manifest = (registry / "credit-german/2/manifest.json").read_bytes()
    assert published["members"]["trees"]["manifestSHA256"] == hashlib.sha256(manifest).hexdigest()
    assert "as pinned" in models("show", "ensemble", registry=registry).stdout
    assert models("verify", "ensemble", registry=registry).returncode == 0
    # A member that changes is seen.
    (registry / "credit-german/2/manifest.json").write_bytes(manifest + b"\n")
    assert "has another manifest" in models("show", "ensemble", registry=registry).stdout
    refused = models("verify", "ensemble", registry=registry)
    assert refused.returncode != 0
    assert "members.trees: credit-german version 2 has a manifest of SHA-256" in refused.stdout


def test_rules_are_checked_before_they_are_added(tmp_path):
    document = {
        "format": "vigie-rules",
        "formatVersion": 1,
        "policy": "sum",
        "inputs": [{"name": "amount"}],
        "rules": [
            {"id": "big", "when": "amount > 1000", "score": 3},
            {"id": "never", "when": "amount > 5 and amount < 1"},
        ],
        "tests": [{"name": "a large one", "given": {"amount": 2000}, "expect": {"score": 3}}],
    }
    file = tmp_path / "rules.json"
    registry = tmp_path / "registry"
    registry.mkdir()
    file.write_text(json.dumps(document))
    assert models("add", "limits", file, registry=registry).returncode == 0
    verified = models("verify", registry=registry)
    assert verified.returncode == 0
    assert "warning: limits 1: rules[1] ('never'): can never fire" in verified.stdout
    document["rules"][0]["when"] = "amuont > 1000"
    file.write_text(json.dumps(document))
    refused = models("add", "limits", file, registry=registry)
    assert refused.returncode != 0
    assert "line 1, column 1" in refused.stderr and "did you mean 'amount'?" in refused.stderr
    assert "^^^^^^" in refused.stderr
    document["rules"][0]["when"] = "amount > 3000"
    file.write_text(json.dumps(document))
    refused = models("add", "limits", file, registry=registry)
    assert "tests[0] ('a large one'): the score is 0" in refused.stderr
    assert [p.name for p in (registry / "limits").iterdir()] == ["1"]
