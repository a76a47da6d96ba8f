import Synchronization

/// Compares a shadow's scores with those that callers got. Any thread may feed it, and wait a moment
/// for the others: never a loop.
package final class ShadowComparison: Sendable {
    /// When two scores count as equal.
    private let tolerance: CompareSpec
    private let state: Mutex<ComparisonReport>

    /// - Parameters:
    ///   - compare: tolerances and bands of the rollout.
    ///   - thresholds: the manifest's decision thresholds, ascending, which are the bands when the
    ///     rollout names none.
    package init(_ compare: CompareSpec, thresholds: [Double] = []) {
        tolerance = compare
        let bands = compare.bands.isEmpty ? thresholds : compare.bands
        state = Mutex(ComparisonReport(bands: bands))
    }

    /// One row has been scored by both.
    /// - Parameters:
    ///   - live: the caller's score.
    ///   - shadow: the shadow's score of the same row.
    ///   - features: the row, masked with ``Disagreement/Feature/init(_:_:isPersonal:)``; asked for only
    ///     when the row is kept as a sample.
    package func compare(
        live: Double, shadow: Double, time: WallTime, request: String = "",
        features: () -> [Disagreement.Feature] = { [] }
    ) {
        let isKept = state.withLock { $0.count(live: live, shadow: shadow, tolerance) }
        guard isKept else { return }
        // Built outside of the lock; that the row is still among the largest is seen again.
        let sample = Disagreement(
            live: live, shadow: shadow, time: time, request: request,
            features: Array(features().prefix(Disagreement.featuresMax)))
        state.withLock { $0.keep(sample) }
    }

    /// What has been compared so far.
    package var report: ComparisonReport { state.withLock { $0 } }
}

extension ComparisonReport {
    /// Counts a row; true when it is among those that differ most.
    mutating func count(live: Double, shadow: Double, _ tolerance: CompareSpec) -> Bool {
        compared &+= 1
        guard live.isFinite, shadow.isFinite else {
            nonFinite &+= 1
            // Two answers that are no numbers alike are no difference; one of them is the worst.
            if live.isFinite || shadow.isFinite || live.isNaN != shadow.isNaN {
                mismatches &+= 1
            }
            return false
        }
        let difference = abs(live - shadow)
        // numpy.isclose, with the caller's answer as the expected one.
        if difference > tolerance.absoluteTolerance + tolerance.relativeTolerance * abs(live) {
            mismatches &+= 1
        }
        let (from, to) = (band(live), band(shadow))
        if from != to { flips &+= 1 }
        confusion[from * (bands.count + 1) + to] &+= 1
        differences.add(DifferenceBuckets.bucket(difference))
        absoluteSum += difference
        signedSum += shadow - live
        squareSum += difference * difference
        largest = max(largest, difference)
        guard difference > 0 else { return false }
        return samples.count < Self.samplesMax
            || difference > samples[samples.count - 1].difference
    }

    /// The decision that a score falls into: a border belongs to the band above it.
    func band(_ score: Double) -> Int { bands.count { $0 <= score } }

    mutating func keep(_ sample: Disagreement) {
        let place = samples.firstIndex { Disagreement.isLarger(sample, $0) } ?? samples.count
        guard place < Self.samplesMax else { return }
        samples.insert(sample, at: place)
        if samples.count > Self.samplesMax { samples.removeLast() }
    }
}

extension Disagreement.Feature {
    /// - Parameter isPersonal: the manifest marks it so: its value is not shown.
    package init(_ name: String, _ value: String, isPersonal: Bool) {
        guard !isPersonal else {
            self.init(name, Disagreement.masked)
            return
        }
        var shown = value
        if value.utf8.count > Disagreement.valueBytesMax {
            shown = String(decoding: value.utf8.prefix(Disagreement.valueBytesMax), as: UTF8.self)
            shown += "…"
        }
        self.init(name, shown)
    }
}
