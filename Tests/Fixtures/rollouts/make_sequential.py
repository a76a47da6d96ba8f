"""Writes sequential.json: e-values, confidence sequences and ranks, computed apart from our code.

The likelihoods are integrated and maximised numerically (mpmath, scipy), not by the closed forms that
Sources/VigieRollouts/Sequential uses. Two published implementations are asked as well: savvi's
multinomial test (Lindon & Malek 2022), which has our mixture when its prior is Jeffreys', and confseq's
beta-binomial mixture (Howard et al. 2021), which is the same formula with another Beta prior.

    python3 -m venv .venv-sequential
    .venv-sequential/bin/pip install scipy mpmath savvi==0.3.1 matplotlib pybind11 scikit-build \
        cmake ninja 'setuptools<70' wheel
    .venv-sequential/bin/pip install --no-build-isolation confseq==0.0.11   # needs Boost's headers
    .venv-sequential/bin/python Tests/Fixtures/rollouts/make_sequential.py
"""

import json
import math
import pathlib

import mpmath
import numpy as np
from confseq.boundaries import beta_binomial_log_mixture
from savvi.multinomial import Multinomial
from scipy.optimize import brentq, minimize_scalar
from scipy.special import betaln

SEED = 20261126
mpmath.mp.dps = 40

COUNTS = [
    (0, 1),
    (1, 1),
    (0, 20),
    (20, 20),
    (3, 10),
    (7, 24),
    (1, 500),
    (40, 500),
    (12, 10_000),
    (900, 1000),
]


def log_mixture(hits, trials):
    """ln of the likelihood averaged over Jeffreys' prior, by quadrature.

    With θ = sin² φ the prior is flat in φ, and nothing is singular at the ends.
    """

    def likelihood(phi):
        return mpmath.sin(phi) ** (2 * hits) * mpmath.cos(phi) ** (2 * (trials - hits))

    peak = mpmath.asin(mpmath.sqrt(mpmath.mpf(hits) / trials))
    scale = likelihood(peak)
    width = 1 / mpmath.sqrt(trials)
    inner = [peak + k * width for k in range(-12, 13, 2)]
    edges = [0, *[x for x in inner if 0 < x < mpmath.pi / 2], mpmath.pi / 2]
    return float(
        mpmath.log(mpmath.quad(lambda x: likelihood(x) / scale, edges) * 2 / mpmath.pi * scale)
    )


def log_likelihood(hits, trials, rate):
    """ln θ^k (1-θ)^(n-k), with 0 ln 0 = 0."""
    up = hits * math.log(rate) if hits else 0.0
    down = (trials - hits) * math.log1p(-rate) if trials > hits else 0.0
    return up + down


def greatest(function, low, high):
    """The maximum of a concave function of a rate, by search."""
    if high - low < 1e-15:
        return function(low)
    found = minimize_scalar(
        lambda x: -function(x), bounds=(low, high), method="bounded", options={"xatol": 1e-14}
    )
    ends = [x for x in (low, high) if 0 < x < 1]
    return max([-found.fun, *map(function, ends)])


def against_limit(hits, trials, limit):
    """ln e against: the rate is at most the limit."""
    if hits == 0:
        return log_mixture(hits, trials)
    best = greatest(lambda rate: log_likelihood(hits, trials, rate), 1e-300, limit)
    return log_mixture(hits, trials) - best


def against_stable(canary, stable):
    """ln e against: the canary's rate is at most the stable version's, by search along the border
    and over both arms on their own."""

    def arm(counts):
        hits, trials = counts
        return 0.0 if hits in (0, trials) else log_likelihood(hits, trials, hits / trials)

    mixture = log_mixture(*canary) + log_mixture(*stable)
    if canary[0] / canary[1] <= stable[0] / stable[1]:
        return mixture - arm(canary) - arm(stable)
    tiny = 1e-300
    border = greatest(
        lambda rate: log_likelihood(*canary, rate) + log_likelihood(*stable, rate),
        tiny,
        1 - 1e-16,
    )
    return mixture - border


