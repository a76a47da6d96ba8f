import Testing
import VigieTelemetry

@testable import VigieRollouts

/// Against Tests/Fixtures/rollouts/make_scores.py: Evidently and scipy on the same samples.
struct ScoreComparisonTests {
    struct Expected: Decodable, Sendable {
        let psi: Double
        let jensenshannon: Double
        let ks: Double
    }
    struct Sample: Decodable, Sendable {
        let name: String
        let reference: [[UInt64]]
        let current: [[UInt64]]
        let expected: Expected
    }
    struct Binned: Decodable, Sendable {
        let name: String
        let edges: [Double]
        let counts: [Double]
        let current: [[UInt64]]
        let expected: Expected
    }
    private struct Content: Decodable {
        let samples: [Sample]
        let histograms: [Binned]
    }

    private let content = Fixtures.read("scores.json", Content.self)

    private func counts(_ sparse: [[UInt64]]) -> SparseCounts {
        var counts = SparseCounts()
        for (bin, count) in zip(sparse[0], sparse[1]) { counts.add(Int(bin), count) }
        return counts
    }

    private func check(_ name: String, _ comparison: ScoreComparison?, _ expected: Expected) {
        #expect(Fixtures.isClose(comparison?.populationStability, expected.psi), "\(name)")
        #expect(Fixtures.isClose(comparison?.jensenShannon, expected.jensenshannon), "\(name)")
        #expect(Fixtures.isClose(comparison?.kolmogorovSmirnov, expected.ks), "\(name)")
    }

    @Test func distances_are_what_Evidently_and_scipy_say_of_the_same_scores() {
        #expect(content.samples.count == 7)
        for one in content.samples {
            check(
                one.name,
                ScoreComparison(reference: counts(one.reference), current: counts(one.current)),
                one.expected)
        }
    }

    @Test func distances_from_a_histogram_are_too() {
        #expect(content.histograms.count == 2)
        for one in content.histograms {
            check(
                one.name,
                ScoreComparison(
                    reference: .histogram(edges: one.edges, counts: one.counts),
                    current: counts(one.current)), one.expected)
        }
    }

    @Test func a_sample_of_the_manifest_counts_as_any_other() {
        for one in content.samples {
            let reference = counts(one.reference)
            check(
                one.name,
                ScoreComparison(reference: .sample(reference), current: counts(one.current)),
                one.expected)
        }
    }

    @Test func without_scores_there_is_no_distance() {
        var some = SparseCounts()
        some.add(3, 10)
        #expect(ScoreComparison(reference: SparseCounts(), current: some) == nil)
        #expect(ScoreComparison(reference: some, current: SparseCounts()) == nil)
        #expect(
            ScoreComparison(
                reference: .histogram(edges: [0, 1], counts: [0]), current: some) == nil)
    }

    @Test func more_scores_than_32_bits_count_are_compared_in_proportion() {
        var (few, many) = (SparseCounts(), SparseCounts())
        for bin in 0..<1000 {
            few.add(bin, UInt64(1 + bin % 7) << 20)
            many.add(bin, UInt64(1 + bin % 7) << 40)
        }
        let comparison = ScoreComparison(reference: few, current: many)
        #expect(Fixtures.isClose(comparison?.kolmogorovSmirnov, 0, 1e-4))
        #expect(Fixtures.isClose(comparison?.populationStability, 0, 1e-4))
    }

    @Test func a_loop_counts_scores_in_thousandths() {
        let scores = LoopScores()
        for score in [0, 0.0009, 0.001, 0.9999, 1, 1.5, -2, .nan, .infinity] {
            scores.record(score)
        }
        var counts = [UInt64](repeating: 0, count: LoopScores.binCount)
        scores.add(to: &counts)
        #expect(counts[0] == 3)
        #expect(counts[1] == 1)
        #expect(counts[999] == 3)
        #expect(counts.reduce(0, +) == 7)
        #expect(scores.nonFinite == 2)
    }
}
