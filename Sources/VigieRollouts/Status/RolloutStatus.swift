/// What has become of a rollout: `status` of a ModelRollout, or the file beside it. The controller
/// writes it, and nothing else is remembered between two of its looks.
package struct RolloutStatus: Sendable, Equatable {
    package var phase = RolloutPhase.idle
    /// Why, in one word: "ManualWeight"; see ``RolloutReason``.
    package var reason = ""
    /// The same for people.
    package var message = ""
    /// The generation of the specification that this is about.
    package var observedGeneration = 0
    /// `spec.model`, which must not change: versions of another model have nothing to do with what is
    /// said here. Empty where no controller has looked yet.
    package var model = ""
    /// `spec.stable` when the rollout began.
    package var stableVersion: Int?
    /// The canary that this is about; nil without one.
    package var canaryVersion: Int?
    /// The canary's share in basis points.
    package var weight = 0
    /// The share of requests that are repeated to the canary, 0 … 100.
    package var shadowPercent = 0.0
    /// The step that is being walked, from 0; the number of steps when all are done.
    package var stepIndex = 0
    /// When the canary was first seen.
    package var startedAt: WallTime?
    package var stepStartedAt: WallTime?
    /// When something last advanced: what the deadline counts from.
    package var progressedAt: WallTime?
    /// Requests that the canary had answered in this step when it was last looked at.
    package var stepRequests = 0
    /// The step that somebody let go on with `vigie.dev/resume`; each can be once.
    package var resumedStep: Int?
    /// The value of `vigie.dev/resume` when the rollout began, which is not meant for it.
    package var staleResume = ""
    /// The value of `vigie.dev/restart` when the rollout began: another one begins it anew.
    package var restart = ""
    /// `spec.promote` was there when the rollout began, and is not meant for it.
    package var promoteIgnored = false
    /// Approvals that were there when the rollout began, and are not meant for it.
    package var staleApprovals: [String] = []
    package var pods = PodCounts()
    package var analysis: [AnalysisStatus] = []
    package var lastFailure: RolloutFailure?
    /// Who has approved of this canary.
    package var approvedBy: [String] = []
    /// The last first.
    package var history: [RolloutRecord] = []
    package var conditions: [RolloutCondition] = []

    package init() {}
}

/// Pods, as the controller last saw them.
package struct PodCounts: Sendable, Equatable {
    package var total = 0
    /// Those that have applied the specification's generation.
    package var updated = 0
    package var ready = 0
    /// Those that could not load the stable version, the canary or a shadow.
    package var failedToLoad = 0

    package init(total: Int = 0, updated: Int = 0, ready: Int = 0, failedToLoad: Int = 0) {
        self.total = total
        self.updated = updated
        self.ready = ready
        self.failedToLoad = failedToLoad
    }
}

/// The last thing that went wrong.
package struct RolloutFailure: Sendable, Equatable {
    package var reason: String
    package var message: String
    /// Empty when it was no single pod's.
    package var pod: String
    package var time: WallTime

    package init(reason: String, message: String, pod: String = "", time: WallTime) {
        self.reason = reason
        self.message = message
        self.pod = pod
        self.time = time
    }
}

/// How one rollout ended.
package struct RolloutRecord: Sendable, Equatable {
    package var stableVersion: Int
    package var canaryVersion: Int
    package var outcome: Outcome
    package var reason: String
    package var startedAt: WallTime
    package var finishedAt: WallTime

    package enum Outcome: String, Sendable, CaseIterable {
        case succeeded = "Succeeded"
        case rolledBack = "RolledBack"
        case failed = "Failed"
        /// Another canary, or none, took its place before it was over.
        case superseded = "Superseded"
    }

    package init(
        stableVersion: Int, canaryVersion: Int, outcome: Outcome, reason: String,
        startedAt: WallTime, finishedAt: WallTime
    ) {
        self.stableVersion = stableVersion
        self.canaryVersion = canaryVersion
        self.outcome = outcome
        self.reason = reason
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}