def confidence_range(hits, trials, alpha):
    """The rates whose e-value is below 1/alpha."""
    mixture = log_mixture(hits, trials)

    def excess(rate):
        return log_likelihood(hits, trials, rate) - mixture - math.log(alpha)

    rate = hits / trials
    low = brentq(excess, 1e-300, rate, xtol=1e-15) if hits else 0.0
    high = brentq(excess, rate, 1 - 1e-16, xtol=1e-15) if hits < trials else 1.0
    return [low, high]


def ranks(share, count, alpha):
    """Every number of values below the quantile that is not refuted, one by one."""
    kept = [
        below
        for below in range(count + 1)
        if betaln(below + 0.5, count - below + 0.5)
        - math.log(math.pi)
        - log_likelihood(below, count, share)
        < -math.log(alpha)
    ]
    return [kept[0], kept[-1] + 1]


def check_savvi():
    """savvi's odds are our e-values when its prior is Beta(1/2, 1/2)."""
    for hits, trials in COUNTS:
        for limit in (0.1, 0.5):
            if hits / trials <= limit:
                continue
            test = Multinomial(0.05, np.array([limit, 1 - limit]))
            test.alpha_0 = np.array([0.5, 0.5])
            test.update(np.array([hits, trials - hits]))
            if not 0 < test.odds < math.inf:
                continue
            assert math.isclose(
                math.log(test.odds), against_limit(hits, trials, limit), rel_tol=1e-8, abs_tol=1e-8
            ), (hits, trials, limit)


def check_confseq():
    """confseq's mixture is the same formula with the prior Beta(a, a), at a rate of one half."""

    def ours(a, hits, trials):
        mixture = betaln(hits + a, trials - hits + a) - betaln(a, a)
        return mixture - trials * math.log(0.5)

    def theirs(hits, trials):
        return float(
            beta_binomial_log_mixture(
                hits - trials / 2, trials / 4, 10, 0.5, 0.5, is_one_sided=False
            )
        )

    a = brentq(lambda a: ours(a, 30, 50) - theirs(30, 50), 0.01, 30, xtol=1e-13)
    for hits, trials in COUNTS:
        mine, other = ours(a, hits, trials), theirs(hits, trials)
        assert math.isclose(mine, other, rel_tol=1e-7, abs_tol=1e-7), (hits, trials, a)


def main():
    random = np.random.default_rng(SEED)
    check_savvi()
    check_confseq()
    pairs = [(a, b) for a in COUNTS for b in COUNTS if a[1] > 1 and b[1] > 1]
    for _ in range(40):
        trials = random.integers(10, 4000, 2)
        hits = random.binomial(trials, random.uniform(0.001, 0.2, 2))
        pairs.append(tuple((int(h), int(t)) for h, t in zip(hits, trials, strict=True)))
    content = {
        "seed": SEED,
        "limits": [
            {
                "successes": hits,
                "trials": trials,
                "limit": limit,
                "logEvidence": against_limit(hits, trials, limit),
            }
            for hits, trials in COUNTS
            for limit in (0.001, 0.1, 0.5)
        ],
        "arms": [
            {"canary": list(a), "stable": list(b), "logEvidence": against_stable(a, b)}
            for a, b in pairs
        ],
        "ranges": [
            {
                "successes": hits,
                "trials": trials,
                "alpha": alpha,
                "range": confidence_range(hits, trials, alpha),
            }
            for hits, trials in COUNTS
            for alpha in (0.05, 0.001)
        ],
        "ranks": [
            {"share": share, "count": count, "alpha": 0.05, "ranks": ranks(share, count, 0.05)}
            for share in (0.5, 0.95, 0.99)
            for count in (1, 10, 100, 1000, 20_000)
        ],
    }
    path = pathlib.Path(__file__).with_name("sequential.json")
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
