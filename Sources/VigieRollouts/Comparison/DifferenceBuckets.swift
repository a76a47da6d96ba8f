import VigieTelemetry

/// How differences of scores are counted: a difference of 0 in bucket 0, others in the buckets of
/// `BucketScale.share` after it, by millionths, rounded up, so that nothing that differs counts as
/// equal.
enum DifferenceBuckets {
    static func bucket(_ difference: Double) -> Int {
        guard difference > 0 else { return 0 }
        let millionths = UInt64(min(difference, 1) * 1e6 + 1)
        return 1 + BucketScale.share.index(min(millionths, 1_000_000))
    }

    static var count: Int { BucketScale.share.count + 1 }

    /// The greatest difference that counts in a bucket.
    static func upperBound(_ bucket: Int) -> Double {
        bucket == 0 ? 0 : min(BucketScale.share.upperBound(bucket - 1), 1)
    }
}

extension ComparisonReport {
    /// The difference that a share of rows are at or below: the upper bound of its bucket, at most
    /// 9.1 % too high (and a millionth); nil without rows.
    package func difference(quantile share: Double) -> Double? {
        let total = differences.total
        guard total > 0 else { return nil }
        let rank = min(max(share, 0), 1) * Double(total)
        var seen: UInt64 = 0
        for (bucket, count) in zip(differences.buckets, differences.counts) {
            seen &+= count
            if Double(seen) >= rank {
                return min(DifferenceBuckets.upperBound(bucket), max(largest, 0))
            }
        }
        return nil
    }

    /// The mean of |caller's - shadow's|; nil without rows.
    package var meanDifference: Double? {
        let rows = compared &- min(nonFinite, compared)
        return rows > 0 ? absoluteSum / Double(rows) : nil
    }

    /// The mean of shadow's - caller's; nil without rows.
    package var bias: Double? {
        let rows = compared &- min(nonFinite, compared)
        return rows > 0 ? signedSum / Double(rows) : nil
    }

    /// The share of rows that are decided otherwise; nil without rows.
    package var flipRate: Double? {
        compared > 0 ? Double(flips) / Double(compared) : nil
    }

    /// The share of rows whose scores differ beyond the tolerance; nil without rows.
    package var mismatchRate: Double? {
        compared > 0 ? Double(mismatches) / Double(compared) : nil
    }
}
