import VigieEngine
import VigieTelemetry

/// What one version has shown in its arm, in numbers for people.
package struct ArmSummary: Sendable, Equatable {
    package var version: Int
    package var requests: UInt64
    package var errors: UInt64
    package var rejections: UInt64
    package var nonFinite: UInt64
    /// Nil without requests.
    package var errorRate: Double?
    /// Where the true error rate lies: a confidence sequence, right at all times at once with
    /// ``CanaryComparison/confidence``.
    package var errorRange: ClosedRange<Double>
    /// In seconds; nil without answers.
    package var p50: Double?
    package var p95: Double?
    package var p99: Double?
    /// Where the true 99th percentile lies, as ``errorRange``, in seconds; infinite above while too few
    /// answers say so.
    package var p99Range: ClosedRange<Double>
    /// Of the scores; nil without any.
    package var meanScore: Double?

    init(_ arm: ArmReport) {
        version = arm.version
        requests = arm.requests
        errors = arm.errors
        rejections = arm.rejections
        nonFinite = arm.nonFinite
        errorRate = arm.errorRate
        let alpha = 1 - CanaryComparison.confidence
        errorRange = RateSequence.range(
            .init(successes: arm.errors, trials: arm.requests), alpha: alpha)
        p50 = arm.latency(0.5)
        p95 = arm.latency(0.95)
        p99 = arm.latency(0.99)
        p99Range = arm.latencyRange(0.99, alpha: alpha)
        let scores = arm.scores
        let sum = zip(scores.buckets, scores.counts).reduce(0.0) {
            $0 + LoopScores.middle($1.0) * Double($1.1)
        }
        meanScore = scores.total > 0 ? sum / Double(scores.total) : nil
    }

    package var json: JSONValue {
        var object = ObjectBuilder()
        object.add("version", version)
        object.add("requests", requests)
        object.add("errors", errors)
        object.add("rejections", rejections)
        object.add("nonFinite", nonFinite)
        object.add("errorRate", errorRate)
        object.add("errorRange", .numbers([errorRange.lowerBound, errorRange.upperBound]))
        object.add("p50", p50)
        object.add("p95", p95)
        object.add("p99", p99)
        if p99Range.upperBound.isFinite {
            object.add("p99Range", .numbers([p99Range.lowerBound, p99Range.upperBound]))
        }
        object.add("meanScore", meanScore)
        return object.value
    }
}

extension ArmReport {
    /// Where a quantile of the latency lies, at all times at once, by the edges of its buckets, in
    /// seconds.
    func latencyRange(_ share: Double, alpha: Double) -> ClosedRange<Double> {
        let total = latency.total
        let ranks = RateSequence.ranks(ofQuantile: share, count: total, alpha: alpha)
        var (lower, upper) = (0.0, Double.infinity)
        var seen: UInt64 = 0
        for (bucket, count) in zip(latency.buckets, latency.counts) {
            let before = seen
            seen &+= count
            if before < ranks.lower, seen >= ranks.lower, bucket > 0 {
                lower = BucketScale.latency.upperBound(bucket - 1)
            }
            if before < ranks.upper, seen >= ranks.upper {
                upper = BucketScale.latency.upperBound(bucket)
            }
        }
        return lower...max(lower, upper)
    }
}
