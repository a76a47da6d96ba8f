/// What to do with an application.
package enum CreditDecision: String, Sendable, CaseIterable {
    case approve
    /// A person decides.
    case refer
    case decline
}

/// The probabilities of default at which a decision changes.
package struct DecisionThresholds: Sendable, Equatable {
    /// Below this: approve.
    package let approveBelow: Double
    /// From this on: decline. Between the two: refer.
    package let declineFrom: Double

    /// Nil unless 0 ≤ approveBelow ≤ declineFrom ≤ 1.
    package init?(approveBelow: Double, declineFrom: Double) {
        guard approveBelow >= 0, approveBelow <= declineFrom, declineFrom <= 1 else { return nil }
        self.approveBelow = approveBelow
        self.declineFrom = declineFrom
    }

    /// Where decisions change, ascending.
    package var borders: [Double] { [approveBelow, declineFrom] }

    /// The decision for a probability of default. What is no number is nobody's approval: refer.
    package func decide(probability: Double) -> CreditDecision {
        if probability < approveBelow { return .approve }
        if probability >= declineFrom { return .decline }
        return .refer
    }
}
