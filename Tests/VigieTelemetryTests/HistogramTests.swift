import Foundation
import Testing

@testable import VigieTelemetry

struct BucketScaleTests {
    private let scale = BucketScale.latency

    @Test func a_duration_is_in_the_bucket_whose_bounds_enclose_it() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let nanoseconds = UInt64(exp2(Double.random(in: 0..<38.8, using: &random)))
            let index = scale.index(nanoseconds)
            let seconds = Double(nanoseconds) * 1e-9
            #expect(seconds <= scale.upperBound(index))
            #expect(index == 0 || seconds > scale.upperBound(index - 1))
        }
    }

    @Test(arguments: BucketScale.latency.classicBounds)
    func a_classic_bound_belongs_to_its_bucket(bound: UInt64) throws {
        let place = try #require(scale.classicBounds.firstIndex(of: bound))
        for (nanoseconds, expected) in [(bound - 1, place), (bound, place), (bound + 1, place + 1)]
        {
            let index = scale.index(nanoseconds)
            #expect(scale.classicIndex(index, nanoseconds) == expected)
        }
    }

    @Test func a_cell_is_part_of_the_buckets_of_all_that_falls_into_it() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let nanoseconds = UInt64(exp2(Double.random(in: 0..<38.8, using: &random)))
            let (native, classic) = scale.cells[scale.cell(nanoseconds)]
            #expect(native == scale.index(nanoseconds))
            #expect(classic == scale.classicIndex(native, nanoseconds))
        }
    }

    @Test func what_is_beyond_the_range_counts_at_its_end() {
        #expect(scale.cell(0) == scale.zeroCell)
        #expect(scale.index(.max) == scale.count - 1)
        #expect(scale.classicIndex(scale.count - 1, .max) == 19)
    }
}

struct LoopHistogramTests {
    @Test func the_snapshot_is_the_sum_of_all_threads() {
        let loops = [LoopHistogram(), LoopHistogram()]
        for step in UInt64(1)...1000 {
            loops[Int(step % 2)].record(step * 1_000)
        }
        let snapshot = HistogramSnapshot(loops)
        #expect(snapshot.count == 1000)
        #expect(snapshot.native.reduce(0, +) == 1000)
        #expect(snapshot.sum == 500_500_000)
        #expect(snapshot.classic[..<4] == [10, 15, 25, 50])
    }

    @Test func quantiles_are_within_half_a_bucket() throws {
        let histogram = LoopHistogram()
        for step in UInt64(1)...10_000 { histogram.record(step * 1_000) }
        let snapshot = HistogramSnapshot([histogram])
        for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let quantile = try #require(snapshot.quantile(share))
            #expect(abs(quantile / (share * 0.01) - 1) < 0.0452)
        }
        #expect(HistogramSnapshot().quantile(0.5) == nil)
    }
}
