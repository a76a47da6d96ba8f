import VigieEngine

extension RolloutStatus {
    /// Reads what a controller wrote. What is missing, unknown or of another kind counts as not
    /// written: a status is no input of people's, and one that an older or newer controller wrote must
    /// not stop a pod.
    package init(reading json: JSONValue) {
        self.init()
        let fields = LenientReader(json)
        phase = fields.choice("phase") ?? .idle
        reason = fields.text("reason")
        message = fields.text("message")
        observedGeneration = fields.count("observedGeneration")
        model = fields.text("model")
        stableVersion = fields.version("stableVersion")
        canaryVersion = fields.version("canaryVersion")
        weight = min(fields.count("weight"), RoutingSpec.weightMax)
        shadowPercent = min(max(fields.number("shadowPercent") ?? 0, 0), 100)
        stepIndex = min(fields.count("stepIndex"), RolloutLimits.stepsMax)
        startedAt = fields.time("startedAt")
        stepStartedAt = fields.time("stepStartedAt")
        progressedAt = fields.time("progressedAt")
        stepRequests = fields.count("stepRequests")
        resumedStep = json["resumedStep"]?.integer.flatMap { $0 >= 0 ? $0 : nil }
        staleResume = fields.text("staleResume")
        restart = fields.text("restart")
        promoteIgnored = json["promoteIgnored"]?.bool ?? false
        staleApprovals = fields.texts("staleApprovals", max: Self.textsMax)
        let pods = LenientReader(json["pods"] ?? .null)
        self.pods = PodCounts(
            total: pods.count("total"), updated: pods.count("updated"),
            ready: pods.count("ready"), failedToLoad: pods.count("failedToLoad"))
        analysis = fields.list("analysis", max: RolloutLimits.analysesMax)
            .compactMap(AnalysisStatus.init(reading:))
        lastFailure = json["lastFailure"].flatMap { RolloutFailure(reading: LenientReader($0)) }
        approvedBy = fields.texts("approvedBy", max: Self.textsMax)
        history = fields.list("history", max: RolloutLimits.historyMax)
            .compactMap(RolloutRecord.init(reading:))
        conditions = fields.list("conditions", max: RolloutCondition.Kind.allCases.count)
            .compactMap(RolloutCondition.init(reading:))
    }

    private static let textsMax = 256
}

extension AnalysisStatus {
    init?(reading fields: LenientReader) {
        self.init(fields.text("name"))
        guard !name.isEmpty else { return nil }
        phase = fields.choice("phase") ?? .pending
        value = fields.number("value")
        failures = fields.count("failures")
        inconclusive = fields.count("inconclusive")
        errors = fields.count("errors")
        message = fields.text("message")
        requests = fields.count("requests")
        samples = fields.count("samples")
        evaluatedAt = fields.time("evaluatedAt")
    }
}

extension RolloutFailure {
    init?(reading fields: LenientReader) {
        guard let time = fields.time("time") else { return nil }
        self.init(
            reason: fields.text("reason"), message: fields.text("message"),
            pod: fields.text("pod"), time: time)
    }
}

extension RolloutRecord {
    init?(reading fields: LenientReader) {
        guard let stable = fields.version("stableVersion"),
            let canary = fields.version("canaryVersion"),
            let outcome: Outcome = fields.choice("outcome"),
            let started = fields.time("startedAt"), let finished = fields.time("finishedAt")
        else { return nil }
        self.init(
            stableVersion: stable, canaryVersion: canary, outcome: outcome,
            reason: fields.text("reason"), startedAt: started, finishedAt: finished)
    }
}

extension RolloutCondition {
    init?(reading fields: LenientReader) {
        guard let kind: Kind = fields.choice("type"), let status: Status = fields.choice("status"),
            let time = fields.time("lastTransitionTime")
        else { return nil }
        self.init(
            kind, status, reason: fields.text("reason"), message: fields.text("message"),
            lastTransitionTime: time, observedGeneration: fields.count("observedGeneration"))
    }
}
