"""What a message costs by its size: Ping, which copies it back."""

from __future__ import annotations

from growth.figure import Figure
from growth.pods import asking, cpu_per_call, pod
from growth.settings import Settings
from harness import subjects, wire
from harness.h2load import Request, Shape
from harness.places import demo_registry

SIZES = [100, 1000, 10_000, 100_000, 1_000_000, 4_000_000]
# Bytes under way, requests and answers each.
UNDER_WAY = 16_000_000


def measure(settings: Settings) -> list[Figure]:
    figure = Figure(
        "message-size", "CPU time of a Ping by its payload", "bytes of payload", "µs a Ping"
    )
    with pod(demo_registry()) as server:

        def one(size: int) -> dict[str, float]:
            body = wire.ping(bytes(size))
            request = Request(
                wire.PING_PATH,
                body=subjects.write(f"ping-{size}.body", body),
                headers=wire.GRPC_HEADERS,
                answer_bytes=len(body),
            )
            shape = Shape(clients=4, streams=max(1, min(64, UNDER_WAY // size // 4)))
            cost = cpu_per_call(
                server,
                asking(server, request, shape),
                seconds=settings.seconds,
                rounds=settings.rounds,
                least=max(20, min(20_000, 40_000_000 // size)),
            )
            return {"cost": cost * 1e6, "MB_per_CPU_second": 2 * size / cost / 1e6}

        settings.each(figure, SIZES, one)
    figure.notes.append("MB are those of requests and answers together")
    return [figure]
