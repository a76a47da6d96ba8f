"""`vigie controller` without Kubernetes: a folder of rollouts, pods by address, and gates that ask the
real Prometheus."""

import json
import shutil
import subprocess
import sys

import pytest
from harness import ROOT, binary
from rollout_kit import MODEL, linear, publish, until

sys.path.insert(0, str(ROOT / "Tests/Conformance/kubernetes"))
sys.path.insert(0, str(ROOT / "Tests/Conformance/telemetry"))

from real_prometheus import Prometheus
from stage import Controller, Load, versions


@pytest.fixture
def controller(cluster):
    """Follows the folder and the pod of a test."""
    running = []

    def start(*arguments):
        running.append(
            Controller(
                *["--rollouts", cluster.rollouts.folder, "--pods", f"http://{cluster.pod.admin}"],
                *["--interval", "200ms", *arguments],
            )
        )
        return running[-1]

    yield start
    for one in running:
        assert one.stop() == 0, one.errors


@pytest.fixture
def load(cluster):
    running = []

    def start(**how):
        running.append(Load([cluster.pod], **how))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def prometheus(cluster, tmp_path):
    if not shutil.which("prometheus"):
        pytest.skip("NO PROMETHEUS: it is not installed (apt-get install prometheus)")
    folder = tmp_path / "prometheus"
    folder.mkdir()
    server = Prometheus(folder, cluster.start().pod.admin)
    server.wait()
    yield server
    server.stop()


def walked(query: str | None = None, canary: int = 2) -> dict:
    step = {"weight": 5000, "minimumRequests": 20}
    strategy = {"steps": [step]}
    if query:
        gate = {"name": "business", "source": "prometheus", "query": query, "max": 1}
        strategy = {"steps": [{**step, "analysis": ["business"]}], "analysis": [gate]}
        gate["interval"] = "1s"
    return {"stable": {"version": 1}, "canary": {"version": canary}, "strategy": strategy}


def status(cluster) -> dict:
    """What the controller has written beside the rollout."""
    file = cluster.rollouts.folder / f"{MODEL}.status.json"
    return json.loads(file.read_text())["status"] if file.exists() else {}


def test_a_canary_is_promoted_from_a_folder(cluster, controller, load):
    cluster.start()
    load()
    cluster.rollouts.write(walked())
    controller()
    until(lambda: status(cluster).get("phase") == "Succeeded", 60, "the promotion")
    until(lambda: versions(cluster.pod) == {"2"}, what="version 2 answering")
    # A new canary starts over from what was promoted.
    publish(cluster.registry, 3, linear((1, 0), 3))
    cluster.rollouts.write({**walked(canary=3), "stable": {"version": 2}})
    until(lambda: status(cluster).get("canaryVersion") == 3, 60, "the next one")
    until(lambda: status(cluster).get("phase") == "Succeeded", 60, "its promotion")
    assert [one["canaryVersion"] for one in status(cluster)["history"]] == [3, 2]


@pytest.mark.parametrize(
    ("query", "phase", "reason"),
    [
        ("vector(0.5)", "Succeeded", "Promoted"),
        ("sum(vigie_rollout_requests_total) * 0 + 7", "RolledBack", "AnalysisFailed"),
        ("nonsense(", "RolledBack", "AnalysisError"),
    ],
)
def test_prometheus_is_asked_at_a_gate(cluster, controller, load, prometheus, query, phase, reason):
    load()
    cluster.rollouts.write(walked(query))
    controller("--prometheus", f"http://{prometheus.address}")
    until(lambda: status(cluster).get("phase") == phase, 90, f"phase {phase}")
    assert status(cluster)["reason"] == reason


def test_a_query_without_data_stops_the_rollout_until_people_have_decided(
    cluster, controller, load, prometheus
):
    load()
    cluster.rollouts.write(walked("nothing_has_this_name"))
    controller("--prometheus", f"http://{prometheus.address}")
    until(lambda: status(cluster).get("phase") == "Paused", 60, "the pause")
    assert status(cluster)["reason"] == "AnalysisInconclusive"
    assert status(cluster)["message"] == "analysis business: the query has no data"
    (analysis,) = status(cluster)["analysis"]
    # More looks than `inconclusiveLimit` allows, while the canary had all the requests that it needs.
    assert analysis["phase"] == "Inconclusive" and analysis["inconclusive"] == 4
    assert analysis["requests"] >= 20
    assert status(cluster)["weight"] == 5000, "it stays where it is"
    # Somebody has written what was meant, and lets it go on.
    cluster.rollouts.write(walked("vector(0.5)"))
    subprocess.run(
        [binary("vigie"), "rollout", "resume", MODEL, "--rollouts", cluster.rollouts.folder],
        check=True,
        timeout=30,
    )
    until(lambda: status(cluster).get("phase") == "Succeeded", 60, "the promotion")
