import VigieDecisions
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTelemetry
import VigieTransport

extension ServingNode {
    /// The model that an application without a model is for.
    private static var defaultModel: Text { "credit-default" }

    /// Scores one application on the loop, whatever it costs; see ``score(_:_:into:_:_:)``.
    /// - Returns: the version that answered.
    @discardableResult
    func score(
        _ request: VigieV1.ScoreApplicationRequest,
        into response: VigieV1.ScoreApplicationResponse
    ) throws(RPCStatus) -> ServedVersion {
        let context = RequestContext.now()
        let routed = try routeDecider(request, nil)
        let served = routed.served
        do throws(RPCStatus) {
            try served.credit.read(request, served, limits)
            try answer(request, routed, context, into: response)
        } catch {
            routed.failed(error.code, context)
            throw error
        }
        settle(MonotonicTime.now().nanoseconds)
        return served
    }

    /// Scores one application on the loop if that is expected to be cheap, or hands it to the workers
    /// and promises the answer for later. On the loop, in steady state, nothing is allocated but the
    /// response's own messages, in its arena. The response is written only when nothing can fail any
    /// more, and borrows names of the version: it must be encoded at once, and then ``settle(_:)`` be
    /// called.
    /// - Parameter routed: what ``routeDecider(_:_:)`` says.
    /// - Returns: whether it has been answered.
    func score<Later: LaterAnswers<VigieV1.ScoreApplicationResponse>>(
        _ request: VigieV1.ScoreApplicationRequest, _ routed: Routed,
        into response: VigieV1.ScoreApplicationResponse, _ context: RequestContext, _ later: Later
    ) throws(RPCStatus) -> Bool {
        let served = routed.served
        let decision = later.decision(
            routed, self, method: later.isStream ? .scoreStream : .score, context)
        try checkRecording(decision, routed, context)
        do throws(RPCStatus) {
            let cost = served.shared.costs.estimate(
                served.artifact.explainsRows ? .explain : .score, rows: 1)
            let isInline = runsInline(served, rows: 1, cost.total) && !later.mustWait
            if isInline, context.began &+ cost.total > context.deadline.nanoseconds,
                !served.shared.costs.mayProbe()
            {
                throw served.refuse(.late(wait: 0, cost: cost.total))
            }
            try served.credit.read(request, served, limits)
            guard isInline else {
                try handOver(request, routed, cost, context, decision, later)
                return false
            }
            if let decision, decision.isRequired {
                let job = ScoreJob(self, routed, request, cost: cost, context, pool: nil)
                try promise(job, decision, later)
                job.run(with: [], started: MonotonicTime.now().nanoseconds)
                return false
            }
            try answer(request, routed, context, into: response)
            if let decision { record(request, served, decision) }
        } catch {
            routed.failed(error.code, context)
            decision?.record(error, requestID: request.requestId.utf8Span.bytes, rows: 1)
            throw error
        }
        return true
    }

    /// The version that is to answer, if it can decide on applications.
    @inline(__always)
    func routeDecider(
        _ request: VigieV1.ScoreApplicationRequest, _ call: ServerCall?
    ) throws(RPCStatus) -> Routed {
        let name = request.model.isEmpty ? Self.defaultModel : request.model
        let routed = try route(name, request, call)
        if routed.served.credit.obstacle != nil { throw cannotDecide(routed) }
        return routed
    }

    @inline(never)
    private func cannotDecide(_ routed: Routed) -> RPCStatus {
        let served = routed.served
        let status = RPCStatus(
            .failedPrecondition,
            "model '\(served.model.name)' version \(served.model.version) cannot decide on "
                + "applications: \(served.credit.obstacle ?? "")")
        // Of a rollout, that a version cannot is its fault.
        if routed.routes != nil { routed.failed(status.code, .now()) }
        return status
    }

    private func answer(
        _ request: VigieV1.ScoreApplicationRequest, _ routed: Routed, _ context: RequestContext,
        into response: VigieV1.ScoreApplicationResponse
    ) throws(RPCStatus) {
        let served = routed.served
        let inputsRead = MonotonicTime.now().nanoseconds
        let score: Double
        do {
            score = try served.shared.scoreRow(served.workspace)
        } catch { throw RPCStatus(error, model: served.model) }
        lastScore = score
        if !score.isFinite, routed.watchesOutputs { served.counters.wasNotFinite(arm: routed.arm) }
        let computed = MonotonicTime.now().nanoseconds
        let workspace = served.workspace
        try write(
            served, ScoredRow(score: score, baseValue: workspace.baseValue),
            workspace.contributions, explainAll: request.explainAll, to: response)
        response.requestId = request.requestId
        response.say(routed.label)
        served.note(
            workspace.row, response.probabilityOfDefault, arm: routed.arm, now: computed)
        let times = RequestTimes(began: context.began, inputsRead: inputsRead, computed: computed)
        answered = Answered(
            routed: routed, times: times, rows: 1, trace: context.trace, ranHere: true,
            kind: .score)
        lastStations = CallStations(times, rows: 1)
        served.observe(
            served.artifact.explainsRows ? .explain : .score, rows: 1, computed &- inputsRead,
            over: inlineCostMax)
    }

