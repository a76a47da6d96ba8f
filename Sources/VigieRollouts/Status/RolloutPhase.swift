/// How far a rollout is.
package enum RolloutPhase: String, Sendable, CaseIterable {
    /// There is no canary.
    case idle = "Idle"
    /// Pods are loading the canary.
    case loading = "Loading"
    /// The canary is asked too, and answers nobody.
    case shadowing = "Shadowing"
    /// The canary answers its share.
    case progressing = "Progressing"
    /// It stays where it is, for the reason that is said.
    case paused = "Paused"
    /// The canary has passed, and takes over.
    case promoting = "Promoting"
    /// The canary is the stable version now, whatever `spec.stable` still says.
    case succeeded = "Succeeded"
    /// The canary is out: it failed, or somebody said so.
    case rolledBack = "RolledBack"
    /// The canary is out: it did not advance in time.
    case failed = "Failed"

    /// Whether nothing more happens to this canary.
    package var isOver: Bool {
        self == .succeeded || self == .rolledBack || self == .failed
    }

    package var meaning: String {
        switch self {
        case .idle: "There is no canary."
        case .loading: "Pods are loading the canary."
        case .shadowing: "The canary is asked too, and answers nobody."
        case .progressing: "The canary answers its share."
        case .paused: "It stays where it is, for the reason that `reason` names."
        case .promoting: "The canary has passed and answers everybody; pods confirm it."
        case .succeeded: "The canary is the stable version, whatever `spec.stable` still says."
        case .rolledBack: "The canary is out: it failed, or somebody said so."
        case .failed: "The canary is out: nothing advanced before the deadline."
        }
    }
}
