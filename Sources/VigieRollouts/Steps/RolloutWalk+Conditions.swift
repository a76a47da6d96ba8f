extension RolloutWalk {
    /// Says what is true of the rollout now.
    mutating func setConditions() {
        let reason = RolloutReason(rawValue: status.reason) ?? .noCanary
        setReady()
        setCanaryLoaded()
        let isMoving = isUnderWay && status.phase != .paused && !spec.suspend
        set(.progressing, isMoving ? .yes : .no, reason, status.message)
        set(.promoted, status.phase == .succeeded ? .yes : .no, reason, status.message)
        setAnalysisPassed()
        setDegraded(reason)
    }

    private mutating func set(
        _ kind: RolloutCondition.Kind, _ value: RolloutCondition.Status, _ reason: RolloutReason,
        _ message: String
    ) {
        status.set(kind, value, reason.rawValue, Shown.bounded(message), at: now)
    }

    private mutating func setReady() {
        guard !fleet.ready.isEmpty else { return set(.ready, .no, .noPods, fleet.nobody) }
        let wanted = EffectiveRollout(spec: spec, status: status).requiredVersions
        for version in wanted.sorted() {
            guard let problem = fleet.missing(version) else { continue }
            let reason: RolloutReason = fleet.silent == nil ? .loading : .podSilent
            return set(.ready, .no, reason, "version \(version): \(problem)")
        }
        let reason: RolloutReason = status.phase == .succeeded ? .promoted : .walking
        set(.ready, .yes, reason, "\(fleet.ready.count) pods are ready")
    }

    private mutating func setCanaryLoaded() {
        guard let canary = spec.canary else {
            return set(.canaryLoaded, .no, .noCanary, "there is no canary")
        }
        guard !fleet.ready.isEmpty else {
            return set(.canaryLoaded, .unknown, .noPods, fleet.nobody)
        }
        let problem = fleet.missing(canary.version)
        set(
            .canaryLoaded, problem == nil ? .yes : .no, .loading,
            problem ?? "every ready pod has loaded version \(canary.version)")
    }

    private mutating func setAnalysisPassed() {
        let active = activeAnalyses.map(\.name)
        let known = status.analysis.filter { $0.phase != .pending }
        if let bad = known.first(where: { $0.phase == .failed || $0.phase == .error }) {
            let reason: RolloutReason = bad.phase == .failed ? .analysisFailed : .analysisError
            return set(.analysisPassed, .no, reason, "analysis \(bad.name): \(bad.message)")
        }
        if let open = known.first(where: { $0.phase != .successful }) {
            return set(
                .analysisPassed, .unknown, .analysisInconclusive,
                "analysis \(open.name): \(open.message)")
        }
        if let first = active.first(where: { name in !known.contains { $0.name == name } }) {
            return set(
                .analysisPassed, .unknown, .walking, "analysis \(first) was not looked at yet")
        }
        set(.analysisPassed, .yes, .walking, "\(known.count) analyses have succeeded")
    }

    private mutating func setDegraded(_ reason: RolloutReason) {
        if status.phase == .failed || status.phase == .rolledBack || isPausedByAnalysis {
            return set(.degraded, .yes, reason, status.message)
        }
        if status.pods.failedToLoad > 0, let failure = status.lastFailure {
            return set(.degraded, .yes, .loadFailed, failure.message)
        }
        if let silent = fleet.silent {
            let former = status.condition(.degraded)
            if former?.reason != RolloutReason.podSilent.rawValue {
                tell(.warning, .podSilent, silent.complaint)
            }
            return set(.degraded, .yes, .podSilent, silent.complaint)
        }
        if let unaware = fleet.ready.first(where: { $0.report == nil }) {
            return set(.degraded, .yes, .loading, unaware.complaint)
        }
        if let bad = status.analysis.first(where: \.isOver) {
            return set(
                .degraded, .yes, .analysisFailed, "analysis \(bad.name): \(bad.message)")
        }
        set(.degraded, .no, reason, "nothing is wrong")
    }
}
