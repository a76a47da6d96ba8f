"""Writes prometheus-rule.yaml: the rules of rules/ as the Prometheus operator's PrometheusRule.

python3 k8s/monitoring/make_prometheus_rule.py [--check]
"""

import pathlib
import sys

import yaml

FOLDER = pathlib.Path(__file__).resolve().parent
FILE = FOLDER / "prometheus-rule.yaml"
HEAD = "# Made by make_prometheus_rule.py of rules/: change those, and run it.\n"


def prometheus_rule() -> dict:
    """All groups, recording rules first: alerts are built on them."""
    groups = []
    for name in ("recording.yml", "alerts.yml"):
        for group in yaml.safe_load((FOLDER / "rules" / name).read_text())["groups"]:
            # Names are unique in a PrometheusRule, where Prometheus has one list for each file.
            suffix = name.removesuffix(".yml")
            groups.append({**group, "name": f"{group['name']}-{suffix}"})
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "vigie"},
        "spec": {"groups": groups},
    }


def text() -> str:
    return HEAD + yaml.safe_dump(prometheus_rule(), sort_keys=False, width=110, allow_unicode=True)


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if FILE.read_text() != text():
            sys.exit(f"{FILE.name} is not what {pathlib.Path(__file__).name} makes of rules/")
    else:
        FILE.write_text(text())
