"""The registry goes away, and holds what nobody can serve: callers notice nothing.

What a pod says about such faults, and slow or full disks: ../chaos/test_disks.py; remote registries:
../registry/test_sources.py.
"""

import time

import pytest
from arena import assert_clean
from rollout_kit import total, until
from versions import CORRUPT, Version, publish_corrupt

OUTAGE_SECONDS = 2


@pytest.fixture
def served(arena):
    """Version 1 under load; answers never go back to an older one."""
    made = arena()
    made.add(Version(1))
    # All of them are wanted, however many newer ones there are.
    made.start("--keep-versions", 2 * len(CORRUPT) + 2)
    made.watch()
    for witness in made.witnesses:
        witness.must_rise = True
    made.load([Version(number) for number in range(1, 20)])
    made.all_see(1)
    return made


def finish(arena) -> int:
    [report] = arena.end_load()
    assert_clean(report)
    arena.stop_witnesses()
    for witness in arena.witnesses:
        arena.check(witness)
    return report["summary"]["ok"] + sum(sum(w.answers.values()) for w in arena.witnesses)


def test_nobody_notices_that_the_registry_is_away(served, figure):
    pod = served.pods[0]
    away = served.registry.with_name("away")
    for number in (2, 3):
        served.registry.rename(away)
        until(lambda: total(pod, "vigie_registry_readable") == 0, what="the outage")
        before = [sum(witness.answers.values()) for witness in served.witnesses]
        time.sleep(OUTAGE_SECONDS)
        for witness, count in zip(served.witnesses, before, strict=True):
            assert sum(witness.answers.values()) > count
            assert witness.newest == number - 1
        away.rename(served.registry)
        until(lambda: total(pod, "vigie_registry_readable") == 1, what="the registry")
        # And it follows it as it did.
        served.add(Version(number))
        served.all_see(number)
    figure("registry away twice", f"{finish(served):,} requests, failed 0, wrong 0")


def test_a_corrupt_version_is_passed_over(served, figure):
    good = 1
    for index, how in enumerate(CORRUPT):
        bad = 2 * index + 2
        publish_corrupt(served.registry, bad, how)
        served.all_see(good)
        # One that could be still on its way is tried for seconds; the next does not wait for it.
        good = bad + 1
        served.add(Version(good))
        served.all_see(good)

    def are_refused():
        return total(served.pods[0], "vigie_registry_load_failures_total") >= len(CORRUPT)

    until(are_refused, 60, "the refusal of all corrupt versions")
    answered = {number for witness in served.witnesses for number, _ in witness.answers}
    assert answered == {1, *range(3, good + 1, 2)}
    figure(f"{len(CORRUPT)} corrupt versions", f"{finish(served):,} requests, failed 0, wrong 0")
