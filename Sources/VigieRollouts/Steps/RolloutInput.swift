/// All that one look at a rollout is made of.
package struct RolloutInput: Sendable {
    /// The object as it is now, with the status that was written last.
    package var rollout: Rollout
    /// Every pod that there is.
    package var pods: [PodObservation]
    /// By name of an analysis: what Prometheus answered, of those that ``RolloutMachine/dueQueries(_:now:)``
    /// named.
    package var answers: [String: QueryAnswer]
    package var now: WallTime

    package init(
        _ rollout: Rollout, pods: [PodObservation], answers: [String: QueryAnswer] = [:],
        now: WallTime
    ) {
        self.rollout = rollout
        self.pods = pods
        self.answers = answers
        self.now = now
    }
}

/// One pod as the controller saw it.
package struct PodObservation: Sendable {
    package var name: String
    /// Whether it gets requests.
    package var isReady: Bool
    /// What it told of this rollout; nil when it did not answer, or does not know the rollout.
    package var report: RolloutReport?
    /// Why it did not answer; nil when it did.
    package var silence: String?

    package init(
        name: String, isReady: Bool, report: RolloutReport?, silence: String? = nil
    ) {
        self.name = name
        self.isReady = isReady
        self.report = report
        self.silence = silence
    }

    /// What is said of a pod without a report.
    var complaint: String {
        silence.map { "pod \(name) does not answer: \($0)" }
            ?? "pod \(name) does not know this rollout yet"
    }
}
