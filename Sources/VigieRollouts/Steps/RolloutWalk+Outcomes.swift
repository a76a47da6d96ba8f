extension RolloutWalk {
    mutating func fail(_ reason: RolloutReason, _ message: String, pod: String = "") {
        status.lastFailure = RolloutFailure(
            reason: reason.rawValue, message: Shown.bounded(message), pod: pod, time: now)
    }

    /// The canary failed.
    mutating func rollBack(_ reason: RolloutReason, _ message: String, pod: String = "") {
        fail(reason, message, pod: pod)
        end(.rolledBack, reason, pod.isEmpty ? message : "pod \(pod): \(message)")
    }

    /// The canary is out.
    mutating func end(_ phase: RolloutPhase, _ reason: RolloutReason, _ message: String) {
        if phase == .failed { fail(reason, message) }
        (status.weight, status.shadowPercent) = (0, 0)
        say(phase, reason, message)
        tell(.warning, reason, message)
        archive(phase == .failed ? .failed : .rolledBack, reason)
    }

    /// The steps are done, or somebody skips what is left of them.
    mutating func promote(_ canary: VersionReference) {
        if let problem = unmetInBackground {
            let isLate = status.progressedAt.map { now.since($0) } ?? .zero
            guard isLate < spec.strategy.progressDeadline else {
                return end(.failed, .progressDeadlineExceeded, problem)
            }
            say(.progressing, .walking, "before the promotion: \(problem)")
            return
        }
        let missing = spec.approvalsRequired - status.approvedBy.count
        guard missing <= 0 else {
            return hold(
                .awaitingApproval,
                "\(status.approvedBy.count) of \(spec.approvalsRequired) approvals: annotate with "
                    + "\(RolloutAnnotation.approvedByPrefix)<n>")
        }
        let problem = fleet.ready.isEmpty ? fleet.nobody : fleet.missing(canary.version)
        if let problem {
            say(.progressing, .walking, "before the promotion: \(problem)")
            return
        }
        status.stepIndex = steps.count
        status.stepStartedAt = now
        status.progressedAt = now
        (status.weight, status.shadowPercent) = (RoutingSpec.weightMax, 0)
        say(.promoting, .promoting, "version \(canary.version) answers everybody")
        tell(.normal, .promoting, "version \(canary.version) takes over")
    }

    /// What a background analysis has not shown yet; nil when all have succeeded, or somebody skips what
    /// is left and none is bad.
    private var unmetInBackground: String? {
        if spec.promote && !status.promoteIgnored { return nil }
        let named = Set(steps.flatMap(\.analysis))
        for analysis in activeAnalyses where !named.contains(analysis.name) {
            if let problem = unmet(analysis.name, requests: 0) { return problem }
        }
        return nil
    }

    /// Every ready pod answers with the new version: `spec.stable` is not needed any more.
    mutating func confirmPromotion(_ canary: VersionReference) {
        let problem =
            fleet.ready.isEmpty ? fleet.nobody : fleet.missing(canary.version) ?? behind
        if let problem {
            say(.promoting, .promoting, "version \(canary.version): \(problem)")
            return
        }
        status.weight = 0
        say(.succeeded, .promoted, "version \(canary.version) is the stable version")
        tell(
            .normal, .promoted,
            "version \(canary.version) has taken the place of version \(spec.stable.version)")
        archive(.succeeded, .promoted)
    }
}
