"""What a ModelInfer costs by its rows: 30 features through 200 trees."""

from __future__ import annotations

from dataclasses import replace

import model
from growth.figure import Figure
from growth.pods import asking, cpu_per_call, pod
from growth.settings import Settings
from harness import probe, subjects, wire
from harness.h2load import Request, Shape
from harness.wire import field, frame, varint

SIZES = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536]


def batch_request(rows: int) -> bytes:
    """A framed ModelInferRequest of different rows."""
    row = wire.fields(wire.unframe(model.make().bodies[0].read_bytes()))[-1][1]
    values = bytearray()
    for number in range(rows):
        # Other rows take other ways through the trees; the first is the one that XGBoost has judged.
        shift = number * 4 % len(row)
        values += row[shift:] + row[:shift]
    tensor = field(1, b"input") + field(2, b"FP32")
    tensor += field(3, varint(rows) + varint(model.FEATURES))
    message = field(1, model.NAME.encode()) + field(5, tensor) + field(7, bytes(values))
    return frame(message)


def measure(settings: Settings) -> list[Figure]:
    figure = Figure(
        "batch", "CPU time of a ModelInfer by rows (30 features, 200 trees)", "rows", "µs a call"
    )
    made = model.make()
    with pod(made.registry) as server:

        def one(rows: int) -> dict[str, float]:
            body = subjects.write(f"batch-{rows}.body", batch_request(rows))
            request = Request(wire.INFER_PATH, body=body, headers=wire.GRPC_HEADERS)
            answer = probe.learn(server.port, request)
            scores = wire.inferred(wire.unframe(answer.body))
            assert len(scores) == rows, f"{len(scores)} scores for {rows} rows"
            model.check(scores[:1])
            request = replace(request, answer_bytes=len(answer.body))
            cost = cpu_per_call(
                server,
                asking(server, request, Shape(clients=2, streams=max(1, min(32, 4096 // rows)))),
                seconds=settings.seconds,
                rounds=settings.rounds,
                least=max(4, min(20_000, 100_000 // rows)),
            )
            return {"cost": cost * 1e6, "ns_a_row": cost / rows * 1e9}

        settings.each(figure, SIZES, one)
    return [figure]
