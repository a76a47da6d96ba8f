import TestRandom
import Testing
import VigieEngine
import VigieTelemetry

@testable import VigieRollouts

struct RolloutReportTests {
    private let time = WallTime(milliseconds: 1_795_664_136_123)

    private func report(_ seed: UInt64) -> RolloutReport {
        var random = SplitMix(seed: seed)
        func some(_ buckets: Int) -> SparseCounts {
            var counts = SparseCounts()
            for _ in 0..<20 {
                counts.add(
                    Int.random(in: 0..<buckets, using: &random),
                    UInt64.random(in: 1...1000, using: &random))
            }
            return counts
        }
        var report = RolloutReport(
            name: "r", model: "m", generation: Int.random(in: 1...9, using: &random),
            canaryVersion: 2, epoch: time, stepIndex: 1)
        report.loaded = [1: 1, 2: 1]
        report.failed = [LoadFailure(version: 3, message: "pod \(seed)")]
        report.trips = [GuardTrip(version: 2, reason: .p99, message: "slow", time: time)]
        report.routes = ["weight": UInt64.random(in: 1...99, using: &random), "default": 7]
        for (arm, version) in [(Arm.stable, 1), (.canary, 2), (.shadow, 2)] {
            var counted = ArmReport(arm, version: version)
            counted.requests = UInt64.random(in: 100...9999, using: &random)
            counted.errors = 17
            counted.rejections = 5
            counted.nonFinite = 3
            counted.latency = some(BucketScale.latency.count)
            counted.latencySum = 123_456
            counted.scores = some(LoopScores.binCount)
            if arm == .canary { counted.reference = .sample(some(1000)) }
            if arm == .shadow {
                counted.reference = .histogram(edges: [0, 0.5, 1], counts: [3, 4])
            }
            report.arms.append(counted)
        }
        let comparison = ShadowComparison(CompareSpec(bands: [0.5]))
        for row in 0..<40 {
            comparison.compare(
                live: Double.random(in: 0...1, using: &random),
                shadow: Double.random(in: 0...1, using: &random), time: time, request: "\(row)"
            ) { [.init("x", "1")] }
        }
        var shadow = ShadowReport(version: 2, against: 1)
        (shadow.offered, shadow.dropped, shadow.failed) = (50, 6, 4)
        shadow.comparison = comparison.report
        report.shadows = [shadow]
        return report
    }

    @Test func what_a_pod_tells_reads_the_same() throws {
        let told = PodReport(pod: "p-1", rollouts: [report(1), report(2)])
        let read = try PodReport.read([UInt8](JSONWriter.text(told.json).utf8))
        #expect(read == told)
    }

    @Test func reports_add_up_whatever_their_order() {
        var one = report(1)
        one.merge(report(2))
        one.merge(report(3))
        var other = report(3)
        other.merge(report(1))
        other.merge(report(2))
        #expect(one.pods == 3)
        #expect(one.loaded == [1: 3, 2: 3])
        for arm in one.arms {
            let same = other.arm(arm.arm, arm.version)
            #expect(same?.requests == arm.requests)
            #expect(same?.latency == arm.latency)
            #expect(same?.scores == arm.scores)
        }
        #expect(one.generation == other.generation)
        #expect(one.routes == other.routes)
        let (left, right) = (one.shadows[0].comparison, other.shadows[0].comparison)
        #expect(left.compared == 120)
        #expect(left.confusion == right.confusion)
        #expect(left.differences == right.differences)
        #expect(left.samples == right.samples)
        #expect(left.largest == right.largest)
    }

    @Test func a_pod_that_is_at_another_step_adds_its_versions_only() {
        var sum = report(1)
        var late = report(2)
        late.stepIndex = 0
        sum.merge(late)
        #expect(sum.loaded == [1: 2, 2: 2])
        #expect(sum.arms == report(1).arms)
        #expect(sum.trips.count == 2)
    }

    @Test func what_was_counted_since_is_the_difference() {
        let before = report(1)
        var after = before
        after.merge(report(2))
        let expected = report(2)
        for arm in after.arms {
            guard let old = before.arm(arm.arm, arm.version),
                let new = expected.arm(arm.arm, arm.version)
            else { continue }
            let since = arm.since(old)
            #expect(since.requests == new.requests)
            #expect(since.latency == new.latency)
            #expect(since.scores == new.scores)
        }
        let since = after.shadows[0].since(before.shadows[0]).comparison
        #expect(since.compared == 40)
        #expect(since.confusion == expected.shadows[0].comparison.confusion)
        #expect(since.differences == expected.shadows[0].comparison.differences)
    }

    @Test func counters_that_began_anew_are_not_subtracted_from() {
        var counts = SparseCounts()
        counts.add(5, 3)
        var before = SparseCounts()
        before.add(5, 10)
        before.add(6, 1)
        #expect(counts.since(before) == counts)
    }

    @Test(arguments: ["", "[]", "{}", #"{"rollouts": 5}"#, "{", #"{"rollouts": [}"#])
    func what_is_no_report_is_refused(_ text: String) {
        #expect(throws: RolloutError.self) { try PodReport.read([UInt8](text.utf8)) }
    }

    @Test func hostile_numbers_count_as_not_told() throws {
        let text = """
            {"pod": 5, "rollouts": [{"name": "r", "generation": -1, "loaded": {"x": 1, "2": -5},
              "arms": [{"arm": "canary", "version": 2, "requests": -4, "errors": 1e300,
                "latency": {"buckets": [1e9, -1, 3], "counts": [1, 2, 3]},
                "scores": {"buckets": [3, 3], "counts": [1, 1.5]},
                "reference": {"edges": [1, 0], "shares": [1]}}, {"arm": "king", "version": 1}],
              "shadows": [{"version": 2, "against": 1,
                "comparison": {"bands": [0.5], "confusion": [1], "largest": NaN}}]}, {"model": "x"}, 7]}
            """
        let read = try PodReport.read([UInt8](text.utf8))
        #expect(read.rollouts.count == 1)
        let arm = try #require(read.rollouts.first?.arms.first)
        #expect(arm.requests == 0 && arm.errors == 0)
        #expect(arm.latency.buckets == [3])
        #expect(arm.scores.total == 1)
        #expect(arm.reference == nil)
        #expect(read.rollouts[0].arms.count == 1)
        #expect(read.rollouts[0].shadows[0].comparison.confusion == [0, 0, 0, 0])
        #expect(read.rollouts[0].loaded.isEmpty)
    }

    @Test func the_summary_says_what_an_operator_looks_at() throws {
        let report = report(1)
        let view = CanaryView(report, canary: 2, stable: 1, isShadowing: false)
        let summary = CanaryComparison(view)
        #expect(summary.canary?.version == 2)
        #expect(summary.stable?.errorRate == report.arms[0].errorRate)
        #expect(summary.stable?.errorRange.contains(report.arms[0].errorRate ?? -1) == true)
        #expect(summary.flipRange?.contains(summary.shadow?.comparison.flipRate ?? -1) == true)
        #expect(summary.p99Ratio != nil && summary.scorePSI != nil && summary.referencePSI != nil)
        let range = try #require(summary.canary?.p99Range)
        #expect(range.contains(summary.canary?.p99 ?? -1))
        _ = try JSONParser.parse(JSONWriter.text(summary.json))
    }
}
