/// One look at a rollout, while it is being taken.
struct RolloutWalk {
    let spec: RolloutSpec
    let metadata: RolloutMetadata
    let answers: [String: QueryAnswer]
    let now: WallTime
    let fleet: Fleet
    var status: RolloutStatus
    var events: [RolloutEvent] = []

    init(_ input: RolloutInput) {
        spec = input.rollout.spec
        metadata = input.rollout.metadata
        answers = input.answers
        now = input.now
        status = input.rollout.status
        fleet = Fleet(input.pods)
    }

    var steps: [StepSpec] { spec.strategy.steps }

    /// The step that is being walked; nil without steps, or when all are done.
    var step: StepSpec? { steps.indices.contains(status.stepIndex) ? steps[status.stepIndex] : nil }

    /// Whether a canary is between its beginning and its end.
    var isUnderWay: Bool {
        status.canaryVersion != nil && status.phase != .idle && !status.phase.isOver
    }

    /// Whether it answers or shadows, so that analyses have something to look at.
    var isWalking: Bool {
        isUnderWay && status.phase != .loading && status.phase != .promoting && !spec.suspend
    }

    mutating func run() {
        putClockRight()
        begin()
        status.observedGeneration = metadata.generation
        status.model = spec.model
        if !spec.promote { status.promoteIgnored = false }
        // Taken away, or another: the same may be given again.
        if metadata.annotations[RolloutAnnotation.resume] != status.staleResume {
            status.staleResume = ""
        }
        observePods()
        if let canary = spec.canary, status.canaryVersion == canary.version {
            walk(canary)
        }
        setConditions()
    }

    private mutating func walk(_ canary: VersionReference) {
        observeApprovals(canary)
        if spec.abort {
            guard status.phase != .rolledBack && status.phase != .failed else { return }
            return end(.rolledBack, .aborted, "abort: true")
        }
        guard !status.phase.isOver else { return }
        if let trip = fleet.trip(of: canary.version, epoch: status.startedAt) {
            return rollBack(
                .guardTripped, "the guard took version \(canary.version) out: \(trip.message)",
                pod: trip.pod)
        }
        if spec.suspend { return suspend() }
        if status.reason == RolloutReason.suspended.rawValue {
            status.progressedAt = now
            tell(.normal, .resumed, "suspend: false")
        }
        if status.phase == .promoting { return confirmPromotion(canary) }
        if status.phase == .loading || isHeldWhileLoading { return load(canary) }
        goOn(canary)
    }

    /// Held by `suspend` before the canary was loaded.
    private var isHeldWhileLoading: Bool { status.phase == .paused && status.stepStartedAt == nil }

    /// What lies in the future is of a clock that was put back since: it counts from now on.
    private mutating func putClockRight() {
        func past(_ time: WallTime?) -> WallTime? { time.map { min($0, now) } }
        status.stepStartedAt = past(status.stepStartedAt)
        status.progressedAt = past(status.progressedAt)
        for index in status.analysis.indices {
            status.analysis[index].evaluatedAt = past(status.analysis[index].evaluatedAt)
        }
    }

    /// When to look again, at the latest.
    var next: Duration {
        guard isUnderWay else { return .seconds(10) }
        var next = status.phase == .loading || status.phase == .promoting ? 1000 : Int64(5000)
        func consider(_ time: WallTime) { next = min(next, time.milliseconds - now.milliseconds) }
        if isWalking {
            for analysis in activeAnalyses {
                guard let known = status.analysis.first(where: { $0.name == analysis.name }),
                    !known.isOver, let last = known.evaluatedAt
                else { continue }
                consider(last + analysis.interval)
            }
            if case .duration(let pause)? = step?.pause, let began = status.stepStartedAt {
                let end = began + pause
                if end > now { consider(end) }
            }
        }
        return .milliseconds(max(next, 200))
    }

    mutating func tell(_ kind: RolloutEvent.Kind, _ reason: RolloutReason, _ message: String) {
        let parts = [
            metadata.uid.isEmpty ? metadata.name : metadata.uid,
            status.canaryVersion.map { String($0) } ?? "none",
            status.startedAt?.description ?? "none", String(status.stepIndex), reason.rawValue,
        ]
        events.append(
            RolloutEvent(
                kind: kind, reason: reason, message: Shown.bounded(message),
                id: parts.joined(separator: "/")))
    }

    /// Says where the rollout is; true when that is news.
    @discardableResult
    mutating func say(_ phase: RolloutPhase, _ reason: RolloutReason, _ message: String) -> Bool {
        let isNew = status.phase != phase || status.reason != reason.rawValue
        status.phase = phase
        status.reason = reason.rawValue
        status.message = Shown.bounded(message)
        return isNew
    }
}
