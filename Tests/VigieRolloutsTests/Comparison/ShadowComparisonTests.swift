import Testing

@testable import VigieRollouts

struct ShadowComparisonTests {
    private let time = WallTime(milliseconds: 1_795_664_136_123)

    private func compare(_ pairs: [(Double, Double)], _ spec: CompareSpec) -> ComparisonReport {
        let comparison = ShadowComparison(spec)
        for (live, shadow) in pairs {
            comparison.compare(live: live, shadow: shadow, time: time)
        }
        return comparison.report
    }

    @Test func decisions_on_two_sides_of_a_band_are_flips() {
        let report = compare(
            [(0.1, 0.1), (0.1, 0.3), (0.2, 0.19), (0.6, 0.1), (0.5, 0.9)],
            CompareSpec(bands: [0.2, 0.5]))
        #expect(report.compared == 5)
        #expect(report.flips == 3)
        #expect(report.flipRate == 0.6)
        #expect(report.confusion == [1, 1, 0, 1, 0, 0, 1, 0, 1])
    }

    @Test func the_manifests_thresholds_are_the_bands_when_the_rollout_names_none() {
        let comparison = ShadowComparison(CompareSpec(), thresholds: [0.5])
        comparison.compare(live: 0.4, shadow: 0.6, time: time)
        #expect(comparison.report.flips == 1)
        let named = ShadowComparison(CompareSpec(bands: [0.9]), thresholds: [0.5])
        named.compare(live: 0.4, shadow: 0.6, time: time)
        #expect(named.report.flips == 0)
    }

    @Test func tolerances_are_numpys() {
        // |live - shadow| > atol + rtol · |live|
        let spec = CompareSpec(absoluteTolerance: 0.01, relativeTolerance: 0.1)
        let report = compare([(0.5, 0.5625), (0.5, 0.5535), (0.1, 0.1195), (0.1, 0.125)], spec)
        #expect(report.mismatches == 2)
        #expect(report.mismatchRate == 0.5)
    }

    @Test func what_is_no_number_is_a_mismatch_unless_both_are() {
        let report = compare(
            [(.nan, .nan), (0.5, .nan), (.infinity, 0.5), (.nan, .infinity), (0.5, 0.5)],
            CompareSpec(bands: [0.5]))
        #expect(report.nonFinite == 4)
        #expect(report.mismatches == 3)
        #expect(report.flips == 0)
        #expect(report.meanDifference == 0)
    }

    @Test func differences_are_summed_and_counted() {
        let report = compare([(0.5, 0.25), (0.5, 0.75), (0.25, 0.75), (0.5, 0.5)], CompareSpec())
        #expect(report.meanDifference == 0.25)
        #expect(report.bias == 0.125)
        #expect(report.largest == 0.5)
        #expect(report.squareSum == 0.375)
        #expect(report.difference(quantile: 0.25) == 0)
        // Known to within a bucket.
        let median = report.difference(quantile: 0.5) ?? 0
        #expect(median >= 0.25 && median <= 0.25 * 1.0906)
        #expect(report.difference(quantile: 1) == 0.5)
        #expect(compare([], CompareSpec()).difference(quantile: 0.5) == nil)
    }

    @Test func the_rows_that_differ_most_are_kept() {
        let comparison = ShadowComparison(CompareSpec())
        var asked = 0
        for row in (0..<200).reversed() {
            comparison.compare(
                live: 0, shadow: Double((row * 7919) % 200) / 200, time: time, request: "r\(row)"
            ) {
                asked += 1
                return [
                    .init("age", "42", isPersonal: true), .init("amount", "17", isPersonal: false),
                ]
            }
        }
        let samples = comparison.report.samples
        #expect(samples.count == ComparisonReport.samplesMax)
        #expect(samples.map(\.shadow) == (184..<200).reversed().map { Double($0) / 200 })
        #expect(samples[0].features == [.init("age", "***"), .init("amount", "17")])
        // Rows that are not kept cost nothing.
        #expect(asked < 120)
    }

    @Test func a_long_value_is_cut() {
        let feature = Disagreement.Feature(
            "text", String(repeating: "é", count: 100), isPersonal: false)
        #expect(feature.value.utf8.count <= Disagreement.valueBytesMax + 3)
        #expect(feature.value.hasSuffix("…"))
    }

    @Test func threads_may_feed_it_together() async {
        let comparison = ShadowComparison(CompareSpec(bands: [0.5]))
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for row in 0..<500 {
                        comparison.compare(
                            live: 0.25, shadow: row % 2 == 0 ? 0.25 : 0.75,
                            time: WallTime(milliseconds: Int64(worker)))
                    }
                }
            }
        }
        let report = comparison.report
        #expect(report.compared == 2000)
        #expect(report.flips == 1000)
        #expect(report.differences.total == 2000)
    }
}
