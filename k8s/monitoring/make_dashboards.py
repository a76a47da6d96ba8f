# ruff: noqa: E501 (a query is read as one line)
"""Writes the Grafana dashboards of k8s/monitoring/dashboards: `python k8s/monitoring/make_dashboards.py`.

Each panel is a title, a unit and its queries; where it stands follows from its place in the list. A test
runs every query against a real Prometheus that scrapes a loaded pod.
"""

import json
import pathlib

FOLDER = pathlib.Path(__file__).with_name("dashboards")
COLUMNS = 2
WIDTH, HEIGHT = 12, 8
PODS = 'job="vigie",instance=~"$instance"'
MODELS = 'job="vigie",model=~"$model",version=~"$version"'

# Title, unit, [(query, legend)].
OPERATORS = [
    (
        "Calls a second",
        "reqps",
        [
            (
                f"sum by (grpc_method) (rate(grpc_server_call_duration_seconds_count{{{PODS}}}[1m]))",
                "{{grpc_method}}",
            )
        ],
    ),
    (
        "Calls a second by status",
        "reqps",
        [
            (
                f"sum by (grpc_status) (rate(grpc_server_call_duration_seconds_count{{{PODS}}}[1m]))",
                "{{grpc_status}}",
            )
        ],
    ),
    (
        "Latency of calls",
        "s",
        [
            (
                f"histogram_quantile({q}, sum by (le) (rate(grpc_server_call_duration_seconds_bucket{{{PODS}}}[1m])))",
                f"p{100 * q:g}",
            )
            for q in (0.5, 0.99, 0.999)
        ],
    ),
    (
        "Failed scoring calls, share",
        "percentunit",
        [
            ('vigie:error:ratio_rate5m{job="vigie"}', "5 min"),
            ('vigie:error:ratio_rate1h{job="vigie"}', "1 h"),
        ],
    ),
    (
        "In-flight utilisation, what the autoscaler sees",
        "percentunit",
        [(f"vigie:inflight_utilization:ratio_rate1m{{{PODS}}}", "{{instance}}")],
    ),
    (
        "Utilisation of loops",
        "percentunit",
        [(f"rate(vigie_loop_busy_seconds_total{{{PODS}}}[1m])", "{{instance}} loop {{loop}}")],
    ),
    (
        "Longest round of a loop",
        "s",
        [(f"max by (instance) (vigie_loop_longest_round_seconds{{{PODS}}})", "{{instance}}")],
    ),
    (
        "Calls in flight",
        "short",
        [
            (f"sum by (instance) (vigie_calls_in_flight{{{PODS}}})", "{{instance}}"),
            (f"sum by (state) (vigie_worker_requests{{{PODS}}})", "workers: {{state}}"),
        ],
    ),
    (
        "Calls turned away a second, by reason",
        "reqps",
        [(f"sum by (reason) (rate(vigie_calls_refused_total{{{PODS}}}[1m]))", "{{reason}}")],
    ),
    (
        "Connections",
        "short",
        [(f"sum by (instance) (vigie_connections_open{{{PODS}}})", "{{instance}}")],
    ),
    (
        "Connections ended a second, by reason",
        "ops",
        [(f"sum by (reason) (rate(vigie_connections_closed_total{{{PODS}}}[1m]))", "{{reason}}")],
    ),
    (
        "HTTP/2: resets, GOAWAYs, stalls a second",
        "ops",
        [
            (
                f"sum by (direction) (rate(vigie_http2_resets_total{{{PODS}}}[1m]))",
                "resets {{direction}}",
            ),
            (
                f"sum by (direction) (rate(vigie_http2_goaways_total{{{PODS}}}[1m]))",
                "GOAWAYs {{direction}}",
            ),
            (
                f"sum by (kind) (rate(vigie_http2_stalls_total{{{PODS}}}[1m]))",
                "stalls of {{kind}}s",
            ),
        ],
    ),
    (
        "Network",
        "Bps",
        [
            (f"sum(rate(vigie_network_received_bytes_total{{{PODS}}}[1m]))", "received"),
            (f"sum(rate(vigie_network_sent_bytes_total{{{PODS}}}[1m]))", "sent"),
        ],
    ),
    ("Processor", "short", [(f"rate(process_cpu_seconds_total{{{PODS}}}[1m])", "{{instance}}")]),
    (
        "Memory",
        "bytes",
        [
            (f"process_resident_memory_bytes{{{PODS}}}", "{{instance}}"),
            (f"sum by (instance) (vigie_model_memory_bytes{{{PODS}}})", "models of {{instance}}"),
        ],
    ),
    (
        "Registry: versions by state",
        "short",
        [(f"sum by (state) (vigie_registry_versions{{{PODS}}})", "{{state}}")],
    ),
    (
        "Registry: loads and failures",
        "short",
        [
            (f"sum(increase(vigie_registry_loads_total{{{PODS}}}[5m]))", "loads"),
            (
                f"sum by (reason) (increase(vigie_registry_load_failures_total{{{PODS}}}[5m]))",
                "{{reason}}",
            ),
        ],
    ),
    (
        "Swap of what is served",
        "s",
        [
            (
                f"histogram_quantile(0.99, sum by (le) (rate(vigie_registry_swap_duration_seconds_bucket{{{PODS}}}[1h])))",
                "p99",
            )
        ],
    ),
]

