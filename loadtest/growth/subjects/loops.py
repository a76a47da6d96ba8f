"""Throughput by event loops: what an answer costs with one, and with two."""

from __future__ import annotations

from growth.figure import Figure
from growth.pods import asking, cpu_per_call, pod
from growth.settings import Settings
from harness import h2load, subjects
from harness.h2load import Shape
from harness.places import demo_registry

SHAPE = Shape(clients=16, streams=16)


def measure(settings: Settings) -> list[Figure]:
    figure = Figure(
        "loops", "CPU time of a Ping by event loops", "loops", "µs a Ping", is_share=True
    )
    request = subjects.ping_request()

    def one(loops: int) -> dict[str, float]:
        with pod(demo_registry(), loops=loops) as server:
            cost = cpu_per_call(
                server,
                asking(server, request, SHAPE),
                seconds=settings.seconds,
                rounds=settings.rounds,
                least=20_000,
            )
            wall = h2load.run(server.port, request, SHAPE, int(settings.seconds / cost))
            return {"cost": cost * 1e6, "per_CPU_second": 1 / cost, "per_wall_second": wall.rate}

    settings.each(figure, [1, 2], one)
    figure.notes.append(
        "wall time is shared with the load generator, which needs a core of its own"
    )
    return [figure]
