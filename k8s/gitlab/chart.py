"""The chart by Helm's own engine (PyPI: helm-python-sdk), where no helm is installed.

python k8s/gitlab/chart.py lint             every values file of ci/, warnings count as errors
python k8s/gitlab/chart.py package FOLDER   an archive of the chart
"""

import pathlib
import sys

import helm_python
import yaml

CHART = pathlib.Path(__file__).resolve().parents[1] / "chart/vigie"
WARNING = 2


def lint() -> list[str]:
    """What is wrong, by the values file with which it is."""
    wrong = []
    for path in sorted(CHART.glob("ci/*.yaml")):
        report = helm_python.lint(str(CHART), yaml.safe_load(path.read_text()), strict=True)
        found = [m["error"] for m in report["messages"] if m["severity"] >= WARNING]
        wrong += [f"{path.name}: {error}" for error in found + report["errors"]]
    return wrong


def package(folder: str) -> str:
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    with helm_python.Chart.load(str(CHART)) as chart:
        return chart.save(folder)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["lint"]:
            sys.exit("\n".join(lint()) or None)
        case ["package", folder]:
            print(package(folder))
        case _:
            sys.exit(__doc__)
