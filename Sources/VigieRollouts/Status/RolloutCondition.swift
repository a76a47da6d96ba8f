/// One of the truths about a rollout, as Kubernetes writes them (`metav1.Condition`), so that
/// `kubectl wait --for=condition=Promoted` works.
package struct RolloutCondition: Sendable, Equatable {
    package var kind: Kind
    package var status: Status
    /// One word; Kubernetes wants one.
    package var reason: String
    package var message: String
    /// When `status` last changed.
    package var lastTransitionTime: WallTime
    package var observedGeneration: Int

    package enum Kind: String, Sendable, CaseIterable {
        /// Every ready pod has loaded what it needs.
        case ready = "Ready"
        /// Every ready pod has loaded the canary.
        case canaryLoaded = "CanaryLoaded"
        /// Steps are being walked.
        case progressing = "Progressing"
        /// The canary is the stable version.
        case promoted = "Promoted"
        /// No analysis has failed, and all have said something.
        case analysisPassed = "AnalysisPassed"
        /// Something is wrong that people should look at.
        case degraded = "Degraded"

        package var meaning: String {
            switch self {
            case .ready: "Every ready pod has loaded the versions that it needs."
            case .canaryLoaded: "Every ready pod has loaded the canary."
            case .progressing: "Steps are being walked."
            case .promoted: "The canary is the stable version."
            case .analysisPassed: "All analyses have succeeded so far."
            case .degraded: "Something is wrong that people should look at."
            }
        }
    }

    package enum Status: String, Sendable, CaseIterable {
        case yes = "True"
        case no = "False"
        case unknown = "Unknown"
    }

    package init(
        _ kind: Kind, _ status: Status, reason: String, message: String,
        lastTransitionTime: WallTime, observedGeneration: Int
    ) {
        self.kind = kind
        self.status = status
        self.reason = reason
        self.message = message
        self.lastTransitionTime = lastTransitionTime
        self.observedGeneration = observedGeneration
    }
}

extension RolloutStatus {
    /// The condition of that kind, if it was ever set.
    package func condition(_ kind: RolloutCondition.Kind) -> RolloutCondition? {
        conditions.first { $0.kind == kind }
    }

    /// Sets a condition; its time changes only when its status does.
    mutating func set(
        _ kind: RolloutCondition.Kind, _ status: RolloutCondition.Status, _ reason: String,
        _ message: String, at now: WallTime
    ) {
        var condition = RolloutCondition(
            kind, status, reason: reason, message: message, lastTransitionTime: now,
            observedGeneration: observedGeneration)
        guard let index = conditions.firstIndex(where: { $0.kind == kind }) else {
            conditions.append(condition)
            return
        }
        if conditions[index].status == status {
            condition.lastTransitionTime = conditions[index].lastTransitionTime
        }
        conditions[index] = condition
    }
}
