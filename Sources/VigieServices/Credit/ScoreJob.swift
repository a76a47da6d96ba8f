import VigieEngine
import VigieProtos
import VigieRPC
import VigieTransport

/// An application that a worker scores.
final class ScoreJob: WorkerJob, @unchecked Sendable {
    /// Both are for the loop alone.
    private let node: ServingNode
    private let served: ServedVersion
    private let row: [Double]
    private let explainAll: Bool
    var requestID = ""
    var sink: AnswerSink<VigieV1.ScoreApplicationResponse>?
    private let inputsRead = MonotonicTime.now().nanoseconds
    private var scored = ScoredRow(score: .nan, baseValue: 0)
    private var contributions: [Double] = []
    private var failure: RPCStatus?

    /// Takes over the row that the loop's workspace holds.
    init(
        _ node: ServingNode, _ served: ServedVersion, explainAll: Bool, cost: WorkCost,
        deadline: MonotonicTime, began: UInt64, pool: WorkerPool
    ) {
        self.node = node
        self.served = served
        self.explainAll = explainAll
        row = served.workspace.row
        super.init(
            served.shared, rows: 1, cost: cost, deadline: deadline, began: began, pool: pool,
            bytes: 16 * row.count)
    }

    override var isCancelled: Bool { sink?.isCancelled ?? false }

    override func refuse(_ status: RPCStatus) { sink?.fail(status) }

    override func run(with others: [WorkerJob], started: UInt64) {
        version.withWorkspace(isLarge: false) { score($0, started: started) }
        sink?.finish(stations) { [self] response throws(RPCStatus) in
            if let failure { throw failure }
            try node.write(served, scored, contributions, explainAll: explainAll, to: response)
            response.setRequestId(requestID)
        }
    }

    private func score(_ workspace: Workspace, started: UInt64) {
        workspace.row = row
        do throws(InferenceError) {
            scored.score = try version.scoreRow(workspace)
        } catch {
            failure = RPCStatus(error, model: version.model)
            return version.count {
                $0.failed(began: began, ended: MonotonicTime.now().nanoseconds)
            }
        }
        scored.baseValue = workspace.baseValue
        contributions = workspace.contributions
        let computed = MonotonicTime.now().nanoseconds
        version.costs.observe(
            version.model.artifact.explainsRows ? .explain : .score, rows: 1,
            nanoseconds: computed &- started)
        let times = RequestTimes(
            began: began, inputsRead: inputsRead, started: started, computed: computed,
            ended: computed)
        stations = CallStations(times, rows: 1)
        version.count {
            $0.succeeded(times, rows: 1)
            $0.ran(times, rows: 1)
        }
    }
}
