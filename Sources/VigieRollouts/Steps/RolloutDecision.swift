/// What one look at a rollout led to.
package struct RolloutDecision: Sendable, Equatable {
    /// To be written, if it differs from the one that was.
    package var status: RolloutStatus
    /// To be told after the status was written: when the status is not written, because somebody else
    /// did, they did not happen.
    package var events: [RolloutEvent]
    /// When to look again, at the latest.
    package var next: Duration
}

/// Something that happened to a rollout, for people: an Event of Kubernetes, a line of the log.
package struct RolloutEvent: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }
    package var kind: Kind
    package var reason: RolloutReason
    package var message: String
    /// The same for the same happening, however often it is told: of the canary, the rollout's
    /// beginning, the step and the reason.
    package var id: String
}
