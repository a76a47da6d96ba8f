import VigieProtos
import VigieRPC

/// One call of Triton's ModelStreamInfer: every request is answered at once, so that answers keep
/// the order, and with exactly one response. A caller who does not read is read no further.
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
    private let endsOnError: Bool

    init(_ node: ServingNode, _ call: ServerCall) {
        self.node = node
        self.call = call
        endsOnError = call.metadataValue("triton_grpc_error") == "true"
    }

    func received(_ request: Request) throws(RPCStatus) {
        try call.send(Response.self) { (response) throws(RPCStatus) in
            let answer = response.mutableInferResponse()
            do throws(RPCStatus) {
                call.note(try node.infer(request, into: answer))
            } catch {
                if endsOnError { throw error }
                response.setErrorMessage(error.message)
                answer.id = request.id
            }
            answer.addParameters(key: "triton_final_response").boolParam = true
        }
        if !call.isWritable { call.pauseRequests() }
    }

    func requestsEnded() { call.finish() }

    func writable() { call.resumeRequests() }
}
