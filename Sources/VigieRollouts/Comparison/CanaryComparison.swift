import VigieEngine
import VigieTelemetry

/// A canary beside the stable version, in this step: all that an operator looks at before saying yes.
package struct CanaryComparison: Sendable, Equatable {
    /// Of the ranges: right at all times at once with this chance.
    package static let confidence = 0.95

    package var stable: ArmSummary?
    package var canary: ArmSummary?
    /// The canary's p99 by the stable version's.
    package var p99Ratio: Double?
    /// Of the canary's scores against the stable version's.
    package var scorePSI: Double?
    package var scoreKS: Double?
    package var scoreJS: Double?
    /// Of the canary's scores against its manifest's reference.
    package var referencePSI: Double?
    /// The always-valid p-value of the canary failing no more often than the stable version.
    package var errorRateTest: Double?
    /// The canary as a shadow of the stable version.
    package var shadow: ShadowReport?
    /// Where the true flip rate lies, as the other ranges.
    package var flipRange: ClosedRange<Double>?

    package init(_ view: CanaryView) {
        stable = view.stable.map(ArmSummary.init)
        canary = view.canary.map(ArmSummary.init)
        shadow = view.shadow
        if let slow = canary?.p99, let usual = stable?.p99 { p99Ratio = slow / usual }
        if let live = view.canary, let other = view.stable {
            let scores = ScoreComparison(reference: other.scores, current: live.scores)
            scorePSI = scores?.populationStability
            scoreKS = scores?.kolmogorovSmirnov
            scoreJS = scores?.jensenShannon
            if live.requests > 0, other.requests > 0 {
                let evidence = BernoulliTest.logEvidence(live.outcomes, above: other.outcomes)
                errorRateTest = BernoulliTest.pValue(logEvidence: evidence)
            }
        }
        if let live = view.canary, let reference = live.reference {
            referencePSI =
                ScoreComparison(reference: reference, current: live.scores)?.populationStability
        }
        if let comparison = view.shadow?.comparison, comparison.compared > 0 {
            flipRange = RateSequence.range(
                .init(successes: comparison.flips, trials: comparison.compared),
                alpha: 1 - Self.confidence)
        }
    }

    package var json: JSONValue {
        var object = ObjectBuilder()
        object.add("stable", stable?.json)
        object.add("canary", canary?.json)
        object.add("p99Ratio", p99Ratio)
        object.add("scorePSI", scorePSI)
        object.add("scoreKS", scoreKS)
        object.add("scoreJS", scoreJS)
        object.add("referencePSI", referencePSI)
        object.add("errorRateTest", errorRateTest)
        object.add("shadow", shadow?.summary)
        object.add("flipRange", flipRange.map { .numbers([$0.lowerBound, $0.upperBound]) })
        return object.value
    }
}

extension ShadowReport {
    /// In numbers for people; the samples with it.
    var summary: JSONValue {
        var object = ObjectBuilder()
        object.add("version", version)
        object.add("against", against)
        object.add("offered", offered)
        object.add("dropped", dropped)
        object.add("failed", failed)
        object.add("compared", comparison.compared)
        object.add("flipRate", comparison.flipRate)
        object.add("mismatchRate", comparison.mismatchRate)
        object.add("meanDifference", comparison.meanDifference)
        object.add("bias", comparison.bias)
        object.add("p50Difference", comparison.difference(quantile: 0.5))
        object.add("p99Difference", comparison.difference(quantile: 0.99))
        object.add("largest", comparison.largest)
        let side = comparison.bands.count + 1
        object.add(
            "confusion",
            .array(
                (0..<side).map { row in
                    .numbers(comparison.confusion[row * side..<(row + 1) * side].map { Double($0) })
                }))
        object.add("samples", list: comparison.samples.map(\.json))
        return object.value
    }
}
