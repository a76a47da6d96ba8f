"""Throughput and memory by connections, all of which ask."""

from __future__ import annotations

from growth.figure import Figure
from growth.pods import asking, cpu_per_call, pod
from growth.settings import Settings
from harness import proc, subjects
from harness.h2load import Shape
from harness.idle import IdleConnections, raise_descriptor_limit
from harness.places import MissingError, demo_registry

SIZES = [1, 10, 100, 1000, 10_000]
# Calls on each, so that connecting is a small part of what they cost.
CALLS_EACH = 100


def measure(settings: Settings) -> list[Figure]:
    sizes = settings.sizes("connections", SIZES)
    if raise_descriptor_limit(sizes[-1] + 512) < sizes[-1] + 512:
        raise MissingError(f"{sizes[-1]} connections need more descriptors: ulimit -n")
    calls = Figure(
        "connections",
        "CPU time of a Ping by connections",
        "connections",
        "µs a Ping",
        is_share=True,
    )
    memory = Figure(
        "connection-memory", "Memory by idle connections", "connections", "MB more than with none"
    )
    request = subjects.ping_request()

    def ask(count: int) -> dict[str, float]:
        # One call at a time on each: more would be read and written together where there are few.
        shape = Shape(clients=count, streams=1)
        with pod(demo_registry()) as server:
            cost = cpu_per_call(
                server,
                asking(server, request, shape),
                seconds=settings.seconds,
                rounds=settings.rounds,
                least=max(20_000, count * CALLS_EACH),
            )
            return {"cost": cost * 1e6, "per_CPU_second": 1 / cost}

    def hold(count: int) -> dict[str, float]:
        with pod(demo_registry()) as server:
            before = proc.memory(server.pid).resident
            with IdleConnections(server.port) as idle:
                idle.open(count)
                more = proc.memory(server.pid).resident - before
            return {"cost": max(more, 1) / 1e6, "kB_each": more / count / 1e3}

    settings.each(calls, sizes, ask)
    calls.notes.append("one call at a time on each connection: a read and a write of its own")
    settings.each(memory, [size for size in sizes if size >= 100], hold)
    return [calls, memory]
