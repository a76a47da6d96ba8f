"""Weights are applied as they are written, and nobody flips but by their move.

That anybody can recompute who is whose: ../rollouts/test_routing.py.
"""

import math
from collections import Counter

import pytest
from arena import assert_clean
from rollout_kit import total, until
from versions import Version

RISE = (0, 500, 2000, 5000, 9000)


def spec(weight: int, **routing) -> dict:
    return {
        "stable": {"version": 1},
        "canary": {"version": 2},
        "routing": {"weight": weight} | routing,
    }


@pytest.fixture
def routed(arena):
    made = arena(rollouts=True)
    for number in (1, 2):
        made.add(Version(number))
    made.rollouts.write(spec(0))
    made.start()
    return made


def turn(arena, weight: int, **routing):
    arena.rollouts.write(spec(weight, **routing))

    def is_applied():
        ratio = total(arena.pods[0], "vigie_rollout_weight_ratio", arm="canary")
        return ratio == weight / 10_000

    until(is_applied, what=f"weight {weight}")


@pytest.mark.parametrize("weight", [500, 2500])
def test_the_share_is_the_weight(routed, counts, figure, weight):
    turn(routed, weight)
    # Two weights share the requests that are promised for each in the full form only.
    requests = counts.shared_requests
    seconds = math.ceil(requests / counts.shared_rate)
    how = ("--rate", counts.shared_rate, "--duration", f"{seconds}s")
    routed.load(list(routed.versions.values()), *how)
    report = routed.loads.pop().finish(seconds + 60)
    assert_clean(report)
    by_arm = Counter()
    for group in report["groups"]:
        by_arm[group["arm"]] += group["ok"]
        assert {"stable": "1", "canary": "2"}[group["arm"]] == group["version"]
    asked = sum(by_arm.values())
    assert asked >= requests
    wanted = weight / 10_000
    share = by_arm["canary"] / asked
    deviation = math.sqrt(wanted * (1 - wanted) / asked)
    allowed = counts.share_tolerance or 5 * deviation
    figure(
        f"weight {weight / 100:g} % over {asked:,}",
        f"{share * 100:.3f} %: off by {(share - wanted) * 100:+.3f} points, {allowed * 100:.3f} allowed",
    )
    assert abs(share - wanted) <= allowed
    # The pod counted the same.
    counted = total(routed.pods[0], "vigie_rollout_requests_total", arm="canary")
    assert counted == by_arm["canary"]


def test_sticky_callers_turn_once_and_go_back_the_same_way(routed, figure):
    sticky = {"sticky": {"metadata": "x-account-id"}}
    turn(routed, 0, **sticky)
    routed.watch()

    def settled() -> frozenset:
        """Who is with the canary once everybody has been asked under the weight of now."""
        for witness in routed.witnesses:
            witness.forget()
        before = [sum(witness.answers.values()) for witness in routed.witnesses]

        def asked():
            now = [sum(witness.answers.values()) for witness in routed.witnesses]
            # Twice round all accounts: the answer that was on its way counts for nobody.
            return all(n - b > 100 for n, b in zip(now, before, strict=True))

        until(asked, what="two rounds")
        journeys = [item for w in routed.witnesses for item in w.journeys.items()]
        assert len(journeys) == 80
        # Nobody flips while the weight stands.
        assert all(len(journey) == 1 for _, journey in journeys), journeys
        return frozenset(account for account, journey in journeys if journey == [2])

    def move(weight: int, path: list) -> frozenset:
        for witness in routed.witnesses:
            witness.forget()
        turn(routed, weight, **sticky)
        for witness in routed.witnesses:
            for account, journey in witness.journeys.items():
                # Each stays, or turns once, in the weight's direction.
                assert journey in ([1], [2], path), (weight, account, journey)
        return settled()

    risen = {0: settled()}
    for lower, weight in zip(RISE, RISE[1:], strict=False):
        risen[weight] = move(weight, [1, 2])
        assert risen[lower] <= risen[weight], weight
    assert not risen[0] and len(risen[9000]) > 50
    for weight in reversed(RISE[:-1]):
        assert move(weight, [2, 1]) == risen[weight], weight
    routed.stop_witnesses()
    for witness in routed.witnesses:
        routed.check(witness)
    asked = sum(sum(w.answers.values()) for w in routed.witnesses)
    figure(f"sticky through weights {RISE} and back", f"{asked:,} requests, nobody flipped")
