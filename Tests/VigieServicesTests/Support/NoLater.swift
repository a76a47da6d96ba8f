import VigieProtos
import VigieRPC

@testable import VigieServices

/// Promises no answer: a request that would go to the workers is read, and goes no further.
struct NoLater<Response: Message>: LaterAnswers {
    static var refusal: RPCStatus { RPCStatus(.aborted, "no answer is promised") }

    var call: ServerCall? { nil }
    var isStream: Bool { false }
    var mustWait: Bool { false }
    var priority: CallPriority { .normal }

    func promise(requestID: String) throws(RPCStatus) -> AnswerSink<Response> {
        throw Self.refusal
    }
}
