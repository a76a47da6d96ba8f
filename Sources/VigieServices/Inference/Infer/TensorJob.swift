import VigieDecisions
import VigieEngine
import VigieProtos
import VigieRPC
import VigieTelemetry
import VigieTransport

/// A ModelInfer request with tensors of its own: for workers, and for what a loop does not answer out
/// of its workspace.
final class TensorJob: WorkerJob, @unchecked Sendable {
    /// For the loop alone.
    private let node: ServingNode
    var served: ServedVersion { routed.served }
    let inputs: [Tensor]
    let outputs: [Tensor]
    /// Nil when none is wanted.
    let explanation: Explanation?
    private let selection: [OutputSelection]
    /// The outputs that are kept: those which the request has asked for.
    let wantedOutputs: [Int]
    private let isTyped: Bool
    private let requestID: String
    /// Where the answer goes; nil when the loop takes it itself.
    var sink: AnswerSink<Inference.ModelInferResponse>?
    /// Why there is no answer; set by whoever computes.
    var failure: RPCStatus?

    init(
        _ request: Inference.ModelInferRequest, _ node: ServingNode, _ routed: Routed,
        explains: Bool, rows: Int, cost: WorkCost, _ context: RequestContext,
        pool: WorkerPool? = nil, bytes: Int = 0
    ) {
        self.node = node
        let served = routed.served
        inputs = served.artifact.inputs.map { Tensor(type: $0.type) }
        outputs = served.artifact.outputs.map { Tensor(type: $0.type) }
        explanation = explains ? Explanation(output: served.explainedOutput) : nil
        selection = served.selection
        wantedOutputs = selection.map(\.index).filter(outputs.indices.contains)
        isTyped = InferOutputs.wantsTyped(request, served)
        requestID = String(request.id)
        super.init(
            routed, rows: rows, cost: cost, context, pool: pool, bytes: bytes)
    }

    /// Whether an output that is kept holds a number that is none, or infinite.
    var hasNonFiniteOutput: Bool { wantedOutputs.contains { outputs[$0].hasNonFinite } }

    override var isCancelled: Bool { sink?.isCancelled ?? false }

    override func refuse(_ status: RPCStatus) {
        decision?.record(status, requestID: requestID.utf8Span.span.bytes, rows: rows)
        sink?.fail(status)
    }

    override func canJoin(_ other: WorkerJob) -> Bool {
        guard let other = other as? TensorJob, explanation == nil, other.explanation == nil,
            rows > 0, other.rows > 0
        else { return false }
        for (own, theirs) in zip(inputs, other.inputs) {
            var shape = theirs.shape
            guard own.isAbsent == theirs.isAbsent, own.shape.rank == shape.rank, shape.rank > 0
            else { return false }
            shape[0] = own.shape[0]
            guard own.shape == shape else { return false }
        }
        return true
    }

    override func run(with others: [WorkerJob], started: UInt64) {
        // Only what ``canJoin(_:)`` this comes with it.
        let jobs = [self] + others.map { unsafeDowncast($0, to: TensorJob.self) }
        let run = TensorRun(version, jobs)
        version.withWorkspace(isLarge: run.isLarge) { run.compute($0, started: started) }
        for job in jobs { job.deliver() }
    }

    /// Records the decision and sends the answer off: at once, or when the record is durable.
    private func deliver() {
        guard let decision else { return answer() }
        let id = requestID.utf8Span.span.bytes
        if let failure {
            decision.record(failure, requestID: id, rows: rows)
        } else if decision.isRequired {
            return decision.record(requestID: id, rows: rows, inputs: inputs, outputs: outputs) {
                [self] in answer($0)
            }
        } else {
            decision.record(requestID: id, rows: rows, inputs: inputs, outputs: outputs)
        }
        answer()
    }

    private func answer(_ lost: DecisionError? = nil) {
        if let lost {
            failed(.unavailable)
            sink?.fail(.unrecorded(lost.description))
            return
        }
        sink?.finish(stations) { [self] response throws(RPCStatus) in try write(response) }
    }

    /// Writes the answer, which borrows the job's tensors: the job must live until it is encoded.
    func write(_ response: Inference.ModelInferResponse) throws(RPCStatus) {
        if let failure { throw failure }
        response.modelName = served.name
        response.modelVersion = served.version
        response.setId(requestID)
        response.say(routed.label)
        InferOutputs.write(
            served, selection, outputs: outputs, explanation: explanation, isTyped: isTyped,
            to: response)
        node.answered = answered(.infer, job: self)
    }
}
