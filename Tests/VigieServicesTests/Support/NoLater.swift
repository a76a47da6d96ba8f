import VigieProtos
import VigieTransport

@testable import VigieRPC
@testable import VigieServices

/// Promises no answer: a request that would go to the workers is read, and goes no further.
struct NoLater<Response: Message>: LaterAnswers {
    static var refusal: RPCStatus { RPCStatus(.aborted, "no answer is promised") }

    // A call does not keep its handler.
    private let handler: RPCHandler
    let call: ServerCall

    init() throws(SystemError) {
        handler = RPCHandler(loop: try EventLoop())
        call = ServerCall(server: handler)
    }

    var isStream: Bool { false }
    var mustWait: Bool { false }
    var priority: CallPriority { .normal }

    func promise(requestID: String) throws(RPCStatus) -> AnswerSink<Response> {
        throw Self.refusal
    }
}
