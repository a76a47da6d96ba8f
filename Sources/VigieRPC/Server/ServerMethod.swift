import VigieProtos
import VigieTransport

/// How many messages go each way.
package enum CallKind: String, Sendable {
    case unary
    case clientStreaming
    case serverStreaming
    case bidirectional

    /// Exactly one request message.
    var hasOneRequest: Bool { self == .unary || self == .serverStreaming }
    /// Exactly one response message.
    var hasOneResponse: Bool { self == .unary || self == .clientStreaming }
}

/// One method of a service on one loop. Subclasses know the message types.
package class ServerMethod {
    /// `/package.Service/Method`.
    package let path: String
    package let kind: CallKind
    let pathBytes: [UInt8]
    let counters = MethodCounters()
    /// Answered under any load: what tells how the server is.
    package var isEssential = false

    init(path: String, kind: CallKind) {
        self.path = path
        self.kind = kind
        pathBytes = Array(path.utf8)
    }

    /// `package.Service`.
    package var service: String {
        String(path.dropFirst().prefix { $0 != "/" })
    }

    /// The header block is here.
    func began(_ call: ServerCall) throws(RPCStatus) {}
    /// One whole message; for ``CallKind/hasOneRequest`` kinds it is the only one, and the peer has
    /// ended. The bytes are valid for this call.
    func received(_ message: RawSpan, _ call: ServerCall) throws(RPCStatus) {}
    /// The peer has sent its last message.
    func requestsEnded(_ call: ServerCall) throws(RPCStatus) {}
    /// The answer of a unary call has been encoded.
    func answered(_ call: ServerCall) {}
    func writable(_ call: ServerCall) {}
    /// The call ended otherwise than by the method: the peer has gone, the deadline has passed, a
    /// message could not be read, or the method threw.
    func cancelled(_ call: ServerCall) {}

    /// Reads a message into `arena`, with the status that a malformed one gets.
    static func decode<M: Message>(
        _ type: M.Type, _ bytes: RawSpan, in arena: Arena
    ) throws(RPCStatus) -> M {
        do throws(DecodeError) { return try M(decoding: bytes, in: arena) } catch {
            throw RPCStatus(.internal, "cannot read \(M.protoName): \(error)")
        }
    }
}

/// One request, one answer that is ready when the handler returns: no allocation, no hop. A handler
/// that cannot answer at once asks for a ``ServerCall/deferReply(_:)``.
final class UnaryMethod<Request: Message, Response: Message>: ServerMethod {
    typealias Handler = (Request, Response, ServerCall) throws(RPCStatus) -> Void
    private let handler: Handler
    private let onAnswered: ((ServerCall) -> Void)?

    /// - Parameter onAnswered: called when an answer has been encoded.
    init(path: String, onAnswered: ((ServerCall) -> Void)?, handler: @escaping Handler) {
        self.handler = handler
        self.onAnswered = onAnswered
        super.init(path: path, kind: .unary)
    }

    override func received(_ message: RawSpan, _ call: ServerCall) throws(RPCStatus) {
        if onAnswered != nil { call.messageArrived = .now() }
        // The loop's own arena: the call before it has been answered, and is done with it.
        try call.memory.lend { (arena) throws(RPCStatus) in
            arena.reset()
            let request = try Self.decode(Request.self, message, in: arena)
            let response = Response(in: arena)
            try handler(request, response, call)
            if call.deferred != nil { return }
            call.send(response)
            call.finish()
            onAnswered?(call)
        }
    }

    override func answered(_ call: ServerCall) { onAnswered?(call) }

    override func cancelled(_ call: ServerCall) { call.deferred?.cancel() }
}

/// One request, one answer that comes later, perhaps from another thread.
final class DeferredMethod<Request: Message, Response: Message>: ServerMethod {
    typealias Handler = (Request, DeferredReply<Response>, ServerCall) throws(RPCStatus) -> Void
    private let handler: Handler

    init(path: String, handler: @escaping Handler) {
        self.handler = handler
        super.init(path: path, kind: .unary)
    }

    override func received(_ message: RawSpan, _ call: ServerCall) throws(RPCStatus) {
        try call.checkDeferral()
        call.messageArrived = .now()
        call.takeOwnArena()
        let request = try Self.decode(Request.self, message, in: call.arena)
        try handler(request, try call.deferReply(Response.self), call)
    }

    override func cancelled(_ call: ServerCall) { call.deferred?.cancel() }
}

/// A call with a stream of messages on at least one side.
final class StreamingMethod<Handler: StreamingHandler>: ServerMethod {
    private let make: (ServerCall) throws(RPCStatus) -> Handler

    init(
        path: String, kind: CallKind, make: @escaping (ServerCall) throws(RPCStatus) -> Handler
    ) {
        self.make = make
        super.init(path: path, kind: kind)
    }

    private func handler(_ call: ServerCall) -> Handler? {
        // Set below, by this very method.
        call.handler.map { unsafeDowncast($0, to: Handler.self) }
    }

    override func began(_ call: ServerCall) throws(RPCStatus) {
        call.takeOwnArena()
        call.handler = try make(call)
    }

    override func received(_ message: RawSpan, _ call: ServerCall) throws(RPCStatus) {
        call.messageArrived = .now()
        call.arena.reset()
        let request = try Self.decode(Handler.Request.self, message, in: call.arena)
        try handler(call)?.received(request)
    }

    override func requestsEnded(_ call: ServerCall) throws(RPCStatus) {
        try handler(call)?.requestsEnded()
    }

    override func writable(_ call: ServerCall) { handler(call)?.writable() }

    override func cancelled(_ call: ServerCall) { handler(call)?.cancelled() }
}
