import VigieProtos
import VigieRPC
import VigieTelemetry
import VigieTransport

/// `vigie.v1.CreditScoring` on one loop.
enum CreditScoring {
    static func install(on handler: RPCHandler, _ node: ServingNode) {
        handler.unary(
            VigieV1.CreditScoring.ScoreApplication.self,
            answered: { node.settle($0.endedAt.nanoseconds, $0) }
        ) { (request, response, call) throws(RPCStatus) in
            let routed = try node.routeDecider(request, call)
            // Before it is asked: who was asked is told of failures, too.
            call.note(routed)
            let isAnswered = try node.score(
                request, routed, into: response, call.context,
                UnaryAnswer<VigieV1.ScoreApplicationResponse>(call: call))
            if isAnswered { call.note(node.lastStations) }
        }
        handler.streaming(VigieV1.CreditScoring.ScoreApplications.self) { call in
            ScoreStream(node, call)
        }
    }
}

/// One call of ScoreApplications: answers keep the order of the applications, those too that workers
/// score; a caller who does not read his answers is read no further, nor one who has
/// ``OrderedAnswers/underWayMax`` applications under way.
final class ScoreStream: StreamingHandler {
    typealias Request = VigieV1.ScoreApplicationRequest
    typealias Response = VigieV1.ScoreApplicationResponse

    private let node: ServingNode
    // The call keeps its handler until it ends, and is reused after that, never freed before.
    private unowned let call: ServerCall
    private let answers: OrderedAnswers<Response>
    private let later: StreamAnswers<Response>

    init(_ node: ServingNode, _ call: ServerCall) {
        self.node = node
        self.call = call
        answers = OrderedAnswers(call) { [unowned call] fill, requestID in
            call.send(Response.self) { response in
                do throws(RPCStatus) { try fill(response) } catch {
                    response.setRequestId(requestID)
                    error.write(to: response.mutableError())
                }
            }
            node.settle(MonotonicTime.now().nanoseconds)
        }
        later = StreamAnswers(answers: answers)
    }

    func received(_ request: Request) {
        do throws(RPCStatus) {
            try call.sendIf(Response.self) { (response) throws(RPCStatus) in
                let routed = try node.routeDecider(request, call)
                call.note(routed)
                return try node.score(request, routed, into: response, call.context, later)
            }
            if node.settle(MonotonicTime.now().nanoseconds, call) { call.note(node.lastStations) }
        } catch { answers.append(error, requestID: String(request.requestId)) }
        answers.received()
    }

    func requestsEnded() { answers.requestsEnded() }

    func writable() { answers.writable() }

    func cancelled() { answers.cancelAll() }
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
