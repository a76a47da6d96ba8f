import VigieDecisions
import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// Whose decision it is and where it is recorded: what outlives the request's own memory.
struct DecisionContext: Sendable {
    let lane: DecisionLane
    let version: DecisionVersion
    let method: DecisionMethod
    let arm: Arm
    let trace: TraceContext
    let caller: String
    let peer: String
    let began: UInt64

    /// Whether the answer waits for the record.
    var isRequired: Bool { version.mode == .required }

    private func facts(_ status: RPCStatus?, rows: Int, hasFeatures: Bool) -> DecisionFacts {
        var facts = DecisionFacts(
            time: Timestamp.now(), latency: MonotonicTime.now().nanoseconds &- began, trace: trace,
            version: version.number, rows: rows, method: method, arm: arm,
            status: UInt8(clamping: status?.code.rawValue ?? 0))
        facts.hasFeatures = hasFeatures
        return facts
    }

    /// Records a request that was refused or failed; nobody waits for that.
    func record(_ status: RPCStatus, requestID: RawSpan, rows: Int) {
        lane.add(facts(status, rows: rows, hasFeatures: false)) { draft in
            draft.part(requestID)
            draft.part(caller)
            draft.part(peer)
            draft.part(version.mayQuoteFeatures ? status.message : "")
            draft.emptyPart()
            draft.emptyPart()
            draft.emptyPart()
        }
    }

    /// Records what a model made of tensors.
    func record(
        requestID: RawSpan, rows: Int, inputs: [Tensor], outputs: [Tensor],
        waiter: DecisionWaiter? = nil
    ) {
        lane.add(facts(nil, rows: rows, hasFeatures: true), waiter: waiter) { draft in
            draft.part(requestID)
            draft.part(caller)
            draft.part(peer)
            draft.emptyPart()
            draft.part(inputs)
            draft.part(outputs)
            draft.emptyPart()
        }
    }

    /// Records what was decided on an application.
    func record(
        requestID: RawSpan, row: [Double], _ result: CreditResult, waiter: DecisionWaiter? = nil
    ) {
        var facts = facts(nil, rows: 1, hasFeatures: true)
        facts.score = result.row.score
        facts.baseValue = result.row.baseValue
        facts.probability = result.probability
        facts.points = Double(result.points)
        facts.outcome = result.outcome
        lane.add(facts, waiter: waiter) { draft in
            draft.part(requestID)
            draft.part(caller)
            draft.part(peer)
            draft.emptyPart()
            draft.part(row: row)
            draft.emptyPart()
            draft.part(reasons: result.reasons)
        }
    }
}

/// Who asks for a decision.
struct Asker {
    /// By his certificate; empty without one.
    var caller = ""
    /// His address.
    var peer = ""
}

extension Asker {
    init(_ call: ServerCall) {
        self.init(caller: call.peerIdentity?.description ?? "", peer: call.peerAddress)
    }
}

extension LaterAnswers {
    /// Nil when the version's decisions are not recorded.
    @inline(__always)
    func decision(
        _ routed: Routed, _ node: ServingNode, method: DecisionMethod, _ context: RequestContext
    ) -> DecisionContext? {
        guard let version = routed.served.shared.decisions, let lane = node.lane else { return nil }
        let asker = call.map(Asker.init) ?? Asker()
        return DecisionContext(
            lane: lane, version: version, method: method, arm: routed.arm, trace: context.trace,
            caller: asker.caller, peer: asker.peer, began: context.began)
    }
}

extension RPCStatus {
    /// Of an application whose score is of no use.
    static var noProbability: RPCStatus {
        RPCStatus(.internal, "the model's score stands for no probability")
    }

    /// What a caller is told whose decision had to be recorded and could not be.
    static func unrecorded(_ reason: String) -> RPCStatus {
        RPCStatus(.unavailable, "the decision could not be recorded, so it is not given: \(reason)")
    }
}
