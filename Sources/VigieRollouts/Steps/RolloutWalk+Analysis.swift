extension RolloutWalk {
    /// What has been seen of the canary in this step.
    var canaryView: CanaryView {
        let canary = status.canaryVersion ?? 0
        let report = fleet.report(canary: canary, epoch: status.startedAt, step: status.stepIndex)
        return CanaryView(
            report, canary: canary, stable: spec.stable.version, isShadowing: isShadowing)
    }

    /// Whether the step repeats requests to the canary, which answers none.
    var isShadowing: Bool { status.weight == 0 && status.shadowPercent > 0 }

    /// Those of this step, and those in the background that have begun and have something to look at.
    var activeAnalyses: [AnalysisSpec] {
        let named = Set(steps.flatMap(\.analysis))
        return spec.strategy.analysis.filter { analysis in
            if named.contains(analysis.name) {
                return step?.analysis.contains(analysis.name) ?? false
            }
            return analysis.startingStep <= status.stepIndex && hasTraffic(analysis.source)
        }
    }

    private func hasTraffic(_ source: AnalysisSource) -> Bool {
        switch source {
        case .prometheus: true
        case .shadowFlipRate, .shadowMismatch, .flipRateTest:
            status.shadowPercent > 0
                || spec.shadows.contains { $0.reference.version == status.canaryVersion }
        default: status.weight > 0 || status.shadowPercent > 0
        }
    }

    /// Steps that an analysis is counted in: a test shares its alpha among them.
    private func steps(of analysis: AnalysisSpec) -> Int {
        let named = steps.count { $0.analysis.contains(analysis.name) }
        return max(1, named > 0 ? named : steps.count - analysis.startingStep)
    }

    /// Looks at the analyses whose time has come; false when one of them ends the rollout or holds it.
    mutating func look(_ view: CanaryView) -> Bool {
        for analysis in activeAnalyses {
            var known =
                status.analysis.first { $0.name == analysis.name } ?? AnalysisStatus(analysis.name)
            let wasOver = known.isOver
            // What became due only at this look is asked of Prometheus before the next one.
            let isAsked = analysis.source != .prometheus || answers[analysis.name] != nil
            if isAsked, AnalysisLedger.isDue(analysis, known, now) {
                let reading = Gate.read(
                    analysis, view, answer: answers[analysis.name], tests: steps(of: analysis))
                AnalysisLedger.record(reading, analysis, requests: view.requests, at: now, &known)
                keep(known)
            }
            guard known.isOver else { continue }
            if !act(on: known, isNews: !wasOver) { return false }
        }
        return true
    }

    private mutating func keep(_ known: AnalysisStatus) {
        if let index = status.analysis.firstIndex(where: { $0.name == known.name }) {
            status.analysis[index] = known
        } else {
            status.analysis.append(known)
        }
    }

    /// An analysis has passed its limits. False when the rollout does not go on.
    private mutating func act(on known: AnalysisStatus, isNews: Bool) -> Bool {
        let message = "analysis \(known.name): \(known.message)"
        let reason: RolloutReason =
            switch known.phase {
            case .inconclusive: .analysisInconclusive
            case .error: .analysisError
            default: .analysisFailed
            }
        let action = spec.strategy.onFailure
        if action == .notify {
            if isNews {
                fail(reason, message)
                tell(.warning, reason, message)
            }
            return true
        }
        if action == .pause || known.phase == .inconclusive {
            fail(reason, message)
            if say(.paused, reason, message) { tell(.warning, reason, message) }
            return false
        }
        rollBack(reason, message)
        return false
    }
}