MODEL_OWNERS = [
    (
        "Requests a second by version and arm",
        "reqps",
        [
            (
                f"sum by (model, version, arm) (rate(vigie_model_request_duration_seconds_count{{{MODELS}}}[1m]))",
                "{{model}} {{version}} {{arm}}",
            )
        ],
    ),
    (
        "Failures a second by reason",
        "reqps",
        [
            (
                f"sum by (model, version, reason) (rate(vigie_model_failures_total{{{MODELS}}}[1m]))",
                "{{model}} {{version}} {{reason}}",
            )
        ],
    ),
    (
        "Latency p50 and p99",
        "s",
        [
            (
                f"histogram_quantile({q}, sum by (model, version, le) (rate(vigie_model_request_duration_seconds_bucket{{{MODELS}}}[5m])))",
                f"{{{{model}}}} {{{{version}}}} p{100 * q:g}",
            )
            for q in (0.5, 0.99)
        ],
    ),
    (
        "Where the time goes, mean",
        "s",
        [
            (
                f"sum by (stage) (rate(vigie_model_stage_duration_seconds_sum{{{MODELS}}}[5m])) / sum by (stage) (rate(vigie_model_stage_duration_seconds_count{{{MODELS}}}[5m]))",
                "{{stage}}",
            )
        ],
    ),
    (
        "Rows a second",
        "rowsps",
        [
            (
                f"sum by (model, version) (rate(vigie_model_rows_total{{{MODELS}}}[1m]))",
                "{{model}} {{version}}",
            )
        ],
    ),
    (
        "Rows a run",
        "short",
        [
            (
                f"sum by (model, version) (rate(vigie_model_rows_total{{{MODELS}}}[5m])) / sum by (model, version) (rate(vigie_model_executions_total{{{MODELS}}}[5m]))",
                "{{model}} {{version}}",
            )
        ],
    ),
    (
        "Scores: deciles",
        "percentunit",
        [
            (
                f"histogram_quantile({q}, sum by (model, version, le) (rate(vigie_model_score_ratio_bucket{{{MODELS}}}[1h])))",
                f"{{{{model}}}} {{{{version}}}} {100 * q:g} %",
            )
            for q in (0.1, 0.5, 0.9)
        ],
    ),
    (
        "Drift of scores",
        "short",
        [
            (
                f'max by (model, version, statistic) (vigie_model_score_drift{{{MODELS},statistic!="ks_p_value"}})',
                "{{model}} {{version}} {{statistic}}",
            )
        ],
    ),
    (
        "Drift of features (PSI)",
        "short",
        [
            (
                f'topk(10, max by (model, version, feature) (vigie_model_feature_drift{{{MODELS},statistic="psi"}}))',
                "{{model}} {{version}} {{feature}}",
            )
        ],
    ),
    (
        "Is the score's distribution the reference's? (p-value)",
        "short",
        [
            (
                f'min by (model, version) (vigie_model_score_drift{{{MODELS},statistic=~"ks|ks_p_value"}})',
                "{{model}} {{version}}",
            )
        ],
    ),
    (
        "What is loaded",
        "short",
        [
            (
                f"max by (model, version, flavor, current) (vigie_model_info{{{MODELS}}})",
                "{{model}} {{version}} {{flavor}} current: {{current}}",
            )
        ],
    ),
    (
        "Memory of models",
        "bytes",
        [
            (
                f"max by (model, version) (vigie_model_memory_bytes{{{MODELS}}})",
                "{{model}} {{version}}",
            )
        ],
    ),
]


def variable(name: str, metric: str) -> dict:
    return {
        "name": name,
        "type": "query",
        "datasource": {"type": "prometheus", "uid": "$datasource"},
        "query": {"query": f'label_values({metric}{{job="vigie"}}, {name})', "refId": name},
        "refresh": 2,
        "includeAll": True,
        "allValue": ".*",
        "multi": True,
        "current": {"text": "All", "value": "$__all"},
    }


def panel(number: int, title: str, unit: str, queries: list[tuple[str, str]]) -> dict:
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": {"type": "prometheus", "uid": "$datasource"},
        "gridPos": {
            "x": number % COLUMNS * WIDTH,
            "y": number // COLUMNS * HEIGHT,
            "w": WIDTH,
            "h": HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "expr": query, "legendFormat": legend}
            for place, (query, legend) in enumerate(queries)
        ],
    }


def dashboard(uid: str, title: str, variables: list[dict], panels) -> dict:
    source = {"name": "datasource", "type": "datasource", "query": "prometheus"}
    return {
        "uid": uid,
        "title": title,
        "tags": ["vigie"],
        "schemaVersion": 39,
        "time": {"from": "now-1h", "to": "now"},
        "refresh": "15s",
        "templating": {"list": [source, *variables]},
        "panels": [panel(number, *one) for number, one in enumerate(panels)],
    }


def dashboards() -> dict[str, str]:
    """Each file's name and content."""
    made = {
        "operators.json": dashboard(
            "vigie-operators", "Vigie: pods", [variable("instance", "vigie_build_info")], OPERATORS
        ),
        "model-owners.json": dashboard(
            "vigie-models",
            "Vigie: models",
            [variable("model", "vigie_model_info"), variable("version", "vigie_model_info")],
            MODEL_OWNERS,
        ),
    }
    return {name: json.dumps(content, indent=2) + "\n" for name, content in made.items()}


if __name__ == "__main__":
    for name, content in dashboards().items():
        (FOLDER / name).write_text(content)
