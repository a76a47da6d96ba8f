import Foundation
import Testing

@testable import VigieTelemetry

/// What Evidently says of the same data, from Tests/Fixtures/drift/make_drift.py.
struct EvidentlyTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Expected: Decodable, Sendable {
            let psi: Double
            let jensenshannon: Double
            let wasserstein: Double?
            let ks_p_value: Double?
            let ks_statistic: Double?
        }
        let name: String
        let reference: [Double]
        let current: [Double]
        let expected: Expected
        var testDescription: String { name }
    }

    private struct Fixtures: Decodable {
        let samples: [Case]
        let shares: [Case]
    }

    private static let fixtures: Fixtures = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/drift/drift.json")
        // Committed beside this test; without it nothing can be tried.
        return try! JSONDecoder().decode(Fixtures.self, from: Data(contentsOf: file))
    }()

    private func isClose(_ value: Double?, _ expected: Double?) -> Bool {
        guard let value, let expected else { return false }
        return abs(value - expected) <= 1e-9 * max(1, abs(expected))
    }

    @Test(arguments: fixtures.samples)
    func samples_are_as_far_apart_as_Evidently_says(_ one: Case) throws {
        let drift = try #require(
            SampleDrift(reference: one.reference.shuffled(), current: one.current.shuffled()))
        let test = drift.kolmogorovSmirnov
        #expect(isClose(drift.populationStability, one.expected.psi))
        #expect(isClose(drift.jensenShannon, one.expected.jensenshannon))
        #expect(isClose(drift.wasserstein, one.expected.wasserstein))
        #expect(isClose(test.statistic, one.expected.ks_statistic))
        #expect(isClose(test.pValue, one.expected.ks_p_value))
    }

    @Test(arguments: fixtures.shares)
    func categories_are_as_far_apart_as_Evidently_says(_ one: Case) {
        let reference = one.reference.map { $0 / one.reference.reduce(0, +) }
        let current = one.current.map { $0 / one.current.reduce(0, +) }
        #expect(
            isClose(ShareDrift.populationStability(reference, current), one.expected.psi))
        #expect(isClose(ShareDrift.jensenShannon(reference, current), one.expected.jensenshannon))
    }

    @Test func without_values_there_is_no_answer() {
        #expect(SampleDrift(reference: [], current: [1]) == nil)
        #expect(SampleDrift(reference: [1], current: [.nan]) == nil)
        #expect(ShareDrift.populationStability([0, 0], [1, 0]) == nil)
        #expect(ShareDrift.jensenShannon([1, 0], [0, 0]) == nil)
    }

    @Test func a_p_value_is_not_computed_for_samples_that_are_too_large() throws {
        let drift = try #require(
            SampleDrift(reference: (0...10_000).map(Double.init), current: [1, 2]))
        #expect(drift.kolmogorovSmirnov.pValue == nil)
    }

    @Test func a_ring_keeps_the_last_values() {
        let ring = SampleRing<1024>()
        for value in 0..<1500 { ring.add(Double(value)) }
        #expect(ring.count == 1500)
        #expect(ring.current.sorted() == (476..<1500).map(Double.init))
    }
}
