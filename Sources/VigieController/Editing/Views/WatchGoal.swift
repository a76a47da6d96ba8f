import VigieRollouts

/// What somebody waits for.
package struct WatchGoal: Sendable, Equatable {
    private let phase: RolloutPhase

    /// A phase, or "Promoted", which is the condition that goes with `Succeeded`; in any case.
    package init?(_ text: String) {
        let word = text.lowercased()
        if word == "promoted" {
            phase = .succeeded
            return
        }
        guard let found = RolloutPhase.allCases.first(where: { $0.rawValue.lowercased() == word })
        else { return nil }
        phase = found
    }

    package static var names: String {
        (["Promoted"] + RolloutPhase.allCases.map(\.rawValue)).joined(separator: ", ")
    }

    /// Whether it is reached: true; false when it can be no more, as the rollout has ended otherwise;
    /// nil until then.
    package func isReached(by rollout: Rollout) -> Bool? {
        let status = rollout.status
        let isAbout = rollout.spec.canary == nil || rollout.isStatusOfCanary
        let reached = isAbout ? status.phase : .idle
        if reached == phase { return true }
        return reached.isOver ? false : nil
    }
}