    @inline(never)
    private func handOver<Later: LaterAnswers<VigieV1.ScoreApplicationResponse>>(
        _ request: VigieV1.ScoreApplicationRequest, _ routed: Routed, _ cost: WorkCost,
        _ context: RequestContext, _ decision: DecisionContext?, _ later: Later
    ) throws(RPCStatus) {
        let served = routed.served
        let (pool, isProbe) = try admit(
            served, cost, bytes: 16 * served.workspace.row.count, priority: later.priority, context)
        let job = ScoreJob(
            self, routed, request, cost: cost, context, pool: pool)
        try promise(job, decision, later)
        pool.submit(job, isProbe: isProbe)
    }

    private func promise<Later: LaterAnswers<VigieV1.ScoreApplicationResponse>>(
        _ job: ScoreJob, _ decision: DecisionContext?, _ later: Later
    ) throws(RPCStatus) {
        // Until it has a sink, those who call this count its failure.
        job.isCounted = true
        job.sink = try later.promise(requestID: job.requestID)
        job.isCounted = false
        job.decision = decision
        if let call = later.call { job.message = job.routed.messageForShadows(call) }
    }

    /// Records what ``answer(_:_:_:into:)`` has answered out of the workspace.
    private func record(
        _ request: VigieV1.ScoreApplicationRequest, _ served: ServedVersion,
        _ decision: DecisionContext
    ) {
        let workspace = served.workspace
        let scored = ScoredRow(score: lastScore, baseValue: workspace.baseValue)
        // An answer has been given, so there is a result.
        guard
            let result = CreditResult(
                served.model, scored, workspace.contributions, scratch: &reasonScratch)
        else { return }
        decision.record(
            requestID: request.requestId.utf8Span.bytes, row: workspace.row, result)
    }

    /// Writes what follows from a row's score; only names of the version are borrowed.
    func write(
        _ served: ServedVersion, _ row: ScoredRow, _ contributions: [Double], explainAll: Bool,
        to response: VigieV1.ScoreApplicationResponse
    ) throws(RPCStatus) {
        let plan = served.credit
        let probability = served.probability(score: row.score)
        guard !probability.isNaN, let scale = plan.scale, let thresholds = plan.thresholds else {
            throw RPCStatus(
                .internal,
                "model '\(served.model.name)' version \(served.model.version) answered with "
                    + (row.score.isNaN
                        ? "no number" : "\(row.score), which stands for no probability"))
        }
        response.probabilityOfDefault = probability
        response.points = scale.points(probability: probability)
        response.decision = VigieV1.Decision(thresholds.decide(probability: probability))
        response.model = served.name
        response.version = served.version
        guard served.artifact.explainsRows else { return }
        response.baseValue = row.baseValue
        let ranked = served.model.reasons.rank(contributions, scratch: &reasonScratch)
        response.reserveReasons(ranked.count)
        for index in 0..<ranked.count {
            let item = ranked[index]
            let reason = response.addReasons()
            reason.code = plan.codes[item.reason]
            reason.text = plan.texts[item.reason]
            reason.feature = plan.table.names[item.feature]
            reason.contribution = item.contribution
        }
        guard explainAll else { return }
        response.reserveContributions(contributions.count)
        for index in contributions.indices {
            let contribution = response.addContributions()
            contribution.feature = plan.table.names[index]
            contribution.value = contributions[index]
        }
    }
}

/// What a model says of a row.
struct ScoredRow: BitwiseCopyable {
    /// ``Artifact/score(_:)``.
    var score: Double
    /// Where the model explains.
    var baseValue: Double
}

extension ServedVersion {
    /// The calibrated probability that a score stands for.
    func probability(score: Double) -> Double {
        model.manifest.calibration.probability(score: score, credit.link)
    }

    /// Counts the probability that an application was answered with, and keeps it for drift now and
    /// then.
    @inline(__always)
    func note(_ features: [Double], _ probability: Double, arm: Arm, now: UInt64) {
        counters.scored(probability, arm: arm)
        guard let drift, drift.wants(now) else { return }
        drift.keep(features, probability: probability, now: now)
    }
}

extension SharedVersion {
    /// The score of the workspace's row, with an explanation if the model has one.
    @inline(__always)
    func scoreRow(_ workspace: Workspace) throws(InferenceError) -> Double {
        model.artifact.explainsRows
            ? try model.artifact.explain(workspace) : try model.artifact.score(workspace)
    }
}

extension VigieV1.Decision {
    init(_ decision: CreditDecision) {
        switch decision {
        case .approve: self = .approve
        case .refer: self = .refer
        case .decline: self = .decline
        }
    }
}
