"""The questions, by the name that --only takes."""

from __future__ import annotations

from collections.abc import Callable

from growth.figure import Figure
from growth.settings import Settings
from growth.subjects import artifacts, batch, connections, loops, message_size, scrape, swap

ALL: dict[str, Callable[[Settings], list[Figure]]] = {
    "loops": loops.measure,
    "connections": connections.measure,
    "artifacts": artifacts.measure,
    "message-size": message_size.measure,
    "batch": batch.measure,
    "swap": swap.measure,
    "scrape": scrape.measure,
}
