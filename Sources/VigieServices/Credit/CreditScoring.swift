import VigieProtos
import VigieRPC

/// `vigie.v1.CreditScoring` on one loop.
enum CreditScoring {
    static func install(on handler: RPCHandler, _ node: ServingNode) {
        handler.unary(VigieV1.CreditScoring.ScoreApplication.self) {
            (request, response, call) throws(RPCStatus) in
            let served = try node.score(request, into: response)
            call.note(served)
        }
        handler.streaming(VigieV1.CreditScoring.ScoreApplications.self) { call in
            ScoreStream(node, call)
        }
    }
}

/// One call of ScoreApplications: each application is answered at once, so that answers keep the
/// order; a caller who does not read his answers is read no further.
final class ScoreStream: StreamingHandler {
    typealias Request = VigieV1.ScoreApplicationRequest
    typealias Response = VigieV1.ScoreApplicationResponse

    private let node: ServingNode
    // The call keeps its handler until it ends, and is reused after that, never freed before.
    private unowned let call: ServerCall

    init(_ node: ServingNode, _ call: ServerCall) {
        self.node = node
        self.call = call
    }

    func received(_ request: Request) {
        call.send(Response.self) { response in
            do throws(RPCStatus) {
                let served = try node.score(request, into: response)
                call.note(served)
            } catch {
                response.requestId = request.requestId
                error.write(to: response.mutableError())
            }
        }
        if !call.isWritable { call.pauseRequests() }
    }

    func requestsEnded() { call.finish() }

    func writable() { call.resumeRequests() }
}

extension RPCStatus {
    /// The status as a message, with its details.
    func write(to status: GoogleRpc.Status) {
        status.code = Int32(code.rawValue)
        status.setMessage(message)
        guard !details.isEmpty else { return }
        let arena = Arena()
        // Details are what we have encoded ourselves; anything else would be left out.
        guard let whole = try? GoogleRpc.Status(decoding: details.span.bytes, in: arena) else {
            return
        }
        for detail in whole.details {
            let copy = status.addDetails()
            copy.setTypeUrl(String(detail.typeUrl))
            copy.setValue(detail.value.rawSpan)
        }
    }
}
