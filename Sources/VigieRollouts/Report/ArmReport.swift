import VigieTelemetry

/// What one version has answered in one arm since the step began.
package struct ArmReport: Sendable, Equatable {
    package var arm: Arm
    package var version: Int
    /// Answered or failed; requests that were refused before they were computed are not among them.
    package var requests: UInt64 = 0
    /// Of those, the ones that failed by the version's or the pod's fault.
    package var errors: UInt64 = 0
    /// Of those, the ones that the version found wrong: their callers' fault, unless it takes less than
    /// others do.
    package var rejections: UInt64 = 0
    /// Scores that were NaN or infinite.
    package var nonFinite: UInt64 = 0
    /// Of the answered ones, by bucket of `BucketScale.latency`.
    package var latency = SparseCounts()
    /// Of all, in nanoseconds.
    package var latencySum: UInt64 = 0
    /// By bin of `LoopScores`.
    package var scores = SparseCounts()
    /// The scores that the version's manifest expects; nil when it has none.
    package var reference: ReferenceScores?

    package init(_ arm: Arm, version: Int) {
        self.arm = arm
        self.version = version
    }

    /// Adds what another loop or pod has counted of the same arm and version.
    package mutating func merge(_ other: ArmReport) {
        requests &+= other.requests
        errors &+= other.errors
        rejections &+= other.rejections
        nonFinite &+= other.nonFinite
        latency.merge(other.latency)
        latencySum &+= other.latencySum
        scores.merge(other.scores)
        // Versions are immutable: the same manifest everywhere.
        reference = reference ?? other.reference
    }

    /// What was counted since `before`, which the same counters said earlier.
    package func since(_ before: ArmReport) -> ArmReport {
        var difference = self
        difference.requests = requests &- min(before.requests, requests)
        difference.errors = errors &- min(before.errors, errors)
        difference.rejections = rejections &- min(before.rejections, rejections)
        difference.nonFinite = nonFinite &- min(before.nonFinite, nonFinite)
        difference.latency = latency.since(before.latency)
        difference.latencySum = latencySum &- min(before.latencySum, latencySum)
        difference.scores = scores.since(before.scores)
        return difference
    }

    /// The share of requests that failed; nil without any.
    package var errorRate: Double? {
        requests > 0 ? Double(errors) / Double(requests) : nil
    }

    /// The share of requests that were found wrong; zero without any.
    var rejectionRate: Double {
        requests > 0 ? Double(rejections) / Double(requests) : 0
    }

    /// What a test of one arm against the other counts: whatever was not answered.
    var outcomes: BernoulliTest.Counts {
        .init(successes: errors &+ rejections, trials: requests)
    }

    /// The latency that a share of answers are at or below, in seconds, to within 4.5 %; nil without
    /// any.
    package func latency(_ share: Double) -> Double? {
        var snapshot = HistogramSnapshot(.latency)
        snapshot.native = latency.dense(BucketScale.latency.count)
        return snapshot.quantile(share)
    }
}

/// The distribution of scores that a manifest's `reference` holds.
package enum ReferenceScores: Sendable, Equatable {
    /// A sample, by bin of `LoopScores`.
    case sample(SparseCounts)
    /// Counts between edges: one for each bin between two of them, or with open bins at both ends.
    case histogram(edges: [Double], counts: [Double])
}
