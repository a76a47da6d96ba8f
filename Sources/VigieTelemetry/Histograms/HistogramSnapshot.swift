/// What all threads have seen of one thing, at one moment.
package struct HistogramSnapshot: Sendable {
    package let scale: BucketScale
    /// Counts by native bucket of the scale.
    package var native: [UInt64]
    /// Values of zero, which no native bucket holds.
    package var zeros: UInt64 = 0
    /// Counts by classic bucket, not cumulated; the last is unbounded.
    package var classic: [UInt64]
    /// Of all values, in the scale's small unit.
    package var sum: UInt64 = 0
    /// By classic bucket: one request that is in it, the latest known; empty without any.
    package var exemplars: [Exemplar?] = []

    package init(_ scale: BucketScale = .latency) {
        self.scale = scale
        native = [UInt64](repeating: 0, count: scale.count)
        classic = [UInt64](repeating: 0, count: scale.classicCount)
    }

    /// What several threads have recorded, on one scale.
    package init(_ histograms: [LoopHistogram], scale: BucketScale = .latency) {
        self.init(scale)
        for histogram in histograms { histogram.add(to: &self) }
    }

    /// How many values were recorded.
    package var count: UInt64 { classic.reduce(0, &+) }

    /// Of all values, in the base unit: seconds, bytes.
    package var baseSum: Double { scale.inBaseUnit(sum) }

    /// The value that a share of all are at or below, in the base unit, by the middle (geometric) of
    /// its native bucket: within 4.5 % of the true one. Nil when nothing was recorded.
    /// - Parameter share: 0 … 1; 0.99 for p99.
    package func quantile(_ share: Double) -> Double? {
        let total = native.reduce(zeros, &+)
        guard total > 0 else { return nil }
        let rank = min(max(share, 0), 1) * Double(total)
        var seen = zeros
        if zeros > 0, Double(seen) >= rank { return 0 }
        for (index, count) in native.enumerated() where count > 0 {
            seen &+= count
            guard Double(seen) >= rank else { continue }
            // Half a bucket down, on the logarithmic scale.
            return scale.upperBound(index) / 1.0442737824274138
        }
        return nil
    }
}
