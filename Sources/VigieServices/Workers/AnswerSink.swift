import VigieProtos
import VigieRPC

/// Where an answer goes that comes later: to its call, or to its place in a stream.
enum AnswerSink<Response: Message>: Sendable {
    case call(DeferredReply<Response>)
    case stream(StreamPlace<Response>)

    /// Nobody waits for the answer any more.
    var isCancelled: Bool {
        switch self {
        case .call(let reply): reply.isCancelled
        case .stream(let place): place.isCancelled
        }
    }

    /// Answers with what `fill` writes on the call's loop, or with the status that it throws.
    /// - Parameter stations: when the request passed its stations, if it did.
    func finish(
        _ stations: CallStations? = nil,
        _ fill: @escaping @Sendable (Response) throws(RPCStatus) -> Void
    ) {
        switch self {
        case .call(let reply): reply.finish(stations, fill)
        case .stream(let place): place.finish(stations, fill)
        }
    }

    /// Ends the request with a status.
    func fail(_ status: RPCStatus) {
        switch self {
        case .call(let reply): reply.fail(status)
        case .stream(let place): place.finish { _ throws(RPCStatus) in throw status }
        }
    }
}

/// Who can promise an answer for later.
protocol LaterAnswers<Response> {
    associatedtype Response: Message

    /// The call that asks; nil for a request that came by none.
    var call: ServerCall? { get }
    /// Whether it is one of a stream's.
    var isStream: Bool { get }
    /// Answers that were promised earlier are still to come, so that this one cannot be given at once.
    var mustWait: Bool { get }
    /// How much the call matters that asks.
    var priority: CallPriority { get }
    /// Promises one.
    func promise(requestID: String) throws(RPCStatus) -> AnswerSink<Response>
}

/// The one answer of a unary call.
struct UnaryAnswer<Response: Message>: LaterAnswers {
    private let asking: ServerCall

    init(call: ServerCall) { asking = call }

    var call: ServerCall? { asking }
    var isStream: Bool { false }
    var mustWait: Bool { false }
    var priority: CallPriority { asking.priority }

    func promise(requestID: String) throws(RPCStatus) -> AnswerSink<Response> {
        .call(try asking.deferReply(Response.self))
    }
}

/// The next answer of a stream.
struct StreamAnswers<Response: Message>: LaterAnswers {
    let answers: OrderedAnswers<Response>

    var call: ServerCall? { answers.call }
    var isStream: Bool { true }
    var mustWait: Bool { answers.isWaiting }
    var priority: CallPriority { answers.priority }

    func promise(requestID: String) throws(RPCStatus) -> AnswerSink<Response> {
        .stream(answers.makePlace(requestID: requestID))
    }
}
