"""The real Prometheus, scraping pods."""

import json
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import pytest

SCRAPE_SECONDS = 0.5


class Prometheus:
    """The real one.

    `target` is a pod's admin address, or the labels that service discovery would give each.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        target: str | dict[str, dict[str, str]],
        *features: str,
        rules: str = "",
    ):
        targets = target if isinstance(target, dict) else {target: {}}
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{chosen.getsockname()[1]}"
        settings = {
            "global": {
                "scrape_interval": f"{int(SCRAPE_SECONDS * 1000)}ms",
                "evaluation_interval": "500ms",
            },
            "scrape_configs": [
                {
                    "job_name": "vigie",
                    "static_configs": [
                        {"targets": [target], "labels": labels}
                        for target, labels in targets.items()
                    ],
                }
            ],
        }
        if rules:
            settings["rule_files"] = [rules]
        # YAML takes JSON.
        (folder / "prometheus.yml").write_text(json.dumps(settings))
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [
                shutil.which("prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self.address}",
                *([f"--enable-feature={','.join(features)}"] if features else []),
            ],
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def get(self, path: str, **parameters):
        url = f"http://{self.address}{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)

    def wait(self, scrapes: int = 3):
        """Until the pod has been scraped so often, all without an error."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if self.value("sum(count_over_time(up[5m]))") >= scrapes:
                    break
            except OSError:
                pass
            time.sleep(0.2)
        else:
            self.log.seek(0)
            pytest.fail(f"Prometheus has not scraped the pod: {self.log.read()[-2000:]}")
        targets = self.get("/api/v1/targets")["data"]["activeTargets"]
        assert {target["lastError"] for target in targets} == {""}

    def query(self, query: str):
        return self.get("/api/v1/query", query=query)["data"]["result"]

    def value(self, query: str) -> float:
        """The one number that the query has; 0 for nothing."""
        result = self.query(query)
        assert len(result) <= 1, result
        return float(result[0]["value"][1]) if result else 0.0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()
