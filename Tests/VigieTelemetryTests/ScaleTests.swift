import Foundation
import Testing

@testable import VigieTelemetry

/// What holds on every scale.
struct ScaleTests {
    private static let scales = ["latency": BucketScale.latency, "size": .size, "share": .share]

    @Test(arguments: Array(scales.keys))
    func values_fall_into_the_buckets_whose_bounds_enclose_them(name: String) throws {
        let scale = try #require(Self.scales[name])
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50_000 {
            let value = UInt64(exp2(Double.random(in: 0..<40, using: &random)))
            let (native, classic) = scale.cells[scale.cell(value)]
            let base = scale.inBaseUnit(value)
            #expect(base <= scale.classicBound(classic))
            #expect(classic == 0 || base > scale.classicBound(classic - 1))
            guard native < scale.count - 1 else { continue }
            #expect(base <= scale.upperBound(native) * (1 + 1e-12))
            #expect(native == 0 || base > scale.upperBound(native - 1) * (1 - 1e-12))
        }
    }

    @Test(arguments: Array(scales.keys))
    func zeros_have_a_bucket_of_their_own(name: String) throws {
        let scale = try #require(Self.scales[name])
        let histogram = LoopHistogram(scale)
        for value: UInt64 in [0, 0, 1] { histogram.record(value) }
        let snapshot = HistogramSnapshot([histogram], scale: scale)
        #expect(snapshot.zeros == 2 && snapshot.native.reduce(0, +) == 1)
        #expect(snapshot.count == 3 && snapshot.quantile(0.5) == 0)
    }

    @Test func the_first_bound_of_sizes_holds_empty_messages_only() {
        let histogram = LoopHistogram(.size)
        for value: UInt64 in [0, 1, 1024, 1025] { histogram.record(value) }
        let snapshot = HistogramSnapshot([histogram], scale: .size)
        #expect(Array(snapshot.classic[..<3]) == [1, 2, 1])
    }
}

struct ExemplarTests {
    private func trace(_ number: UInt64) -> TraceContext {
        TraceContext(traceHigh: 0xAB, traceLow: number, span: 0xC0FFEE, flags: 1)
    }

    @Test func each_bucket_has_its_latest_of_all_threads() {
        let loops = [LoopExemplars(), LoopExemplars()]
        loops[0].record(Exemplar(trace: trace(1), value: 20_000, time: 100))
        loops[0].record(Exemplar(trace: trace(2), value: 21_000, time: 200))
        loops[1].record(Exemplar(trace: trace(3), value: 22_000, time: 150))
        loops[1].record(Exemplar(trace: trace(4), value: 600_000, time: 10))
        var snapshot = HistogramSnapshot()
        for loop in loops { loop.add(to: &snapshot) }
        #expect(snapshot.exemplars.compactMap { $0 }.map(\.trace.traceLow) == [2, 4])
    }

    @Test func open_metrics_shows_them_and_plain_text_does_not() {
        let histogram = LoopHistogram()
        histogram.record(20_000)
        let exemplars = LoopExemplars()
        exemplars.record(Exemplar(trace: trace(5), value: 20_000, time: 1))
        var snapshot = HistogramSnapshot([histogram])
        exemplars.add(to: &snapshot)
        let family = MetricFamily(
            .histogram, "x_seconds", unit: "seconds", help: "X.", metrics: [Metric(snapshot)])
        let open = String(decoding: Exposition.bytes([family], as: .openMetrics), as: UTF8.self)
        #expect(
            open.contains(
                "x_seconds_bucket{le=\"2.5e-05\"} 1 # {trace_id=\"00000000000000ab0000000000000005\""
                    + ",span_id=\"0000000000c0ffee\"} 2e-05 "))
        let plain = String(decoding: Exposition.bytes([family], as: .text), as: UTF8.self)
        #expect(!plain.contains("trace_id"))
    }

    @Test func the_series_limit_counts_a_histogram_by_its_series() {
        let histogram = Metric(HistogramSnapshot(), [])
        let families = SeriesLimit.applied(
            to: [
                MetricFamily(.gauge, "a", help: "A.", metrics: [Metric(1.0), Metric(2.0)]),
                MetricFamily(.histogram, "b", help: "B.", metrics: [histogram, histogram]),
            ], max: 30)
        #expect(families.map(\.metrics.count) == [2, 1, 2])
        let text = String(decoding: Exposition.bytes(families, as: .text), as: UTF8.self)
        #expect(text.contains("vigie_metrics_series{fate=\"shown\"} 24\n"))
        #expect(text.contains("vigie_metrics_series{fate=\"left_out\"} 22\n"))
    }
}
