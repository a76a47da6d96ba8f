"""Rules, alerts and dashboards of k8s/monitoring, against the real Prometheus."""

import importlib.util
import json
import pathlib
import shutil
import subprocess
import time

import pytest
from harness import ROOT
from real_prometheus import Prometheus

FOLDER = ROOT / "k8s/monitoring"
RULES = sorted((FOLDER / "rules").glob("*.yml"))
DASHBOARDS = sorted((FOLDER / "dashboards").glob("*.json"))


def promtool(*arguments):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (apt: prometheus)")
    done = subprocess.run(
        ["promtool", *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_are_well_formed():
    promtool("check", "rules", *RULES)


def test_rules_do_what_their_tests_say():
    promtool("test", "rules", *sorted((FOLDER / "tests").glob("*.yml")))


def test_dashboards_are_what_the_script_writes():
    path = FOLDER / "make_dashboards.py"
    spec = importlib.util.spec_from_file_location("make_dashboards", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert {path.name: path.read_text() for path in DASHBOARDS} == script.dashboards()


def queries():
    """Every query of every dashboard, with its variables at "All"."""
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                query = target["expr"]
                for name in ("instance", "model", "version"):
                    query = query.replace(f'"${name}"', '".*"')
                yield pytest.param(query, id=f"{path.stem}-{panel['title']}-{target['refId']}")


@pytest.fixture(scope="module")
def monitored(tmp_path_factory, loaded):
    """Prometheus with the recording and alert rules, evaluated quickly."""
    if shutil.which("prometheus") is None:
        pytest.skip("the real Prometheus is not installed (apt: prometheus)")
    folder = tmp_path_factory.mktemp("monitored")
    for path in RULES:
        text = path.read_text()
        for interval in ("15s", "30s"):
            text = text.replace(f"interval: {interval}", "interval: 500ms")
        (folder / f"rules-{path.name}").write_text(text)
    prometheus = Prometheus(folder, loaded.admin, rules=str(pathlib.Path(folder, "rules-*.yml")))
    try:
        prometheus.wait(scrapes=4)
        until = time.monotonic() + 20
        while time.monotonic() < until and not prometheus.query("vigie:error:ratio_rate6h"):
            time.sleep(0.2)
        yield prometheus
    finally:
        prometheus.stop()


@pytest.mark.parametrize("query", list(queries()))
def test_a_panel_shows_something_of_a_loaded_pod(monitored, query):
    assert monitored.query(query) != []


def test_every_rule_is_evaluated_without_an_error(monitored):
    groups = monitored.get("/api/v1/rules")["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) > 15
    assert {rule["health"] for rule in rules} == {"ok"}


def test_recording_rules_have_results(monitored):
    groups = monitored.get("/api/v1/rules")["data"]["groups"]
    names = {rule["name"] for group in groups for rule in group["rules"] if ":" in rule["name"]}
    assert len(names) > 10
    assert [name for name in sorted(names) if monitored.query(name) == []] == []


def test_no_alert_is_raised_by_a_pod_that_is_well(monitored):
    assert monitored.query('ALERTS{alertstate="firing"}') == []
