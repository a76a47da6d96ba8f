/// Latencies of one thing over all threads, at one moment.
package struct HistogramSnapshot: Sendable, Equatable {
    /// Counts by native bucket of ``LatencyBuckets``.
    package var native = [UInt64](repeating: 0, count: LatencyBuckets.count)
    /// Counts by classic bucket, not cumulated; the last is unbounded.
    package var classic = [UInt64](repeating: 0, count: LatencyBuckets.classicCount)
    /// Of all durations.
    package var sumNanoseconds: UInt64 = 0

    package init() {}

    /// What several threads have recorded.
    package init(_ histograms: some Sequence<LoopHistogram>) {
        for histogram in histograms { histogram.add(to: &self) }
    }

    /// How many durations were recorded.
    package var count: UInt64 { classic.reduce(0, &+) }

    /// Of all durations, in seconds.
    package var sumSeconds: Double { Double(sumNanoseconds) / 1e9 }

    /// The duration that a share of all are at or below, in seconds, by the middle (geometric) of
    /// its native bucket: within 4.5 % of the true one. Nil when nothing was recorded.
    /// - Parameter share: 0 … 1; 0.99 for p99.
    package func quantile(_ share: Double) -> Double? {
        let total = native.reduce(0, &+)
        guard total > 0 else { return nil }
        let rank = min(max(share, 0), 1) * Double(total)
        var seen: UInt64 = 0
        for (index, count) in native.enumerated() where count > 0 {
            seen &+= count
            guard Double(seen) >= rank else { continue }
            // Half a bucket down, on the logarithmic scale.
            return LatencyBuckets.upperBound(index) / 1.0442737824274138
        }
        return nil
    }
}
