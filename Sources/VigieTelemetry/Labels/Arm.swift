/// Why a version answered: the part that it plays in its model's rollout.
package enum Arm: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// It is the version that answers those who name none.
    case stable
    /// It answers a share of them, on trial.
    case canary
    /// It was asked too, and its answer went to nobody.
    case shadow
    /// The caller named it.
    case pinned

    /// The label's value in metrics, logs, traces and the decision log.
    package var label: String {
        switch self {
        case .stable: "stable"
        case .canary: "canary"
        case .shadow: "shadow"
        case .pinned: "pinned"
        }
    }
}
