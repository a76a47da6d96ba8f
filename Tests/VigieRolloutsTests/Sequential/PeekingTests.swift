import TestRandom
import Testing

@testable import VigieRollouts

/// Simulated rollouts that are looked at after every few requests: the chance to ever refute what is true
/// must be at most alpha, and what is not true must be seen.
struct PeekingTests {
    private static let seed: UInt64 = 20_261_126
    private static let alpha = 0.05
    /// Looks are this many requests apart.
    private static let between = 4

    /// Three standard deviations above what a test of exactly alpha would refute.
    private static func most(of runs: Int) -> Int {
        let expected = alpha * Double(runs)
        return Int(expected + 3 * (expected * (1 - alpha)).squareRoot())
    }

    private struct Rollout {
        var canary = BernoulliTest.Counts(successes: 0, trials: 0)
        var stable = BernoulliTest.Counts(successes: 0, trials: 0)

        mutating func serve(
            canaryRate: Double, stableRate: Double, share: Double, _ random: inout SplitMix
        ) {
            if random.chance(share) {
                canary.trials += 1
                if random.chance(canaryRate) { canary.successes += 1 }
            } else {
                stable.trials += 1
                if random.chance(stableRate) { stable.successes += 1 }
            }
        }

        var isRefuted: Bool {
            let evidence = BernoulliTest.logEvidence(canary, above: stable)
            return BernoulliTest.pValue(logEvidence: evidence) <= PeekingTests.alpha
        }

        /// What a test for one look alone says: the difference by its standard error, one-sided.
        var isRefutedNaively: Bool {
            guard canary.trials > 20, stable.trials > 20 else { return false }
            let total = Double(canary.trials + stable.trials)
            let pooled = Double(canary.successes + stable.successes) / total
            let error =
                (pooled * (1 - pooled) * (1 / Double(canary.trials) + 1 / Double(stable.trials)))
                .squareRoot()
            let (mine, other) = (
                Double(canary.successes) / Double(canary.trials),
                Double(stable.successes) / Double(stable.trials)
            )
            return error > 0 && (mine - other) / error > 1.645
        }
    }

    /// How many of `runs` are refuted at any look, by the sound test and by the naive one.
    private func refuted(
        runs: Int, requests: Int, canary: Double, stable: Double,
        share: (Rollout) -> Double
    ) -> (sound: Int, naive: Int) {
        var random = SplitMix(seed: Self.seed)
        var count = (sound: 0, naive: 0)
        for _ in 0..<runs {
            var rollout = Rollout()
            var found = (sound: false, naive: false)
            for request in 1...requests {
                rollout.serve(
                    canaryRate: canary, stableRate: stable, share: share(rollout), &random)
                guard request % Self.between == 0 else { continue }
                if !found.sound, rollout.isRefuted { found.sound = true }
                if !found.naive, rollout.isRefutedNaively { found.naive = true }
                if found.sound, found.naive { break }
            }
            if found.sound { count.sound += 1 }
            if found.naive { count.naive += 1 }
        }
        return count
    }

    @Test(arguments: [0.02, 0.2, 0.5])
    func a_canary_that_is_no_worse_is_hardly_ever_refuted(_ rate: Double) {
        let runs = 300
        let found = refuted(runs: runs, requests: 1200, canary: rate, stable: rate) { _ in 0.5 }
        #expect(found.sound <= Self.most(of: runs), "seed \(Self.seed)")
        // The same looks with a test for one look: the simulation sees what peeking does.
        #expect(found.naive > 2 * Self.most(of: runs), "seed \(Self.seed): \(found.naive)")
    }

    @Test func nor_is_one_whose_share_follows_what_was_seen() {
        let runs = 300
        // As an operator does who takes traffic away after a failure and gives it back later.
        let found = refuted(runs: runs, requests: 1200, canary: 0.1, stable: 0.1) { rollout in
            rollout.canary.successes % 2 == 1 ? 0.05 : 0.6
        }
        #expect(found.sound <= Self.most(of: runs), "seed \(Self.seed)")
    }

    @Test(arguments: [(0.05, 0.2), (0.01, 0.1), (0.3, 0.5)])
    func a_canary_that_is_worse_is_seen(_ stable: Double, _ canary: Double) {
        let runs = 60
        let found = refuted(runs: runs, requests: 3000, canary: canary, stable: stable) { _ in
            0.3
        }
        #expect(found.sound >= runs * 95 / 100, "seed \(Self.seed): \(found.sound)")
    }

    @Test func a_limit_is_hardly_ever_refuted_by_what_obeys_it_and_is_by_what_does_not() {
        let (runs, requests, limit) = (400, 1500, 0.05)
        for (rate, isObeyed) in [(limit, true), (0.12, false)] {
            var random = SplitMix(seed: Self.seed)
            var refuted = 0
            for _ in 0..<runs {
                var flips: UInt64 = 0
                for request in 1...requests {
                    if random.chance(rate) { flips += 1 }
                    guard request % Self.between == 0 else { continue }
                    let evidence = BernoulliTest.logEvidence(
                        .init(successes: flips, trials: UInt64(request)), above: limit)
                    if BernoulliTest.pValue(logEvidence: evidence) <= Self.alpha {
                        refuted += 1
                        break
                    }
                }
            }
            if isObeyed {
                #expect(refuted <= Self.most(of: runs), "seed \(Self.seed)")
            } else {
                #expect(refuted >= runs * 95 / 100, "seed \(Self.seed): \(refuted)")
            }
        }
    }

    @Test func a_range_of_a_quantile_hardly_ever_leaves_it_out() {
        let (runs, values, share) = (300, 800, 0.9)
        var random = SplitMix(seed: Self.seed)
        var missed = 0
        for _ in 0..<runs {
            // Of values that are even between 0 and 1 the quantile is its share.
            var below: UInt64 = 0
            for count in 1...values {
                if random.chance(share) { below += 1 }
                let ranks = RateSequence.ranks(
                    ofQuantile: share, count: UInt64(count), alpha: Self.alpha)
                // The `lower`-th smallest lies above the quantile, or the `upper`-th below.
                if below < ranks.lower || below >= ranks.upper {
                    missed += 1
                    break
                }
            }
        }
        #expect(missed <= Self.most(of: runs), "seed \(Self.seed)")
    }
}
