"""Throughput, start-up and memory by loaded artifacts, which are asked in turn."""

from __future__ import annotations

import random

from growth.figure import Figure
from growth.pods import HOME, copies, cpu_per_call, cpu_seconds, pod
from growth.settings import Settings
from harness import proc, rotate, wire
from harness.h2load import Request, Shape

SIZES = [1, 10, 100, 1000]
SHAPE = Shape(clients=8, streams=32)
# Of the small model: shares, years, dollars and counts of an applicant.
ROW = [0.31, 45, 0, 0.4, 5400, 8, 0, 1, 0, 2]


def bodies(names):
    """A request for each model, in a set order that no processor guesses."""
    folder = HOME / f"bodies-{len(names)}"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name in names:
        found.append(folder / name)
        found[-1].write_bytes(wire.infer(name, ROW, datatype="FP64"))
    random.Random(len(names)).shuffle(found)
    return found


def measure(settings: Settings) -> list[Figure]:
    calls = Figure(
        "artifacts",
        "CPU time of a ModelInfer by loaded artifacts",
        "artifacts, asked in turn",
        "µs a call",
        is_share=True,
    )
    loading = Figure(
        "artifact-loading",
        "CPU time until a pod is ready by artifacts",
        "artifacts",
        "ms of CPU",
    )

    def one(count: int) -> dict[str, float]:
        registry, names = copies(count)
        asked = bodies(names)
        request = Request(wire.INFER_PATH, body=asked[0], headers=wire.GRPC_HEADERS)
        with pod(registry) as server:
            start = cpu_seconds(server.pid)
            memory = proc.memory(server.pid).resident
            cost = cpu_per_call(
                server,
                lambda requests: rotate.run(server.port, request, asked, SHAPE, requests),
                seconds=settings.seconds,
                rounds=settings.rounds,
                least=20_000,
            )
        started[count] = (start, memory)
        return {"cost": cost * 1e6, "per_CPU_second": 1 / cost}

    started: dict[int, tuple[float, int]] = {}
    settings.each(calls, SIZES, one)
    alone, memory_alone = started[1]
    for count, (start, memory) in started.items():
        # The whole, which has a fixed part: a difference of two starts would be noise for few models.
        others = max(count - 1, 1)
        loading.add(
            count,
            start * 1e3,
            ms_each_more=(start - alone) / others * 1e3,
            kB_each_more=(memory - memory_alone) / others / 1e3,
        )
    return [calls, loading]
