/// How a shadow's answers compare with those that callers got, since the step began. Its latencies,
/// errors and scores are those of its ``ArmReport``, of the arm `shadow`.
package struct ShadowReport: Sendable, Equatable {
    /// The version that shadows.
    package var version: Int
    /// The version that answered the callers.
    package var against: Int
    /// Requests that were to be repeated to it.
    package var offered: UInt64 = 0
    /// Of those, the ones that were let go because too many waited.
    package var dropped: UInt64 = 0
    /// Of those, the ones that it failed to answer.
    package var failed: UInt64 = 0
    package var comparison = ComparisonReport()

    package init(version: Int, against: Int) {
        self.version = version
        self.against = against
    }

    package mutating func merge(_ other: ShadowReport) {
        offered &+= other.offered
        dropped &+= other.dropped
        failed &+= other.failed
        comparison.merge(other.comparison)
    }

    package func since(_ before: ShadowReport) -> ShadowReport {
        var difference = self
        difference.offered = offered &- min(before.offered, offered)
        difference.dropped = dropped &- min(before.dropped, dropped)
        difference.failed = failed &- min(before.failed, failed)
        difference.comparison = comparison.since(before.comparison)
        return difference
    }
}

/// Pairs of scores of the same rows: the caller's and the shadow's.
package struct ComparisonReport: Sendable, Equatable {
    /// Borders between decisions, ascending; empty when there are none to flip.
    package var bands: [Double] = []
    /// Rows that both have scored.
    package var compared: UInt64 = 0
    /// Rows that are decided otherwise.
    package var flips: UInt64 = 0
    /// Rows whose scores differ beyond the tolerance.
    package var mismatches: UInt64 = 0
    /// Rows of which either score is NaN or infinite; mismatches, and nothing else.
    package var nonFinite: UInt64 = 0
    /// By the caller's decision, and within it by the shadow's: (bands + 1)² counts.
    package var confusion: [UInt64] = []
    /// Of |caller's - shadow's|, by bucket of `BucketScale.share` and one more, from 0, for no
    /// difference: see ``DifferenceBuckets``.
    package var differences = SparseCounts()
    /// Sum of |caller's - shadow's|.
    package var absoluteSum = 0.0
    /// Sum of shadow's - caller's: its bias.
    package var signedSum = 0.0
    /// Sum of the squares.
    package var squareSum = 0.0
    /// The largest |caller's - shadow's|.
    package var largest = 0.0
    /// The rows that differ most, the largest difference first.
    package var samples: [Disagreement] = []

    /// Samples that are kept.
    package static let samplesMax = 16

    package init(bands: [Double] = []) {
        self.bands = bands
        confusion = [UInt64](repeating: 0, count: (bands.count + 1) * (bands.count + 1))
    }

    /// Comparisons with other bands have another confusion: what is larger is kept of it.
    package mutating func merge(_ other: ComparisonReport) {
        if confusion.count == other.confusion.count, bands == other.bands {
            for index in confusion.indices { confusion[index] &+= other.confusion[index] }
        } else if other.compared > compared {
            (bands, confusion) = (other.bands, other.confusion)
        }
        compared &+= other.compared
        flips &+= other.flips
        mismatches &+= other.mismatches
        nonFinite &+= other.nonFinite
        differences.merge(other.differences)
        absoluteSum += other.absoluteSum
        signedSum += other.signedSum
        squareSum += other.squareSum
        largest = max(largest, other.largest)
        samples = Array(
            (samples + other.samples).sorted(by: Disagreement.isLarger).prefix(Self.samplesMax))
    }

    /// The largest difference and the samples are those of all time: they cannot be taken apart.
    package func since(_ before: ComparisonReport) -> ComparisonReport {
        var difference = self
        difference.compared = compared &- min(before.compared, compared)
        difference.flips = flips &- min(before.flips, flips)
        difference.mismatches = mismatches &- min(before.mismatches, mismatches)
        difference.nonFinite = nonFinite &- min(before.nonFinite, nonFinite)
        if before.confusion.count == confusion.count {
            for index in confusion.indices {
                difference.confusion[index] =
                    confusion[index] &- min(before.confusion[index], confusion[index])
            }
        }
        difference.differences = differences.since(before.differences)
        difference.absoluteSum = max(0, absoluteSum - before.absoluteSum)
        difference.signedSum = signedSum - before.signedSum
        difference.squareSum = max(0, squareSum - before.squareSum)
        return difference
    }
}

/// One row that a shadow scored otherwise.
package struct Disagreement: Sendable, Equatable {
    /// The caller's score.
    package var live: Double
    package var shadow: Double
    package var time: WallTime
    /// What the caller named the request; empty when it did not.
    package var request: String
    /// Names and values; of personal features the value is ``masked``.
    package var features: [Feature]

    package struct Feature: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What stands for the value of a feature that the manifest marks as personal.
    package static let masked = "***"
    /// Features that are kept of one row, and bytes of a value.
    package static let featuresMax = 64
    package static let valueBytesMax = 64

    package init(
        live: Double, shadow: Double, time: WallTime, request: String = "",
        features: [Feature] = []
    ) {
        self.live = live
        self.shadow = shadow
        self.time = time
        self.request = request
        self.features = features
    }

    package var difference: Double { abs(live - shadow) }

    /// Larger differences first, earlier ones first among equals, so that merging has one outcome.
    static func isLarger(_ left: Disagreement, _ right: Disagreement) -> Bool {
        (left.difference, right.time, right.live) > (right.difference, left.time, left.live)
    }
}
