extension RolloutWalk {
    /// Waits until every ready pod can answer with the canary, and begins the first step then.
    mutating func load(_ canary: VersionReference) {
        let problem = fleet.ready.isEmpty ? fleet.nobody : fleet.missing(canary.version)
        if let problem {
            if isLate(since: status.progressedAt) {
                end(.failed, .progressDeadlineExceeded, "version \(canary.version): \(problem)")
            } else {
                let reason = fleet.ready.isEmpty ? RolloutReason.noPods : .loading
                say(.loading, reason, "version \(canary.version): \(problem)")
            }
            return
        }
        enter(0)
        say(isShadowing ? .shadowing : .progressing, .walking, "the first step has begun")
    }

    /// Begins a step, or what there is without one.
    mutating func enter(_ index: Int) {
        status.stepIndex = index
        status.stepStartedAt = now
        status.progressedAt = now
        status.stepRequests = 0
        let inStep = Set(steps.flatMap(\.analysis))
        for place in status.analysis.indices where inStep.contains(status.analysis[place].name) {
            status.analysis[place] = AnalysisStatus(status.analysis[place].name)
        }
        for place in status.analysis.indices {
            status.analysis[place].requests = 0
            status.analysis[place].samples = 0
        }
        guard step != nil else { return }
        (status.weight, status.shadowPercent) = traffic(at: index)
        tell(
            .normal, .stepStarted,
            "step \(index + 1) of \(steps.count): weight \(Shown.share(status.weight))"
                + (status.shadowPercent > 0
                    ? ", shadow \(Shown.number(status.shadowPercent)) %" : ""))
    }

    /// That of the last step up to this one that says something of it.
    private func traffic(at index: Int) -> (weight: Int, shadowPercent: Double) {
        for step in steps[...index].reversed() {
            switch step.traffic {
            case .unchanged: continue
            case .weight(let weight): return (weight, 0)
            case .shadow(let percent): return (0, percent)
            }
        }
        return (0, 0)
    }

    /// Somebody has edited the steps while they are walked, or has taken the hand from the wheel: the step
    /// begins again. Where there are fewer now it is the last one, which must be passed like any other.
    private mutating func followEdits() {
        let last = steps.count - 1
        let isGone = status.stepIndex > last
        let index = min(status.stepIndex, last)
        let isHandOff = status.reason == RolloutReason.manualWeight.rawValue
        guard isGone || isHandOff || traffic(at: index) != (status.weight, status.shadowPercent)
        else { return }
        if isGone {
            // What was said of another step with this number does not end the pause of this one.
            status.staleResume = metadata.annotations[RolloutAnnotation.resume] ?? ""
            status.resumedStep = nil
        }
        enter(index)
        say(
            isShadowing ? .shadowing : .progressing, .walking,
            "step \(index + 1) of \(steps.count) begins again")
    }

    /// The canary is loaded and nobody holds it: looks at analyses, and goes on if all is met.
    mutating func goOn(_ canary: VersionReference) {
        if isPausedByAnalysis, !takeResume() { return }
        let isWanted = spec.promote && !status.promoteIgnored
        if let weight = spec.routing.weight, !isWanted {
            status.weight = weight
        } else if steps.isEmpty {
            (status.weight, status.shadowPercent, status.stepIndex) = (0, 0, 0)
        } else if !isWanted {
            followEdits()
        }
        let view = canaryView
        if view.requests > status.stepRequests { status.progressedAt = now }
        status.stepRequests = view.requests
        guard look(view) else { return }
        if isWanted { return promote(canary) }
        if spec.routing.weight != nil, !steps.isEmpty {
            return hold(
                .manualWeight,
                "routing.weight is \(Shown.share(status.weight)): steps wait for it to be removed")
        }
        guard let step else {
            say(.progressing, .byHand, "weight \(Shown.share(status.weight)), moved by hand")
            return
        }
        walk(step, view, canary)
    }

    private mutating func walk(_ step: StepSpec, _ view: CanaryView, _ canary: VersionReference) {
        let phase: RolloutPhase = view.arm == .shadow ? .shadowing : .progressing
        let place = "step \(status.stepIndex + 1) of \(steps.count)"
        if let wait = wait(step, view, canary) {
            if isLate(since: waitBegan(step)) {
                return end(.failed, .progressDeadlineExceeded, "\(place): \(wait)")
            }
            say(phase, .walking, "\(place): \(wait)")
            return
        }
        if step.pause == .indefinite, !isResumed {
            return hold(
                .awaitingResume,
                "\(place) pauses until the annotation \(RolloutAnnotation.resume) is "
                    + "\(status.stepIndex)")
        }
        if status.stepIndex + 1 < steps.count {
            enter(status.stepIndex + 1)
            say(
                isShadowing ? .shadowing : .progressing, .walking,
                "step \(status.stepIndex + 1) of \(steps.count) has begun")
        } else {
            promote(canary)
        }
    }

    /// What the step still waits for, people aside; nil when nothing.
    private func wait(_ step: StepSpec, _ view: CanaryView, _ canary: VersionReference) -> String? {
        if fleet.ready.isEmpty { return fleet.nobody }
        if let problem = fleet.missing(canary.version) ?? behind { return problem }
        if view.requests < step.minimumRequests {
            return "\(view.requests) of \(step.minimumRequests) requests"
        }
        if case .duration(let pause) = step.pause, let began = status.stepStartedAt,
            now.since(began) < pause
        {
            return "pauses until \(began + pause)"
        }
        for name in step.analysis {
            if let problem = unmet(name, requests: step.minimumRequests) { return problem }
        }
        return nil
    }

    /// A pod that does not do yet what the status says; nil when all do.
    var behind: String? {
        fleet.behind(
            canary: status.canaryVersion ?? 0, epoch: status.startedAt, step: status.stepIndex)
    }

    /// What is missing of an analysis; nil when it has succeeded on so many requests.
    func unmet(_ name: String, requests: Int) -> String? {
        let known = status.analysis.first { $0.name == name }
        if spec.strategy.onFailure == .notify, known?.isOver == true { return nil }
        guard let known, known.phase == .successful, known.requests >= requests else {
            let message = known?.message ?? ""
            return "analysis \(name) has not succeeded yet"
                + (message.isEmpty ? "" : " (\(message))")
        }
        return nil
    }

    /// From when on the deadline counts: pauses do not.
    private func waitBegan(_ step: StepSpec) -> WallTime? {
        guard let progressed = status.progressedAt else { return nil }
        guard case .duration(let pause) = step.pause, let began = status.stepStartedAt else {
            return progressed
        }
        return max(progressed, began + pause)
    }

    private func isLate(since time: WallTime?) -> Bool {
        guard let time, time <= now else { return false }
        return now.since(time) >= spec.strategy.progressDeadline
    }
}
