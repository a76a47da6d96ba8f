import VigieDecisions
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// An application that a worker scores.
final class ScoreJob: WorkerJob, @unchecked Sendable {
    /// For the loop alone.
    private let node: ServingNode
    private var served: ServedVersion { routed.served }
    private let row: [Double]
    private let explainAll: Bool
    let requestID: String
    var sink: AnswerSink<VigieV1.ScoreApplicationResponse>?
    private var scored = ScoredRow(score: .nan, baseValue: 0)
    private var contributions: [Double] = []
    private var failure: RPCStatus?

    /// Takes over the row that the loop's workspace holds.
    init(
        _ node: ServingNode, _ routed: Routed, _ request: VigieV1.ScoreApplicationRequest,
        cost: WorkCost, _ context: RequestContext, pool: WorkerPool?
    ) {
        self.node = node
        explainAll = request.explainAll
        requestID = String(request.requestId)
        row = routed.served.workspace.row
        super.init(
            routed, rows: 1, cost: cost, context, pool: pool, bytes: 16 * row.count)
        times.inputsRead = MonotonicTime.now().nanoseconds
    }

    override var isCancelled: Bool { sink?.isCancelled ?? false }

    override func refuse(_ status: RPCStatus) {
        decision?.record(status, requestID: requestID.utf8Span.span.bytes, rows: 1)
        sink?.fail(status)
    }

    override func run(with others: [WorkerJob], started: UInt64) {
        version.withWorkspace(isLarge: false) { score($0, started: started) }
        guard let decision else { return answer() }
        let id = requestID.utf8Span.span.bytes
        var scratch = ReasonScratch()
        if let failure {
            decision.record(failure, requestID: id, rows: 1)
        } else if let result = CreditResult(
            version.model, scored, contributions, scratch: &scratch)
        {
            if decision.isRequired {
                return decision.record(requestID: id, row: row, result) { [self] in answer($0) }
            }
            decision.record(requestID: id, row: row, result)
        } else {
            decision.record(.noProbability, requestID: id, rows: 1)
        }
        answer()
    }

    private func answer(_ lost: DecisionError? = nil) {
        if let lost {
            failed(.unavailable)
            sink?.fail(.unrecorded(lost.description))
            return
        }
        sink?.finish(stations) { [self] response throws(RPCStatus) in
            if let failure { throw failure }
            do throws(RPCStatus) {
                try node.write(served, scored, contributions, explainAll: explainAll, to: response)
            } catch {
                failed(error.code)
                throw error
            }
            response.setRequestId(requestID)
            response.say(routed.label)
            served.note(row, response.probabilityOfDefault, arm: arm, now: times.computed)
            node.lastScore = scored.score
            node.answered = answered(.score)
        }
    }

    private func score(_ workspace: Workspace, started: UInt64) {
        workspace.row = row
        do throws(InferenceError) {
            scored.score = try version.scoreRow(workspace)
        } catch {
            let status = RPCStatus(error, model: version.model)
            failure = status
            return failed(status.code)
        }
        scored.baseValue = workspace.baseValue
        contributions = workspace.contributions
        times.started = started
        times.computed = MonotonicTime.now().nanoseconds
        version.costs.observe(
            version.model.artifact.explainsRows ? .explain : .score, rows: 1,
            nanoseconds: times.computed &- started)
        stations = CallStations(times, rows: 1)
        if !scored.score.isFinite, routed.watchesOutputs {
            version.count { $0.wasNotFinite(arm: arm) }
        }
        version.count { $0.ran(times, rows: 1) }
    }
}
