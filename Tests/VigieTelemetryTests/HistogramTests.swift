import Foundation
import Testing

@testable import VigieTelemetry

struct LatencyBucketsTests {
    @Test func a_duration_is_in_the_bucket_whose_bounds_enclose_it() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let nanoseconds = UInt64(exp2(Double.random(in: 0..<38.8, using: &random)))
            let index = LatencyBuckets.index(nanoseconds: nanoseconds)
            let seconds = Double(nanoseconds) * 1e-9
            #expect(seconds <= LatencyBuckets.upperBound(index))
            #expect(index == 0 || seconds > LatencyBuckets.upperBound(index - 1))
        }
    }

    @Test(arguments: LatencyBuckets.classicBounds)
    func a_classic_bound_belongs_to_its_bucket(bound: UInt64) throws {
        let place = try #require(LatencyBuckets.classicBounds.firstIndex(of: bound))
        for (nanoseconds, expected) in [(bound - 1, place), (bound, place), (bound + 1, place + 1)]
        {
            let index = LatencyBuckets.index(nanoseconds: nanoseconds)
            #expect(LatencyBuckets.classicIndex(index, nanoseconds: nanoseconds) == expected)
        }
    }

    @Test func a_cell_is_part_of_the_buckets_of_all_that_falls_into_it() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let nanoseconds = UInt64(exp2(Double.random(in: 0..<38.8, using: &random)))
            let (native, classic) = LatencyBuckets.cells[
                LatencyBuckets.cell(nanoseconds: nanoseconds)]
            #expect(native == LatencyBuckets.index(nanoseconds: nanoseconds))
            #expect(classic == LatencyBuckets.classicIndex(native, nanoseconds: nanoseconds))
        }
    }

    @Test func what_is_beyond_the_range_counts_at_its_end() {
        #expect(LatencyBuckets.index(nanoseconds: 0) == 0)
        #expect(LatencyBuckets.index(nanoseconds: .max) == LatencyBuckets.count - 1)
        #expect(LatencyBuckets.classicIndex(LatencyBuckets.count - 1, nanoseconds: .max) == 19)
    }
}

struct LoopHistogramTests {
    @Test func the_snapshot_is_the_sum_of_all_threads() {
        let loops = [LoopHistogram(), LoopHistogram()]
        for step in UInt64(1)...1000 {
            loops[Int(step % 2)].record(nanoseconds: step * 1_000)
        }
        let snapshot = HistogramSnapshot(loops)
        #expect(snapshot.count == 1000)
        #expect(snapshot.native.reduce(0, +) == 1000)
        #expect(snapshot.sumNanoseconds == 500_500_000)
        #expect(snapshot.classic[..<4] == [10, 15, 25, 50])
    }

    @Test func quantiles_are_within_half_a_bucket() throws {
        let histogram = LoopHistogram()
        for step in UInt64(1)...10_000 { histogram.record(nanoseconds: step * 1_000) }
        let snapshot = HistogramSnapshot([histogram])
        for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let quantile = try #require(snapshot.quantile(share))
            #expect(abs(quantile / (share * 0.01) - 1) < 0.0452)
        }
        #expect(HistogramSnapshot().quantile(0.5) == nil)
    }
}
