extension RolloutWalk {
    /// Stays where it is, for people to decide.
    mutating func hold(_ reason: RolloutReason, _ message: String) {
        guard say(.paused, reason, message) else { return }
        tell(.normal, reason, message)
    }

    /// A canary that answers everybody already goes on from there when it is resumed.
    mutating func suspend() {
        guard status.phase == .promoting else { return hold(.suspended, "suspend: true") }
        guard say(.promoting, .suspended, "suspend: true") else { return }
        tell(.normal, .suspended, "suspend: true")
    }

    /// Whether an analysis has stopped it, and it was not let go on.
    var isPausedByAnalysis: Bool {
        guard status.phase == .paused else { return false }
        return [RolloutReason.analysisFailed, .analysisError, .analysisInconclusive]
            .contains { $0.rawValue == status.reason }
    }

    /// Whether somebody says that the pause of this step is over.
    var isResumed: Bool {
        guard let value = metadata.annotations[RolloutAnnotation.resume],
            value != status.staleResume
        else { return false }
        return Int(value.prefix { $0 != "#" }) == status.stepIndex
    }

    /// Lets it go on after an analysis has stopped it, if somebody says so: once a step, and the analysis
    /// is looked at anew.
    mutating func takeResume() -> Bool {
        guard isResumed, status.resumedStep != status.stepIndex else { return false }
        status.resumedStep = status.stepIndex
        status.progressedAt = now
        for index in status.analysis.indices where status.analysis[index].isOver {
            status.analysis[index] = AnalysisStatus(status.analysis[index].name)
        }
        tell(.normal, .resumed, "step \(status.stepIndex + 1) goes on; its analyses begin anew")
        return true
    }
}
