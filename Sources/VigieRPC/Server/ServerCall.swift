import VigieProtos
import VigieTelemetry
import VigieTransport

/// One call on a server: its request as it comes in, and its answer.
///
/// Lives on its connection's loop and is used again for later calls, so nothing may hold on to it
/// after the call has ended; ``DeferredReply`` and ``CallReference`` are the safe ways to answer
/// later, or from another thread.
///
/// A unary call without metadata allocates nothing in steady state: headers are compared where they
/// lie, the message is decoded into the loop's arena, the answer is encoded into the stream's queue.
package final class ServerCall: HTTPStream, TimerTarget {
    /// The loop that the call lives on.
    package let loop: EventLoop
    // The handler of a loop outlives its connections, and with them all open calls.
    unowned(unsafe) let server: RPCHandler
    /// The same for hot paths: what is reached through it is not counted up and down, which was a tenth
    /// of what a small call costs.
    let host: Unmanaged<RPCHandler>
    let headerListBytesMax: Int
    let table: MethodTable

    // MARK: The request

    /// The method called; nil until the headers are here, and for unknown ones.
    package var method: ServerMethod? { called?.takeUnretainedValue() }
    /// The same for hot paths. The handler's table retains it.
    var called: Unmanaged<ServerMethod>?
    /// Of the method called; unary for unknown ones.
    private(set) var kind = CallKind.unary
    var headers = RequestHeaders()
    var headersTaken = false
    var deframer: MessageDeframer
    /// How much of the deframer's content the handler's total has counted.
    var countedBytes = 0
    var requestEnded = false
    /// The handler has been told of the request's end.
    var endDelivered = false
    var isHandlingMessages = false
    var readsPaused = false
    /// Whether the message being handled came compressed.
    package internal(set) var messageWasCompressed = false
    /// Bytes on the wire of the message being handled; -1 when none is.
    var messageCount = -1
    /// Request messages taken so far.
    package internal(set) var requestMessages = 0

    // MARK: The answer

    /// The answer has begun, and its head is not sent yet.
    var isHeadPending = false
    var responseStarted = false
    /// Response messages given so far.
    package internal(set) var responseMessages = 0
    /// The final status has been given, or the caller has gone.
    package internal(set) var isFinished = false
    /// The HTTP status of an answer to a request that is not gRPC, until the request has ended.
    var plainStatus: Int?
    /// Sent with the first response message, or with the status if there is none. Keys that are not
    /// valid (``Metadata/isValidKey(_:)``) and values that are not printable ASCII are left out.
    package var initialMetadata = Metadata()
    /// Sent with the status.
    package var trailingMetadata = Metadata()
    /// Compress response messages if the caller accepts that; on when its own message came
    /// compressed. The encoding is settled when the head is sent; later the switch decides message by
    /// message, if it was on at the first.
    package var compressesResponses = false {
        didSet { if compressesResponses { offersCompression = true } }
    }
    /// Name an encoding in the head though the first message goes without it: set it before that.
    package var offersCompression = false
    /// What the head has named.
    var sentEncoding = MessageEncoding.identity

    // MARK: Time

    /// When the headers came.
    package internal(set) var started = MonotonicTime(nanoseconds: 0)
    /// When the caller stops waiting (`grpc-timeout`); ``MonotonicTime/never`` without one. Pass it on
    /// to calls that this one makes.
    package internal(set) var deadline = MonotonicTime.never
    /// When the request message at hand was whole, before it was decoded; of a unary method only if
    /// it was registered with somebody who wants to know.
    package internal(set) var messageArrived = MonotonicTime(nanoseconds: 0)
    /// When the status was given; for those who look at a call that has just ended.
    package internal(set) var endedAt = MonotonicTime(nanoseconds: 0)
    /// The call is among those that are started, and not yet among those that have ended.
    var isCounted = false
    /// Bytes of messages as they came and went, without prefixes.
    var receivedBytes: UInt64 = 0
    var sentBytes: UInt64 = 0
    var isWatched = false
    /// When the one timer that counts fires. It outlives the call: the object's next call uses it.
    var timerAt = MonotonicTime.never

    // MARK: Who serves

    /// Where the request is, and where answers may be built; reset when the next message comes.
    package var arena: Arena { memory.takeUnretainedValue() }
    /// The same for hot paths: the handler's, or ``ownArena``.
    private(set) var memory: Unmanaged<Arena>
    private var ownArena: Arena?
    var hasOwnArena: Bool { ownArena != nil }
    /// What a streaming method made for this call.
    var handler: AnyObject?
    var deferred: DeferredState?
    /// Interceptors whose `began` has returned: those that hear of the end.
    var interceptorsBegun = 0
    /// The method has been told of the call.
    var isActive = false
    /// For interceptors: who called, as they found out.
    package var principal: AnyObject?
    /// For handlers: what answered, for those who tell of it when the call ends.
    package var answeredBy: AnsweringVersion?
    /// For handlers: the part that it played.
    package var arm = Arm.stable
    /// For handlers: what the trailers tell of the answer, besides ``trailingMetadata``.
    package var answerNote: AnswerNote?

    // MARK: Seen by traces and logs

    /// Where in a trace the call is: the caller's or a new one, with a span of the call's own.
    package internal(set) var trace = TraceContext.none
    /// Whether a span of the call is to be exported.
    package internal(set) var isRecorded = false
    /// Of the last request that was answered.
    package internal(set) var stations = CallStations.none
    /// Of a recorded stream's first requests.
    var streamed: [CallStations] = []
    /// Rows answered so far.
    package internal(set) var rows = 0
    /// Bytes of request messages so far, decompressed.
    package internal(set) var requestBytes = 0
    /// Bytes of response messages so far, before compression.
    package internal(set) var responseBytes = 0

    init(server: RPCHandler) {
        self.server = server
        host = .passUnretained(server)
        loop = server.loop
        table = server.table
        headerListBytesMax = server.limits.maxHeaderListBytes
        memory = .passUnretained(server.arena)
        deframer = MessageDeframer(limit: server.limits.maxRequestBytes)
    }

    // MARK: What a handler may ask

    /// `:path` as it came: "/package.Service/Method".
    package var path: String { method?.path ?? headers.unknownPath ?? "" }
    /// The request's custom metadata, `user-agent` included. Built anew at each call.
    package var metadata: Metadata { headers.store.metadata() ?? Metadata() }
    /// The first value of one key, as it is on the wire.
    package func metadataValue(_ key: StaticString) -> String? { headers.store.first(key) }
    /// Shows each field of the custom metadata as it is on the wire, in order, until `body` answers
    /// false.
    package func forEachMetadata(_ body: (_ name: RawSpan, _ value: RawSpan) -> Bool) {
        headers.store.forEach(body)
    }
    /// A copy of the message that is being handled, decompressed; nil when that is over.
    package func copyMessage() -> [UInt8]? {
        guard messageCount >= 0 else { return nil }
        let copy = deframer.withMessage(messageCount) { bytes in
            bytes.withUnsafeBytes { Array($0) }
        }
        guard messageWasCompressed else { return copy }
        // It has been decompressed before.
        return try? MessageCoding.decompress(
            copy.span.bytes, headers.encoding, limit: server.limits.maxRequestBytes)
    }
    /// How much the call matters, as its caller says.
    package var priority: CallPriority { headers.priority }
    /// What the caller says of his trace; ``TraceContext/none`` when it is nothing that is valid.
    package var caller: TraceContext { headers.trace.context }

    /// For handlers: a request has been answered.
    @inline(__always)
    package func note(_ stations: CallStations) {
        self.stations = stations
        rows &+= stations.rows
        if isRecorded, method?.kind != .unary, streamed.count < CallObserver.streamStationsMax {
            streamed.append(stations)
        }
    }

    /// The caller's address.
    package var peerAddress: String { connection.peerAddress }
    /// Who the caller is by its certificate.
    package var peerIdentity: PeerIdentity? { connection.peerIdentity }
    /// True when the deadline has passed by the clock of now.
    package var isPastDeadline: Bool { deadline != .never && MonotonicTime.now() >= deadline }
    /// A name for the call that any thread may hold and use, also after the call has ended.
    package var reference: CallReference { CallReference(self) }

    /// Gives the call memory of its own, for messages that must live over several events.
    func takeOwnArena() {
        guard !hasOwnArena else { return }
        let own = server.takeArena()
        ownArena = own
        memory = .passUnretained(own)
    }

    // MARK: Events

    public override func header(name: RawSpan, value: RawSpan) { take(header: name, value) }
    public override func headersComplete(endStream: Bool) { begin(endStream: endStream) }
    public override func data(_ bytes: RawSpan) { take(body: bytes) }
    public override func endOfStream() { requestHasEnded() }

    public override func becameWritable() {
        if !isFinished { method?.writable(self) }
    }

    public override func closed(_ code: HTTP2ErrorCode) {
        if !isFinished {
            isFinished = true
            countEnd(.cancelled)
            notifyCancelled()
            let status = RPCStatus(.cancelled, "the caller went away")
            if interceptorsBegun > 0 { ended(status) }
            if headersTaken { server.observer?.ended(self, .cancelled, status.message) }
        }
        if isActive {
            isActive = false
            host._withUnsafeGuaranteedRef { $0.activeCalls -= 1 }
        }
    }

    /// The method called has been found.
    @inline(__always)
    func found(_ method: Unmanaged<ServerMethod>) {
        called = method
        kind = method._withUnsafeGuaranteedRef { $0.kind }
    }

    func notifyCancelled() {
        if isActive { method?.cancelled(self) }
    }

    /// Runs a step of the call; a status that it throws ends the call.
    func guarded(_ step: () throws(RPCStatus) -> Void) {
        do throws(RPCStatus) { try step() } catch {
            guard !isFinished else { return }
            finish(error)
            notifyCancelled()
        }
    }

    func ended(_ status: RPCStatus) {
        let elapsed = MonotonicTime.now().since(started)
        for interceptor in server.interceptors.prefix(interceptorsBegun) {
            interceptor.ended(self, status, elapsed: elapsed)
        }
        interceptorsBegun = 0
    }

    /// Makes the object fit for another call.
    func recycle() {
        if countedBytes != 0 {
            host._withUnsafeGuaranteedRef { $0.bufferedBytes -= countedBytes }
            countedBytes = 0
        }
        called = nil
        headers.reset()
        deframer.removeAll()
        requestMessages = 0
        responseMessages = 0
        receivedBytes = 0
        sentBytes = 0
        requestEnded = false
        endDelivered = false
        headersTaken = false
        responseStarted = false
        isFinished = false
        plainStatus = nil
        deadline = .never
        readsPaused = false
        isHandlingMessages = false
        messageWasCompressed = false
        compressesResponses = false
        offersCompression = false
        sentEncoding = .identity
        interceptorsBegun = 0
        isHeadPending = false
        if handler != nil { handler = nil }
        if deferred != nil { deferred = nil }
        if principal != nil { principal = nil }
        if answeredBy != nil { answeredBy = nil }
        if answerNote != nil { answerNote = nil }
        isRecorded = false
        stations = .none
        rows = 0
        requestBytes = 0
        responseBytes = 0
        if !streamed.isEmpty { streamed = [] }
        if let own = ownArena {
            server.giveBack(own)
            ownArena = nil
            memory = .passUnretained(server.arena)
        }
        if !initialMetadata.isEmpty { initialMetadata = Metadata() }
        if !trailingMetadata.isEmpty { trailingMetadata = Metadata() }
    }
}

extension ServerCall {
    /// Whether this round of the loop has taken on more than half of what it may: what can wait, or be
    /// left out, should.
    package var isServerBusy: Bool {
        host._withUnsafeGuaranteedRef { $0.admission?.isBusy ?? false }
    }
}
