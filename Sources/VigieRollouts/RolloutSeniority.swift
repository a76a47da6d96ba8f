/// Which of several rollouts of one model holds: the smallest does, and the others are refused. Pods and
/// controller must come to the same result, also those that were started since.
package struct RolloutSeniority: Comparable {
    /// The one that was made first, where the API server says when that was.
    private let creationTimestamp: String
    /// Else one that a controller has looked at.
    private let isUnseen: Bool
    /// Else one that this process carries out.
    private let isNew: Bool
    /// Else the first by name.
    private let name: String

    /// - Parameter isKnown: whether the process carried it out before.
    package init(_ rollout: Rollout, isKnown: Bool = false) {
        creationTimestamp = rollout.metadata.creationTimestamp
        isUnseen = rollout.status.observedGeneration == 0
        isNew = !isKnown
        name = rollout.metadata.name
    }

    package static func < (left: Self, right: Self) -> Bool {
        if left.creationTimestamp != right.creationTimestamp {
            // As the API server writes them, all in UTC and of one length.
            return left.creationTimestamp < right.creationTimestamp
        }
        if left.isUnseen != right.isUnseen { return right.isUnseen }
        if left.isNew != right.isNew { return right.isNew }
        return left.name < right.name
    }

    /// What is said of one that does not hold.
    package static func complaint(model: String, of owner: String) -> String {
        "spec.model '\(model)' has a ModelRollout already: '\(owner)'"
    }
}
