"""What a scrape of /metrics costs by the series in it: more models, all of them asked."""

from __future__ import annotations

import statistics
import time

from growth.figure import Figure
from growth.pods import copies, cpu_seconds, get, pod
from growth.settings import Settings
from growth.subjects.artifacts import SHAPE, bodies
from harness import rotate, wire
from harness.h2load import Request

# Models; each has some tens of series.
SIZES = [1, 10, 100, 1000]


def measure(settings: Settings) -> list[Figure]:
    figure = Figure(
        "scrape", "CPU time of a scrape by series", "series (lines of text)", "ms of CPU"
    )
    for count in settings.sizes("scrape", SIZES):
        registry, names = copies(count)
        asked = bodies(names)
        request = Request(wire.INFER_PATH, body=asked[0], headers=wire.GRPC_HEADERS)
        with pod(registry, "--max-metric-series=10000000") as server:
            rotate.run(server.port, request, asked, SHAPE, max(1000, 20 * count))
            text = get(server, "/metrics")
            scrapes = max(5, 200 // count)
            costs, walls = [], []
            for _ in range(settings.rounds):
                before, began = cpu_seconds(server.pid), time.monotonic()
                for _ in range(scrapes):
                    text = get(server, "/metrics")
                walls.append((time.monotonic() - began) / scrapes)
                costs.append((cpu_seconds(server.pid) - before) / scrapes)
        series = sum(1 for line in text.splitlines() if not line.startswith("#"))
        figure.add(
            series,
            statistics.median(costs) * 1e3,
            models=count,
            ms_of_wall_time=statistics.median(walls) * 1e3,
            MB=len(text) / 1e6,
        )
    return [figure]
