import VigieProtos
import VigieTransport

/// A call with one request and one response, for a loop's own use: by services that call others, and
/// by load generators, which start the same object again and again.
package final class UnaryCall<Method: RPCMethod>: ClientCallDelegate {
    package typealias Outcome = Result<Method.Response, RPCStatus>

    /// The call below; its metadata, and `cancel()`.
    package private(set) var call: ClientCall!
    private let arena = Arena(retainedBytes: 64 * 1024)
    private var response: Method.Response?
    private var failure: RPCStatus?
    private var completion: ((Outcome) -> Void)?

    /// - Parameter method: with one message each way.
    package init(
        _ channel: RPCChannel, _ method: Method.Type, options: CallOptions = CallOptions()
    ) {
        assert(!Method.clientStreaming && !Method.serverStreaming, "a streaming method")
        call = ClientCall(
            channel, path: Method.path.description, options: options, delegate: self)
    }

    /// Makes the call. `completion` is called once, with a response that is valid until it returns,
    /// or until the object starts again.
    package func start(
        _ fill: (Method.Request) -> Void, completion: @escaping (Outcome) -> Void
    ) {
        response = nil
        failure = nil
        self.completion = completion
        arena.reset()
        let request = Method.Request(in: arena)
        fill(request)
        call.start()
        call.send(request)
        call.finishSending()
    }

    package func received(_ message: RawSpan, _ call: ClientCall) {
        guard response == nil else {
            failure = RPCStatus(.internal, "more than one response to a unary call")
            return call.cancel()
        }
        do throws(DecodeError) {
            response = try Method.Response(decoding: message, in: arena)
        } catch {
            failure = RPCStatus(.internal, "cannot read \(Method.Response.protoName): \(error)")
            call.cancel()
        }
    }

    package func ended(_ status: RPCStatus, _ call: ClientCall) {
        let completion = completion
        self.completion = nil
        if let failure {
            completion?(.failure(failure))
        } else if status.code != .ok {
            var status = status
            status.trailers = call.trailingMetadata
            completion?(.failure(status))
        } else if let response {
            completion?(.success(response))
        } else {
            completion?(.failure(RPCStatus(.internal, "no response to a unary call")))
        }
    }
}
