import VigieTelemetry

/// How far the scores of one version are from those of another, or from those that its manifest
/// expects. Scores are compared as the middles of bins of a thousandth; on these, the numbers are
/// scipy's and Evidently's.
package struct ScoreComparison {
    private let drift: SampleDrift
    /// Shares by bin of the reference's histogram; nil for samples, whose bins Evidently's rule makes.
    private let shares: (reference: [Double], current: [Double])?

    private init(
        _ drift: SampleDrift, _ shares: (reference: [Double], current: [Double])? = nil
    ) {
        self.drift = drift
        self.shares = shares
    }

    /// - Parameters: by bin of `LoopScores`. Nil when either is empty.
    package init?(reference: SparseCounts, current: SparseCounts) {
        guard
            let drift = SampleDrift(
                values: (0..<LoopScores.binCount).map(LoopScores.middle),
                reference: Self.counts(reference), current: Self.counts(current))
        else { return nil }
        self.init(drift)
    }

    /// - Parameter current: by bin of `LoopScores`. Nil when it, or the reference, is empty.
    package init?(reference: ReferenceScores, current: SparseCounts) {
        switch reference {
        case .sample(let counts): self.init(reference: counts, current: current)
        case .histogram(let edges, let counts):
            let live = Self.rebin(current, edges, isOpen: counts.count == edges.count + 1)
            guard live.count == counts.count, counts.allSatisfy({ $0.isFinite && $0 >= 0 }),
                let drift = SampleDrift(
                    values: counts.indices.map(Double.init),
                    reference: counts.map { Int(min($0, 0x1p53)) }, current: live)
            else { return nil }
            let (sum, liveSum) = (counts.reduce(0, +), Double(live.reduce(0, +)))
            self.init(drift, (counts.map { $0 / sum }, live.map { Double($0) / liveSum }))
        }
    }

    private static func counts(_ sparse: SparseCounts) -> [Int] {
        sparse.dense(LoopScores.binCount).map { Int(clamping: $0) }
    }

    /// By the reference's bins: edges[i-1] ≤ x < edges[i], x the middle of a bin of a thousandth.
    private static func rebin(_ scores: SparseCounts, _ edges: [Double], isOpen: Bool) -> [Int] {
        var counts = [Int](repeating: 0, count: edges.count + 1)
        for (bin, count) in zip(scores.buckets, scores.counts) {
            let middle = LoopScores.middle(bin)
            counts[edges.count { $0 <= middle }] += Int(clamping: count)
        }
        return isOpen ? counts : Array(counts.dropFirst().dropLast())
    }

    /// The population stability index, Evidently's.
    package var populationStability: Double? {
        if let shares {
            return ShareDrift.populationStability(shares.reference, shares.current)
        }
        return drift.populationStability
    }

    /// The Jensen–Shannon distance, Evidently's: natural logarithms, 0 … √ln 2.
    package var jensenShannon: Double? {
        if let shares { return ShareDrift.jensenShannon(shares.reference, shares.current) }
        return drift.jensenShannon
    }

    /// The Kolmogorov–Smirnov distance, scipy's statistic, 0 … 1.
    package var kolmogorovSmirnov: Double { drift.kolmogorovSmirnov.statistic }
}
