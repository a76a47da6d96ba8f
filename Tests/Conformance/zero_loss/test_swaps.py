"""Versions are published one after the other while callers ask: none fails, none is sent astray."""

import time

from arena import LOAD_SECONDS_MAX, assert_clean, resident_bytes
from rollout_kit import until
from versions import Version, prune

# Versions in the registry's folder; a pod keeps four of them in memory.
KEPT = 8
# Versions that vigie-load tells apart; it counts the rest together, and checks them all the same.
NAMED_MAX = 200
# What memory may have grown by in the end: malloc's free lists and cut heap, not versions. A version
# that stayed behind in a thousand swaps would cost at least 33 kB each (loadtest/README.md), 33 MB.
GROWTH_BYTES_MAX = 6 << 20


def swap(arena, numbers, pause: float = 0):
    for number in numbers:
        arena.add(Version(number))
        arena.all_see(number)
        for witness in arena.witnesses:
            witness.settled = number
        prune(arena.registry, number, KEPT)
        time.sleep(pause)


def test_no_request_is_lost_while_versions_are_swapped(arena, counts, figure):
    arena = arena()
    arena.add(Version(1))
    arena.start()
    arena.watch()
    for witness in arena.witnesses:
        witness.must_rise = True
    last = 1 + counts.warm_up + counts.swaps
    everything = [Version(number) for number in range(1, last + 1)]
    swap(arena, range(2, 2 + counts.warm_up))

    duration = f"{counts.quiet_seconds}s"
    arena.load(everything, "--rate", arena.rate, "--duration", duration)
    quiet = arena.loads.pop().finish()
    assert_clean(quiet)
    before = resident_bytes(arena.pods[0])

    arena.load(everything, "--rate", arena.rate, "--duration", f"{LOAD_SECONDS_MAX}s")
    began = time.monotonic()
    swap(arena, range(2 + counts.warm_up, last + 1), counts.swap_pause)
    seconds = time.monotonic() - began
    [busy] = arena.end_load()
    assert_clean(busy)
    arena.stop_witnesses()
    for witness in arena.witnesses:
        arena.check(witness)
        # Every version has answered every caller.
        assert len({number for number, _ in witness.answers}) == last
    # vigie-load saw them, too: the newest of each moment, and no other.
    answered = [group["version"] for group in busy["groups"] if group["ok"]]
    seen = {int(version) for version in answered if version != "(others)"}
    assert seen <= set(range(1 + counts.warm_up, last + 1))
    assert len(seen) > min(counts.swaps, NAMED_MAX) / 2

    def is_back():
        return resident_bytes(arena.pods[0]) - before < GROWTH_BYTES_MAX

    until(is_back, 20, f"memory of {before >> 10} kB again")
    after = resident_bytes(arena.pods[0])
    p99 = [report["latency"]["p99"] for report in (quiet, busy)]
    asked = busy["summary"]["ok"] + sum(sum(w.answers.values()) for w in arena.witnesses)
    figure(
        "swaps", f"{counts.swaps} in {seconds:.1f} s, {seconds / counts.swaps * 1e3:.0f} ms each"
    )
    figure("  requests", f"{asked:,}, failed 0, of a wrong version 0, wrong 0")
    figure(
        "  p99 quiet → swapping",
        f"{p99[0] * 1e3:.2f} → {p99[1] * 1e3:.2f} ms ({p99[1] / p99[0]:.2f}×)",
    )
    figure("  memory before → after", f"{before / 1e6:.1f} → {after / 1e6:.1f} MB")
    if counts.slowdown_max:
        assert p99[1] <= counts.slowdown_max * p99[0]
