/// Why a rollout is where it is, and what events say: `status.reason`, the conditions' and the
/// events' `reason`.
package enum RolloutReason: String, Sendable, CaseIterable {
    case noCanary = "NoCanary"
    case canaryStarted = "CanaryStarted"
    case superseded = "Superseded"
    case loading = "Loading"
    case noPods = "NoPods"
    case podSilent = "PodSilent"
    case loadFailed = "LoadFailed"
    case stepStarted = "StepStarted"
    case walking = "Walking"
    case byHand = "ByHand"
    case manualWeight = "ManualWeight"
    case suspended = "Suspended"
    case resumed = "Resumed"
    case awaitingResume = "AwaitingResume"
    case awaitingApproval = "AwaitingApproval"
    case analysisFailed = "AnalysisFailed"
    case analysisError = "AnalysisError"
    case analysisInconclusive = "AnalysisInconclusive"
    case guardTripped = "GuardTripped"
    case aborted = "Aborted"
    case promoteIgnored = "PromoteIgnored"
    case promoting = "Promoting"
    case promoted = "Promoted"
    case progressDeadlineExceeded = "ProgressDeadlineExceeded"

    package var meaning: String {
        switch self {
        case .noCanary: "The specification names no canary."
        case .canaryStarted: "A rollout has begun."
        case .superseded: "Another canary, or none, has taken the place of one that was not over."
        case .loading: "Not every ready pod has loaded the canary yet."
        case .noPods: "No pod is ready."
        case .podSilent: "A ready pod does not answer the controller; the message says why."
        case .loadFailed: "A pod could not load a version."
        case .stepStarted: "A step has begun."
        case .walking: "A step waits for requests, time, analyses or pods; the message says which."
        case .byHand: "There are no steps: `routing.weight` moves the canary."
        case .manualWeight: "`routing.weight` holds the steps."
        case .suspended: "`suspend: true`."
        case .resumed: "The rollout goes on after somebody held it."
        case .awaitingResume: "An indefinite pause waits for the annotation `vigie.dev/resume`."
        case .awaitingApproval: "The steps are done; approvals are missing."
        case .analysisFailed: "An analysis had more bad values than are borne."
        case .analysisError: "An analysis had more errors one after the other than are borne."
        case .analysisInconclusive:
            "An analysis said nothing more often than is borne: people must decide."
        case .guardTripped: "A pod's guard has taken the canary out."
        case .aborted: "`abort: true`."
        case .promoteIgnored:
            "`promote: true` was there before this rollout began, and does not count for it."
        case .promoting: "The canary answers everybody; pods confirm it."
        case .promoted: "The canary is the stable version."
        case .progressDeadlineExceeded: "Nothing advanced for longer than `progressDeadline`."
        }
    }
}
