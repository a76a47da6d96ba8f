/// What the decision log keeps of a version's decisions, and how surely: `decisionLog` in
/// manifest.json.
package struct DecisionLogPolicy: Sendable, Equatable {
    /// What is kept of a decision's features.
    package enum Features: String, Sendable, CaseIterable {
        /// Their values, but those of personal features, and a digest of all.
        case values
        /// A digest: enough to prove what a decision was made of when the values are shown.
        case hash
        /// Nothing.
        case none
    }

    /// What becomes of a decision that cannot be recorded.
    package enum Mode: String, Sendable, CaseIterable {
        /// It is refused: an answer leaves when its record is durable, and not before.
        case required
        /// It is given all the same; the loss is counted.
        case bestEffort = "best-effort"
        /// Decisions are not recorded.
        case off
    }

    package var features = Features.hash
    /// Whether values of features marked as personal are kept in clear, with ``Features/values``.
    package var keepsPersonalValues = false
    /// Nil leaves it to the pod's settings.
    package var mode: Mode?

    package init(
        features: Features = .hash, keepsPersonalValues: Bool = false, mode: Mode? = nil
    ) {
        self.features = features
        self.keepsPersonalValues = keepsPersonalValues
        self.mode = mode
    }
}
