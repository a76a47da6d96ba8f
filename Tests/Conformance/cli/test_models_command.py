"""`vigie models`, as the people who keep a registry meet it."""

import os
import shutil
import subprocess

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
