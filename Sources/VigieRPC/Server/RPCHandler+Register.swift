import VigieProtos

/// Registering handlers by method. The method types are generated from the .proto files, so request
/// and response are typed and the path cannot be misspelt:
///
///     handler.unary(VigieV1.Diagnostics.Ping.self) { request, response, call in
///         response.payload = request.payload
///     }
extension RPCHandler {
    /// A method whose answer is ready when `handler` returns. It fills `response`, which lives in
    /// the call's arena, or throws the status to answer with.
    /// - Parameter answered: called when an answer has been encoded, at ``ServerCall/endedAt``; for
    ///   those who measure what it took, since ``ServerCall/messageArrived``.
    package func unary<M: RPCMethod>(
        _ method: M.Type, answered: ((ServerCall) -> Void)? = nil,
        _ handler: @escaping (M.Request, M.Response, ServerCall) throws(RPCStatus) -> Void
    ) {
        add(UnaryMethod(path: M.path.description, onAnswered: answered, handler: handler))
    }

    /// A method whose answer comes later: `handler` keeps the reply and finishes it from any thread.
    /// The request is valid until `handler` returns.
    package func deferred<M: RPCMethod>(
        _ method: M.Type,
        _ handler:
            @escaping (M.Request, DeferredReply<M.Response>, ServerCall) throws(RPCStatus) -> Void
    ) {
        add(DeferredMethod(path: M.path.description, handler: handler))
    }

    /// A method with a stream on at least one side; `make` is called for each call.
    package func streaming<M: RPCMethod, H: StreamingHandler>(
        _ method: M.Type, _ make: @escaping (ServerCall) throws(RPCStatus) -> H
    ) where H.Request == M.Request, H.Response == M.Response {
        let kind: CallKind
        switch (M.clientStreaming, M.serverStreaming) {
        case (true, true): kind = .bidirectional
        case (true, false): kind = .clientStreaming
        default: kind = .serverStreaming
        }
        add(StreamingMethod(path: M.path.description, kind: kind, make: make))
    }

    /// Answers a method, registered before, under any load: who asks how the server is must be told
    /// when it is busy too, or an orchestrator restarts it for that.
    package func neverShed<M: RPCMethod>(_ method: M.Type) {
        let path = M.path.description
        for method in table.methods where method.path == path { method.isEssential = true }
    }
}
