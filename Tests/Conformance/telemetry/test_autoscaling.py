"""What the autoscaler is told (k8s/autoscaling), by the real Prometheus, of pods under load and at rest.

prometheus-adapter and KEDA are not to be had here: their queries are taken from their files, filled in as
they document it, and asked of Prometheus; the number of pods is HorizontalPodAutoscaler's own formula.
"""

import math
import re
import shutil
import subprocess
import time

import kubernetes_validate
import pytest
import yaml
from harness import DEMO, ROOT, Pod, binary
from real_prometheus import Prometheus

FOLDER = ROOT / "k8s/autoscaling"
HPA = yaml.safe_load((FOLDER / "hpa.yaml").read_text())
ADAPTER = yaml.safe_load((FOLDER / "prometheus-adapter.yaml").read_text())
KEDA = yaml.safe_load((FOLDER / "keda/scaled-object.yaml").read_text())
# Rates over so many seconds, where the rules take a minute: a test cannot wait for that.
WINDOW = 8


def adapter_query(metric: str) -> str:
    """A metric's query, as prometheus-adapter asks it for the pods of the namespace."""
    (rule,) = [rule for rule in ADAPTER["rules"]["custom"] if rule["name"]["as"] == metric]
    series = re.match(r"[^{]+", rule["seriesQuery"]).group()
    query = rule["metricsQuery"]
    matchers = 'namespace="bank",pod=~"vigie-busy|vigie-idle"'
    for name, value in (("Series", series), ("LabelMatchers", matchers), ("GroupBy", "pod")):
        query = query.replace(f"<<.{name}>>", value)
    assert "<<" not in query
    return query


def metrics_of_the_hpa() -> dict[str, float]:
    """Each metric's name and its target."""
    names = {}
    for metric in HPA["spec"]["metrics"]:
        target = metric["pods"]["target"]["averageValue"]
        names[metric["pods"]["metric"]["name"]] = (
            float(target[:-1]) / 1000 if target.endswith("m") else float(target)
        )
    return names


def wanted(values: dict[str, float], target: float) -> int:
    """Pods that HorizontalPodAutoscaler wants: ceil(pods * (mean / target))."""
    return math.ceil(sum(values.values()) / target - 1e-9)


@pytest.fixture(scope="module")
def pods():
    started = [
        Pod(
            f"--registry={DEMO}",
            *["--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--loops=1", "--workers=1"],
            # So that a test can overload it within seconds.
            *["--overload-latency=200us", "--overload-tolerance=1.5"],
        )
        for _ in range(2)
    ]
    yield started
    for pod in started:
        assert pod.stop() == 0


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory, pods):
    if shutil.which("prometheus") is None:
        pytest.skip("the real Prometheus is not installed (apt: prometheus)")
    folder = tmp_path_factory.mktemp("autoscaling")
    text = (ROOT / "k8s/monitoring/rules/recording.yml").read_text()
    text = re.sub(r"interval: \d+s", "interval: 500ms", text).replace("[1m]", f"[{WINDOW}s]")
    (folder / "rules.yml").write_text(text)
    labels = {
        pod.admin: {"namespace": "bank", "pod": name}
        for pod, name in zip(pods, ("vigie-busy", "vigie-idle"), strict=True)
    }
    prometheus = Prometheus(folder, labels, rules=str(folder / "rules.yml"))
    try:
        prometheus.wait(scrapes=6)
        yield prometheus
    finally:
        prometheus.stop()


class Load:
    """vigie-load in the background, for longer than the window."""

    def __init__(self, pod: Pod, *arguments: str):
        self.process = subprocess.Popen(
            [binary("vigie-load"), "--target", pod.address, "--lag-max=0", "--duration=60s"]
            + ["--method=score", "--model=credit-default", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        time.sleep(WINDOW + 2)
        assert self.process.poll() is None, self.process.stderr.read()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=30)


def by_pod(prometheus: Prometheus, query: str) -> dict[str, float]:
    return {
        sample["metric"]["pod"]: float(sample["value"][1]) for sample in prometheus.query(query)
    }


def busy_seconds(pod: Pod) -> float:
    _, page = pod.get("/metrics")
    return sum(
        float(line.split()[1])
        for line in page.splitlines()
        if line.startswith("vigie_loop_busy_seconds_total{")
    )


def test_what_is_applied_is_what_kubernetes_knows():
    kubernetes_validate.validate(HPA, "1.27", strict=True)
    assert HPA["spec"]["scaleTargetRef"]["name"] == KEDA["spec"]["scaleTargetRef"]["name"]


def test_both_autoscalers_ask_the_same():
    (demand, latency) = KEDA["spec"]["triggers"]
    assert [float(trigger["metadata"]["threshold"]) for trigger in (demand, latency)] == list(
        metrics_of_the_hpa().values()
    )
    for trigger, metric in zip((demand, latency), metrics_of_the_hpa(), strict=True):
        series = re.search(r"vigie:[a-z_]+:[a-z0-9_]+", trigger["metadata"]["query"]).group()
        assert series in adapter_query(metric)


def test_a_pod_at_rest_and_a_busy_one_are_told_apart(prometheus, pods):
    busy, _ = pods
    with Load(busy, "--rate=1500", "--connections=2"):
        began, before = time.monotonic(), busy_seconds(busy)
        time.sleep(WINDOW)
        share = (busy_seconds(busy) - before) / (time.monotonic() - began)
        told = by_pod(prometheus, adapter_query("vigie_demand_utilization"))
        latency = by_pod(prometheus, adapter_query("vigie_latency_objective"))
    assert set(told) == set(latency) == {"vigie-busy", "vigie-idle"}
    # The same counters, read by us and by Prometheus over windows that differ by a scrape or two.
    assert told["vigie-busy"] == pytest.approx(share, rel=0.3, abs=0.05)
    assert told["vigie-busy"] > 5 * told["vigie-idle"]
    assert 0 < latency["vigie-busy"] <= 2
    assert latency["vigie-idle"] == 0


def test_overload_asks_for_pods_that_could_answer_all_of_it(prometheus, pods):
    busy, _ = pods
    with Load(
        busy, "--closed", "--connections=8", "--streams=128", "--metadata=vigie-priority:batch"
    ):
        time.sleep(WINDOW)
        told = by_pod(prometheus, adapter_query("vigie_demand_utilization"))
        utilization = by_pod(prometheus, "vigie:inflight_utilization:ratio_rate1m")
        shed = prometheus.value('sum(rate(vigie_calls_shed_total{pod="vigie-busy"}[8s]))')
        taken = prometheus.value(
            "sum(rate(grpc_server_call_duration_seconds_count"
            '{pod="vigie-busy",grpc_status!="RESOURCE_EXHAUSTED"}[8s]))'
        )
        keda = prometheus.value(KEDA["spec"]["triggers"][0]["metadata"]["query"])
    assert shed > 0 and taken > 0
    assert 0.3 < utilization["vigie-busy"] <= 1.1
    assert told["vigie-busy"] == pytest.approx(
        utilization["vigie-busy"] * (1 + shed / taken), rel=0.3
    )
    target = metrics_of_the_hpa()["vigie_demand_utilization"]
    pods_wanted = wanted(told, target)
    # Two pods, one of which is overloaded: more than its share of the processor would ask for.
    assert pods_wanted > wanted(utilization, target)
    assert math.ceil(keda / target) == pytest.approx(pods_wanted, abs=1 + 0.3 * pods_wanted)


def test_without_figures_nothing_is_asked_for(prometheus):
    query = adapter_query("vigie_demand_utilization").replace("bank", "elsewhere")
    assert prometheus.query(query) == []
