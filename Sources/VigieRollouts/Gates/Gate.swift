/// Looks at the number of one analysis and judges it.
///
/// A number that is NaN says nothing: it is inconclusive. An infinite one is judged as any other: it is
/// beyond every `max`.
package enum Gate {
    /// - Parameters:
    ///   - view: what has been seen in this step.
    ///   - answer: what Prometheus said, if it was asked.
    ///   - tests: how many tests share `alpha`: one for each step that the analysis is part of, since
    ///     each step is counted anew (Bonferroni).
    package static func read(
        _ analysis: AnalysisSpec, _ view: CanaryView, answer: QueryAnswer? = nil, tests: Int = 1
    ) -> GateReading {
        switch analysis.source {
        case .errorRate:
            guard let rate = view.errorRate else { return noRequests }
            return judge(rate, analysis)
        case .p99Ratio: return latency(analysis, view)
        case .scorePSI, .scoreKS, .scoreJS, .referencePSI: return scores(analysis, view)
        case .shadowFlipRate, .shadowMismatch: return comparison(analysis, view)
        case .errorRateTest, .flipRateTest: return test(analysis, view, tests)
        case .prometheus: return prometheus(analysis, answer)
        }
    }

    private static let noRequests = GateReading.inconclusive("the canary has had no request yet")
    private static let noComparison = GateReading.inconclusive(
        "no answer of the canary was compared yet")

    static func judge(_ value: Double, _ analysis: AnalysisSpec) -> GateReading {
        guard !value.isNaN else { return .inconclusive("the value is NaN") }
        let isGood = value <= analysis.max ?? .infinity && value >= analysis.min ?? -.infinity
        return .value(value, isGood: isGood)
    }

    private static func latency(_ analysis: AnalysisSpec, _ view: CanaryView) -> GateReading {
        guard let canary = view.canary, let stable = view.stable else { return noRequests }
        let least = min(canary.latency.total, stable.latency.total)
        guard least >= GateLimits.latencyAnswersMin, let slow = canary.latency(0.99),
            let usual = stable.latency(0.99)
        else {
            return .inconclusive(
                "\(least) answers in one arm: a p99 takes \(GateLimits.latencyAnswersMin)",
                samples: Int(clamping: least))
        }
        return judge(slow / usual, analysis)
    }

    private static func scores(_ analysis: AnalysisSpec, _ view: CanaryView) -> GateReading {
        guard let canary = view.canary else { return noRequests }
        var least = canary.scores.total
        let comparison: ScoreComparison?
        if analysis.source == .referencePSI {
            guard least == 0 || canary.reference != nil else {
                return .error("the canary's manifest has no reference of scores")
            }
            comparison = canary.reference.flatMap {
                ScoreComparison(reference: $0, current: canary.scores)
            }
        } else {
            let stable = view.stable?.scores ?? SparseCounts()
            least = min(least, stable.total)
            comparison = ScoreComparison(reference: stable, current: canary.scores)
        }
        guard least >= GateLimits.scoresMin else {
            return .inconclusive(
                "\(least) scores: to compare takes \(GateLimits.scoresMin)",
                samples: Int(clamping: least))
        }
        let value: Double? =
            switch analysis.source {
            case .scoreKS: comparison?.kolmogorovSmirnov
            case .scoreJS: comparison?.jensenShannon
            default: comparison?.populationStability
            }
        return value.map { judge($0, analysis) } ?? .inconclusive("there is nothing to compare")
    }

    private static func comparison(_ analysis: AnalysisSpec, _ view: CanaryView) -> GateReading {
        let comparison = view.shadow?.comparison
        if analysis.source == .shadowFlipRate, let problem = withoutDecisions(comparison) {
            return problem
        }
        let value =
            analysis.source == .shadowFlipRate ? comparison?.flipRate : comparison?.mismatchRate
        return value.map { judge($0, analysis) } ?? noComparison
    }

    /// Without a border between decisions none can flip: a rate of 0 would say nothing.
    private static func withoutDecisions(_ comparison: ComparisonReport?) -> GateReading? {
        guard let comparison, comparison.compared > 0, comparison.bands.isEmpty else { return nil }
        return .error(
            "neither shadows[].compare.bands nor the stable version's manifest say where decisions "
                + "change")
    }

    private static func test(_ analysis: AnalysisSpec, _ view: CanaryView, _ tests: Int)
        -> GateReading
    {
        let evidence: Double
        if analysis.source == .errorRateTest {
            guard let canary = view.canary?.outcomes, let stable = view.stable?.outcomes,
                canary.trials > 0, stable.trials > 0
            else { return .inconclusive("an arm has had no request yet") }
            evidence = BernoulliTest.logEvidence(canary, above: stable)
        } else {
            guard let comparison = view.shadow?.comparison, comparison.compared > 0 else {
                return noComparison
            }
            if let problem = withoutDecisions(comparison) { return problem }
            evidence = BernoulliTest.logEvidence(
                .init(successes: comparison.flips, trials: comparison.compared),
                above: analysis.max ?? 0)
        }
        let value = BernoulliTest.pValue(logEvidence: evidence)
        return .value(value, isGood: value > analysis.alpha / Double(max(tests, 1)))
    }

    private static func prometheus(_ analysis: AnalysisSpec, _ answer: QueryAnswer?) -> GateReading
    {
        switch answer {
        case nil: .error("Prometheus was not asked")
        case .value(let value): judge(value, analysis)
        case .noData: .inconclusive("the query has no data")
        case .error(let problem): .error(problem)
        }
    }
}
