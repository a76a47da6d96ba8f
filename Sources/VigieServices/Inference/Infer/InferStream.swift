import VigieProtos
import VigieRPC
import VigieTelemetry
import VigieTransport

/// One call of Triton's ModelStreamInfer: every request is answered with exactly one response, in the
/// order of the requests, those too that workers compute. A caller who does not read is read no
/// further, nor one who has ``OrderedAnswers/underWayMax`` requests under way.
///
/// A request that fails is answered with `error_message` (and its `id`), and the stream goes on;
/// with the header `triton_grpc_error: true` it ends the call with its status instead. Every
/// response carries the parameter `triton_final_response`, which is true: models here answer once,
/// so that `triton_enable_empty_final_response` has nothing to add.
final class InferStream: StreamingHandler {
    typealias Request = Inference.ModelInferRequest
    typealias Response = Inference.ModelStreamInferResponse

    private let node: ServingNode
    // The call keeps its handler until it ends, and is reused after that, never freed before.
    private unowned let call: ServerCall
    private let answers: OrderedAnswers<Inference.ModelInferResponse>
    private let later: StreamAnswers<Inference.ModelInferResponse>

    init(_ node: ServingNode, _ call: ServerCall) {
        self.node = node
        self.call = call
        let endsOnError = call.metadataValue("triton_grpc_error") == "true"
        answers = OrderedAnswers(call) { [unowned call] fill, requestID in
            do throws(RPCStatus) {
                try call.send(Response.self) { (response) throws(RPCStatus) in
                    let answer = response.mutableInferResponse()
                    do throws(RPCStatus) { try fill(answer) } catch {
                        if endsOnError { throw error }
                        response.setErrorMessage(error.message)
                        answer.setId(requestID)
                    }
                    answer.addParameters(key: "triton_final_response").boolParam = true
                }
            } catch { call.finish(error) }
            node.settle(MonotonicTime.now().nanoseconds)
        }
        later = StreamAnswers(answers: answers)
    }

    func received(_ request: Request) {
        do throws(RPCStatus) {
            try call.sendIf(Response.self) { (response) throws(RPCStatus) in
                let answer = response.mutableInferResponse()
                let routed = try node.route(request.modelName, request, call)
                call.note(routed)
                let isAnswered = try node.infer(
                    request, routed, into: answer, call.context, later)
                answer.addParameters(key: "triton_final_response").boolParam = true
                return isAnswered
            }
            if node.settle(MonotonicTime.now().nanoseconds, call) { call.note(node.lastStations) }
        } catch { answers.append(error, requestID: String(request.id)) }
        answers.received()
    }

    func requestsEnded() { answers.requestsEnded() }

    func writable() { answers.writable() }

    func cancelled() { answers.cancelAll() }
}
