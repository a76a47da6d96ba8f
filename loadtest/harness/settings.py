"""How a run of the benchmark was asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """What the command line said, with the processors that servers and load are kept on."""

    seconds: float = 3.0
    rounds: int = 5
    skip_peers: frozenset[str] = frozenset()
    # Another program in the pod's place: it answers Ping and prints a ready line.
    pod: Sequence[str] | None = None
    serve_extra: Sequence[str] = ()
    connections: int = 10_000
    soak_requests: int = 20_000_000
    soak_seconds_max: float = 3600.0
    server_cpus: set[int] | None = field(default=None)
    load_cpus: set[int] | None = field(default=None)


def split_processors(pin: bool) -> tuple[set[int] | None, set[int] | None]:
    """One processor for the server under load, the others for the load; None when not pinned.

    With two cores this keeps the scheduler from moving a server between them in the middle of a
    round, which costs some percent at random.
    """
    cpus = sorted(os.sched_getaffinity(0))
    if not pin or len(cpus) < 2:
        return None, None
    return {cpus[0]}, set(cpus[1:])
