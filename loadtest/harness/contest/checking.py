"""No server is measured before it has answered as XGBoost does."""

from __future__ import annotations

import time

import model
from harness import probe, wire
from harness.probe import ProbeError
from harness.server import Server

TOLERANCE = 1e-5
# Spread over all rows that will be asked; vigie-load holds all of them against XGBoost later.
ROWS_CHECKED = 16
FIRST_ANSWER_SECONDS_MAX = 90.0


def check_rows(server: Server) -> None:
    """Raises unless some rows' answers are XGBoost's own."""
    for row in range(0, model.ROWS_ASKED, model.ROWS_ASKED // ROWS_CHECKED):
        _ask(server, row)


def first_answer(server: Server) -> None:
    """Waits until the server answers one row rightly: it may listen before its model is there."""
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS_MAX
    while True:
        try:
            return _ask(server, 0)
        except (ProbeError, OSError):
            server.check_alive()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _ask(server: Server, row: int) -> None:
    body = model.make().bodies[row].read_bytes()
    answer = probe.call(server.port, wire.INFER_PATH, body)
    if answer.grpc_status != "0":
        message = answer.fields.get("grpc-message", "")
        raise ProbeError(f"ModelInfer: grpc-status {answer.grpc_status} {message}")
    model.check(wire.inferred(wire.unframe(answer.body)), row, TOLERANCE)
