extension RolloutWalk {
    /// Begins with another canary, or another stable version; ends when there is no canary any more.
    mutating func begin() {
        guard let canary = spec.canary else {
            status.stableVersion = spec.stable.version
            guard status.canaryVersion != nil || status.reason.isEmpty else { return }
            archiveUnfinished()
            forget()
            say(.idle, .noCanary, "there is no canary")
            return
        }
        let restart = metadata.annotations[RolloutAnnotation.restart] ?? ""
        let isSame = status.canaryVersion == canary.version && restart == status.restart
        // A canary that is out stays out when the stable version changes beside it.
        let isOut = status.phase == .rolledBack || status.phase == .failed
        guard !isSame || (status.stableVersion != spec.stable.version && !isOut) else { return }
        archiveUnfinished()
        forget()
        status.canaryVersion = canary.version
        status.startedAt = now
        status.progressedAt = now
        status.restart = restart
        status.promoteIgnored = spec.promote
        status.staleApprovals = Approvals(metadata.annotations).all
        status.staleResume = metadata.annotations[RolloutAnnotation.resume] ?? ""
        say(.loading, .loading, "version \(canary.version) is being loaded")
        tell(
            .normal, .canaryStarted,
            "version \(canary.version) begins beside version \(spec.stable.version)")
        if status.promoteIgnored {
            tell(
                .warning, .promoteIgnored,
                "promote: true was there before version \(canary.version): set it to false, then "
                    + "true, to promote this one")
        }
    }

    /// Keeps what outlasts a rollout, and nothing else.
    private mutating func forget() {
        var fresh = RolloutStatus()
        fresh.history = status.history
        fresh.conditions = status.conditions
        fresh.lastFailure = status.lastFailure
        fresh.stableVersion = spec.stable.version
        status = fresh
    }

    private mutating func archiveUnfinished() {
        guard isUnderWay, let canary = status.canaryVersion else { return }
        archive(.superseded, .superseded)
        tell(.normal, .superseded, "version \(canary) is not on trial any more")
    }

    mutating func archive(_ outcome: RolloutRecord.Outcome, _ reason: RolloutReason) {
        guard let stable = status.stableVersion, let canary = status.canaryVersion else { return }
        status.history.insert(
            RolloutRecord(
                stableVersion: stable, canaryVersion: canary, outcome: outcome,
                reason: reason.rawValue, startedAt: status.startedAt ?? now, finishedAt: now),
            at: 0)
        status.history = Array(status.history.prefix(spec.strategy.revisionHistoryLimit))
    }

    mutating func observePods() {
        let effective = EffectiveRollout(spec: spec, status: status)
        let wanted = effective.requiredVersions
        let isFailing = status.pods.failedToLoad > 0
        status.pods = PodCounts(
            total: fleet.pods.count,
            updated: fleet.pods.count { $0.report?.generation == metadata.generation },
            ready: fleet.ready.count,
            failedToLoad: fleet.pods.count { pod in
                pod.report?.failed.contains { wanted.contains($0.version) } ?? false
            })
        guard let (pod, failure) = fleet.failure(of: wanted) else { return }
        let message = "version \(failure.version) cannot be loaded: \(failure.message)"
        let isTold = isFailing && status.lastFailure?.message == Shown.bounded(message)
        guard !isTold else { return }
        fail(.loadFailed, message, pod: pod)
        tell(.warning, .loadFailed, "pod \(pod): \(message)")
    }

    mutating func observeApprovals(_ canary: VersionReference) {
        let approvals = Approvals(metadata.annotations)
        // One that was taken away may be given again.
        let there = Set(approvals.all)
        status.staleApprovals.removeAll { !there.contains($0) }
        status.approvedBy = approvals.names(
            of: canary.version, stale: status.staleApprovals,
            author: metadata.annotations[RolloutAnnotation.author])
    }
}
