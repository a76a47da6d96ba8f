import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTransport

extension ServingNode {
    /// The model that an application without a model is for.
    private static var defaultModel: Text { "credit-default" }

    /// Scores one application. In steady state nothing is allocated but the response's own messages,
    /// in its arena. The response is written only when nothing can fail any more, and borrows names
    /// of the version: it must be encoded at once.
    /// - Returns: the version that answered.
    @discardableResult
    func score(
        _ request: VigieV1.ScoreApplicationRequest,
        into response: VigieV1.ScoreApplicationResponse
    ) throws(RPCStatus) -> ServedVersion {
        let name = request.model.isEmpty ? Self.defaultModel : request.model
        let served = try find(name, version: request.version)
        let plan = served.credit
        guard plan.obstacle == nil, let scale = plan.scale, let thresholds = plan.thresholds else {
            throw RPCStatus(
                .failedPrecondition,
                "model '\(served.model.name)' version \(served.model.version) cannot decide on "
                    + "applications: \(plan.obstacle ?? "")")
        }
        let began = MonotonicTime.now().nanoseconds
        do throws(RPCStatus) {
            try plan.read(request, served, limits)
            let inputsRead = MonotonicTime.now().nanoseconds
            let explains = served.artifact.explainsRows
            let score: Double
            do {
                score =
                    explains
                    ? try served.artifact.explain(served.workspace)
                    : try served.artifact.score(served.workspace)
            } catch { throw RPCStatus(error, model: served) }
            let computed = MonotonicTime.now().nanoseconds
            let probability = served.model.manifest.calibration.probability(
                score: score, plan.link)
            guard !probability.isNaN else {
                throw RPCStatus(
                    .internal,
                    "model '\(served.model.name)' version \(served.model.version) answered with "
                        + (score.isNaN ? "no number" : "\(score), which stands for no probability"))
            }
            response.requestId = request.requestId
            response.probabilityOfDefault = probability
            response.points = scale.points(probability: probability)
            response.decision = VigieV1.Decision(thresholds.decide(probability: probability))
            response.model = served.name
            response.version = served.version
            if explains { explain(served, to: response, all: request.explainAll) }
            served.counters.succeeded(
                RequestTimes(
                    began: began, inputsRead: inputsRead, computed: computed,
                    ended: MonotonicTime.now().nanoseconds), batch: 1)
        } catch {
            served.counters.failed(began: began, ended: MonotonicTime.now().nanoseconds)
            throw error
        }
        return served
    }

    private func explain(
        _ served: ServedVersion, to response: VigieV1.ScoreApplicationResponse, all: Bool
    ) {
        let workspace = served.workspace
        let plan = served.credit
        response.baseValue = workspace.baseValue
        let ranked = served.model.reasons.rank(workspace.contributions, scratch: &reasonScratch)
        response.reserveReasons(ranked.count)
        for index in 0..<ranked.count {
            let item = ranked[index]
            let reason = response.addReasons()
            reason.code = plan.codes[item.reason]
            reason.text = plan.texts[item.reason]
            reason.feature = plan.table.names[item.feature]
            reason.contribution = item.contribution
        }
        guard all else { return }
        response.reserveContributions(workspace.contributions.count)
        for index in workspace.contributions.indices {
            let contribution = response.addContributions()
            contribution.feature = plan.table.names[index]
            contribution.value = workspace.contributions[index]
        }
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
