"""How much is done: a little in every `make test`, all of it by `make zero-loss`."""

import dataclasses
import os


@dataclasses.dataclass(frozen=True)
class Counts:
    swaps: int
    # Between a version's first answers and the next one's publication.
    swap_pause: float
    # Swaps before memory is first looked at: by then as many versions are loaded as are kept.
    warm_up: int
    quiet_seconds: float
    # Requests a second that vigie-load sends to each pod.
    rate: int
    rollouts: int
    shared_requests: int
    shared_rate: int
    # How far a share may be off; None: five standard deviations of so many draws.
    share_tolerance: float | None
    # p99 while versions are swapped, by that of quiet; None: reported only, as it says more of a
    # machine than of a pod when a run is short.
    slowdown_max: float | None


SHORT = Counts(
    swaps=60,
    swap_pause=0,
    warm_up=20,
    quiet_seconds=4,
    rate=300,
    rollouts=5,
    shared_requests=40_000,
    shared_rate=4_000,
    share_tolerance=None,
    slowdown_max=None,
)
FULL = Counts(
    swaps=1_000,
    # Four a second are more than anybody publishes; without a pause it is compiling that is measured.
    swap_pause=0.2,
    warm_up=50,
    quiet_seconds=60,
    rate=1_000,
    rollouts=50,
    shared_requests=1_000_000,
    shared_rate=5_000,
    share_tolerance=0.002,
    slowdown_max=1.2,
)


def chosen() -> Counts:
    return FULL if os.environ.get("VIGIE_ZERO_LOSS") == "full" else SHORT
