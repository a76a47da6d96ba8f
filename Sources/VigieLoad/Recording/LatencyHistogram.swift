import Histogram

/// Times in nanoseconds, to three significant digits, up to an hour: an HdrHistogram.
package struct LatencyHistogram: Sendable {
    /// Longer times count as this.
    package static let longest: UInt64 = 3_600_000_000_000
    /// Shorter ones are not told apart: half a microsecond.
    package static let shortest: UInt64 = 512

    package private(set) var counts: Histogram<UInt64>

    package init() {
        counts = Histogram(
            lowestDiscernibleValue: Self.shortest, highestTrackableValue: Self.longest,
            numberOfSignificantValueDigits: .three)
    }

    @inline(__always)
    package mutating func record(_ nanoseconds: UInt64) {
        _ = counts.record(min(nanoseconds, Self.longest))
    }

    package mutating func record(_ nanoseconds: UInt64, count: UInt64) {
        _ = counts.record(min(nanoseconds, Self.longest), count: count)
    }

    package mutating func add(_ other: LatencyHistogram) {
        if other.count > 0 { counts.add(other.counts) }
    }

    package mutating func reset() { if count > 0 { counts.reset() } }

    package var count: UInt64 { counts.totalCount }
    package var mean: Double { count == 0 ? 0 : counts.mean }
    package var max: UInt64 { count == 0 ? 0 : Swift.min(counts.max, Self.longest) }

    /// The time within which `percent` of all lie, 0 … 100; 0 when there are none.
    package func percentile(_ percent: Double) -> UInt64 {
        count == 0 ? 0 : Swift.min(counts.valueAtPercentile(percent), max)
    }

    /// Values that were recorded, each with its count, ascending: enough to make the histogram again.
    package var buckets: [(nanoseconds: UInt64, count: UInt64)] {
        count == 0 ? [] : counts.recordedValues().map { ($0.value, $0.count) }
    }

    /// What a closed loop would have seen, had it gone on sending every `interval` nanoseconds while it
    /// waited: each longer time is joined by the waits of the requests that were not sent
    /// (HdrHistogram's `copyCorrectedForCoordinatedOmission`).
    package func corrected(interval: UInt64) -> LatencyHistogram {
        var corrected = LatencyHistogram()
        for bucket in buckets {
            _ = corrected.counts.recordCorrectedValue(
                Swift.min(bucket.nanoseconds, Self.longest), count: bucket.count,
                expectedInterval: interval)
        }
        return corrected
    }
}
