import VigieRollouts

/// Rollouts that the machine is not asked about, and why: people see it where they look.
extension Controller {
    /// An object that is no rollout: people are told, and what it was before goes on. The condition is
    /// the machine's again as soon as the object is good.
    func refuse(_ stored: StoredRollout, _ refusal: RolloutRefusal) {
        let goesOn = stored.status.observedGeneration > 0 ? ", and what it said before goes on" : ""
        let message = "refused\(goesOn): \(refusal)"
        guard degrade(stored, Self.refused, message) else { return }
        if refusals[stored.metadata.name] != refusal.description {
            refusals[stored.metadata.name] = refusal.description
            tell(
                RolloutNews(isWarning: true, reason: Self.refused, message: message), of: stored)
        }
    }

    private static let refused = "Refused"

    func tellOfUnknownPods(_ rollouts: [StoredRollout], _ problem: String) {
        let reason = RolloutReason.podsUnknown.rawValue
        let message = "nothing is decided, since the pods cannot be listed: \(problem)"
        for stored in rollouts {
            guard case .success = stored.content else { continue }
            let isNews = stored.status.condition(.degraded)?.reason != reason
            if degrade(stored, reason, message), isNews {
                tell(RolloutNews(isWarning: true, reason: reason, message: message), of: stored)
            }
        }
    }

    /// Sets the condition of a rollout that the machine is not asked about.
    /// - Returns: whether it says so now.
    private func degrade(_ stored: StoredRollout, _ reason: String, _ message: String) -> Bool {
        var condition = RolloutCondition(
            .degraded, .yes, reason: reason, message: message,
            lastTransitionTime: clock(), observedGeneration: stored.metadata.generation)
        var status = stored.status
        let former = status.condition(.degraded)
        if let former, former.status == .yes {
            condition.lastTransitionTime = former.lastTransitionTime
        }
        status.conditions.removeAll { $0.kind == .degraded }
        status.conditions.append(condition)
        return former == condition || write(status, of: stored)
    }

    /// Of several rollouts of one model pods carry out one: the others are refused here, too.
    static func withoutRivals(_ rollouts: [StoredRollout]) -> [StoredRollout] {
        var owners: [String: Rollout] = [:]
        for case .success(let rollout) in rollouts.map(\.content) {
            let former = owners[rollout.spec.model]
            if let former, RolloutSeniority(former) < RolloutSeniority(rollout) { continue }
            owners[rollout.spec.model] = rollout
        }
        return rollouts.map { stored in
            guard case .success(let rollout) = stored.content,
                let owner = owners[rollout.spec.model]?.metadata.name,
                owner != rollout.metadata.name
            else { return stored }
            var refused = stored
            refused.content = .failure(
                RolloutRefusal(RolloutSeniority.complaint(model: rollout.spec.model, of: owner)))
            return refused
        }
    }
}
