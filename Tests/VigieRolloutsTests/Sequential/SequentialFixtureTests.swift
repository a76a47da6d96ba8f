import Testing

@testable import VigieRollouts

/// Against Tests/Fixtures/rollouts/make_sequential.py: numerical integration and search, and two
/// published implementations.
struct SequentialFixtureTests {
    private struct Content: Decodable {
        struct Limit: Decodable {
            let successes: UInt64
            let trials: UInt64
            let limit: Double
            let logEvidence: Double
        }
        struct Arms: Decodable {
            let canary: [UInt64]
            let stable: [UInt64]
            let logEvidence: Double
        }
        struct Range: Decodable {
            let successes: UInt64
            let trials: UInt64
            let alpha: Double
            let range: [Double]
        }
        struct Ranks: Decodable {
            let share: Double
            let count: UInt64
            let alpha: Double
            let ranks: [UInt64]
        }
        let limits: [Limit]
        let arms: [Arms]
        let ranges: [Range]
        let ranks: [Ranks]
    }

    private let content = Fixtures.read("sequential.json", Content.self)

    @Test func evidence_against_a_limit_is_what_integration_says() {
        for one in content.limits {
            let counts = BernoulliTest.Counts(successes: one.successes, trials: one.trials)
            let evidence = BernoulliTest.logEvidence(counts, above: one.limit)
            #expect(Fixtures.isClose(evidence, one.logEvidence, 1e-8), "\(one): \(evidence)")
        }
    }

    @Test func evidence_against_the_stable_version_is_what_search_says() {
        for one in content.arms {
            let evidence = BernoulliTest.logEvidence(
                .init(successes: one.canary[0], trials: one.canary[1]),
                above: .init(successes: one.stable[0], trials: one.stable[1]))
            #expect(Fixtures.isClose(evidence, one.logEvidence, 1e-8), "\(one): \(evidence)")
        }
    }

    @Test func ranges_of_rates_end_where_the_evidence_does() {
        for one in content.ranges {
            let range = RateSequence.range(
                .init(successes: one.successes, trials: one.trials), alpha: one.alpha)
            #expect(Fixtures.isClose(range.lowerBound, one.range[0]), "\(one): \(range)")
            #expect(Fixtures.isClose(range.upperBound, one.range[1]), "\(one): \(range)")
        }
    }

    @Test func ranks_of_quantiles_are_those_that_none_refutes() {
        for one in content.ranks {
            let ranks = RateSequence.ranks(
                ofQuantile: one.share, count: one.count, alpha: one.alpha)
            #expect([ranks.lower, ranks.upper] == one.ranks, "\(one)")
        }
    }

    @Test func without_trials_nothing_is_known() {
        let none = BernoulliTest.Counts(successes: 0, trials: 0)
        #expect(RateSequence.range(none, alpha: 0.05) == 0...1)
        #expect(BernoulliTest.logEvidence(none, above: 0.1) == 0)
        #expect(BernoulliTest.logEvidence(none, above: none) == 0)
        #expect(RateSequence.ranks(ofQuantile: 0.99, count: 0, alpha: 0.05) == (0, 1))
    }

    @Test func one_success_refutes_that_there_is_none() {
        let counts = BernoulliTest.Counts(successes: 1, trials: 1000)
        let evidence = BernoulliTest.logEvidence(counts, above: 0)
        #expect(BernoulliTest.pValue(logEvidence: evidence) == 0)
        #expect(BernoulliTest.logEvidence(counts, above: 1) < 0)
    }

    @Test func counts_of_years_are_finite() {
        let many = BernoulliTest.Counts(successes: 1 << 40, trials: 1 << 52)
        #expect(BernoulliTest.logEvidence(many, above: many).isFinite)
        #expect(RateSequence.range(many, alpha: 0.05).contains(many.rate))
        let ranks = RateSequence.ranks(ofQuantile: 0.99, count: 1 << 52, alpha: 0.05)
        #expect(ranks.lower < ranks.upper)
    }
}
