/// How a canary becomes the stable version, and what stops it.
package struct StrategySpec: Sendable, Equatable {
    /// Walked in their order; without any the weight is moved by hand.
    package var steps: [StepSpec] = []
    package var analysis: [AnalysisSpec] = []
    package var canaryGuard = GuardSpec()
    package var onFailure = FailureAction.rollback
    /// How long nothing may advance before the rollout has failed; pauses and waits for people do not
    /// count.
    package var progressDeadline = progressDeadlineDefault
    /// Past rollouts that the status keeps.
    package var revisionHistoryLimit = revisionHistoryLimitDefault

    package static let progressDeadlineDefault = Duration.seconds(600)
    package static let revisionHistoryLimitDefault = 10

    package init() {}
}

/// What becomes of a rollout one of whose analyses fails. A guard that trips takes the canary out
/// whatever stands here.
package enum FailureAction: String, Sendable, CaseIterable {
    /// The canary gets no traffic any more.
    case rollback = "Rollback"
    /// The weight stays where it is until somebody decides.
    case pause = "Pause"
    /// It is told, and the steps go on.
    case notify = "Notify"
}

/// One step: a share of the traffic, and what must be seen before the next one.
package struct StepSpec: Sendable, Equatable {
    package var traffic: Traffic
    /// Requests that the canary must have had in this step, to answer or as a shadow.
    package var minimumRequests: Int
    package var pause: Pause
    /// Names of analyses that must have succeeded in this step.
    package var analysis: [String]

    package enum Traffic: Sendable, Equatable {
        /// As the step before had it.
        case unchanged
        /// The canary's share, in basis points.
        case weight(Int)
        /// The share of requests, 0 … 100, that are repeated to the canary; it answers none of them.
        case shadow(percent: Double)
    }

    package enum Pause: Sendable, Equatable {
        /// At least so long; zero goes on as soon as all else is met.
        case duration(Duration)
        /// Until somebody says so: the annotation `vigie.dev/resume: <index of the step>`, or
        /// `promote: true`.
        case indefinite
    }

    package init(
        _ traffic: Traffic = .unchanged, minimumRequests: Int = 0, pause: Pause = .duration(.zero),
        analysis: [String] = []
    ) {
        self.traffic = traffic
        self.minimumRequests = minimumRequests
        self.pause = pause
        self.analysis = analysis
    }
}

/// The limits that a pod watches by itself: a canary beyond one of them gets no traffic any more within
/// a second.
package struct GuardSpec: Sendable, Equatable {
    /// The share of the canary's requests that may fail, 0 … 1; nil sets no limit.
    package var errorRate: Double?
    /// The 99th percentile of its latency; nil sets no limit.
    package var p99: Duration?
    /// Whether a score that is NaN or infinite takes it out.
    package var nonFinite: Bool
    /// What is looked back on.
    package var window: Duration
    /// With fewer requests in the window, error rate and latency say nothing.
    package var minimumRequests: Int

    package static let windowDefault = Duration.seconds(1)
    package static let minimumRequestsDefault = 20

    package init(
        errorRate: Double? = nil, p99: Duration? = nil, nonFinite: Bool = true,
        window: Duration = windowDefault, minimumRequests: Int = minimumRequestsDefault
    ) {
        self.errorRate = errorRate
        self.p99 = p99
        self.nonFinite = nonFinite
        self.window = window
        self.minimumRequests = minimumRequests
    }
}
