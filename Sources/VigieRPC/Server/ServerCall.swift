import VigieProtos
import VigieTransport

/// One call on a server: its request as it comes in, and its answer.
///
/// Lives on its connection's loop and is used again for later calls, so nothing may hold on to it
/// after the call has ended; ``DeferredReply`` is the safe way to answer later.
///
/// A unary call without metadata allocates nothing in steady state: headers are compared where they
/// lie, the message is decoded into ``arena``, the answer is encoded into the stream's queue.
package final class ServerCall: HTTPStream, TimerTarget {
    /// The loop that the call lives on.
    package let loop: EventLoop
    /// Where the request is, and where answers may be built; reset when the next message comes.
    package let arena = Arena()
    private unowned let server: RPCHandler

    /// The method called; nil until the headers are here, and for unknown ones.
    package private(set) var method: ServerMethod?
    private var headers = RequestHeaders()
    private var deframer: MessageDeframer
    private var requestMessages = 0
    private var requestEnded = false
    private var headersTaken = false
    private var responseStarted = false
    /// The final status has been given.
    package private(set) var isFinished = false
    private var started = MonotonicTime(nanoseconds: 0)
    /// When the caller stops waiting (`grpc-timeout`); ``MonotonicTime/never`` without one.
    package private(set) var deadline = MonotonicTime.never
    private var receiveBy = MonotonicTime.never
    private var isHandlingMessages = false
    private var readsPaused = false

    var handler: AnyObject?
    var deferred: DeferredState?
    private var responseArena: Arena?

    /// Sent with the first response message, or with the status if there is none.
    package var initialMetadata = Metadata()
    /// Sent with the status.
    package var trailingMetadata = Metadata()
    /// Compress response messages if the caller accepts that. Settable until the first one is sent.
    package var compressesResponses = false
    /// For interceptors: who called, as they found out.
    package var principal: AnyObject?

    init(server: RPCHandler) {
        self.server = server
        loop = server.loop
        deframer = MessageDeframer(limit: server.limits.maxRequestBytes)
    }

    // MARK: What a handler may ask

    /// The request's custom metadata, `user-agent` included. Built anew at each call.
    package var metadata: Metadata { headers.store.metadata() ?? Metadata() }
    /// The first value of one key, as it is on the wire.
    package func metadataValue(_ key: StaticString) -> String? { headers.store.first(key) }
    /// The caller's address.
    package var peerAddress: String { connection.peerAddress }
    /// Who the caller is by its certificate.
    package var peerIdentity: PeerIdentity? { connection.peerIdentity }
    /// Whether the message being handled came compressed.
    package private(set) var messageWasCompressed = false
    /// True when the deadline has passed by the clock of now.
    package var isPastDeadline: Bool { deadline != .never && MonotonicTime.now() >= deadline }

    // MARK: Answering

    /// Queues one response message. ``isWritable`` says whether more should follow now.
    package func send<M: Message>(_ message: M) {
        guard isOpen, !isFinished else { return }
        let encoding = responseEncoding
        begin(encoding)
        let count = message.encodedByteCount
        guard count <= server.limits.maxResponseBytes else {
            return finish(
                RPCStatus(
                    .resourceExhausted,
                    "response of \(count) bytes is over the limit of "
                        + "\(server.limits.maxResponseBytes)"))
        }
        if encoding != .identity, compressesResponses {
            let packed = Zlib.compress(message.encodedBytes().span.bytes, encoding)
            write(count: MessageDeframer.prefixBytes + packed.count) { room in
                MessageFraming.writePrefix(room, flag: 1, count: packed.count)
                UnsafeMutableRawBufferPointer(rebasing: room[MessageDeframer.prefixBytes...])
                    .copyBytes(from: packed)
                return room.count
            }
        } else {
            write(count: MessageDeframer.prefixBytes + count) { room in
                MessageFraming.writePrefix(room, flag: 0, count: count)
                return MessageDeframer.prefixBytes
                    + message.encode(
                        into: UnsafeMutableRawBufferPointer(
                            rebasing: room[MessageDeframer.prefixBytes...]))
            }
        }
    }

    /// Builds and sends one response message, in memory of its own: for handlers that stream.
    package func send<M: Message, Failure: Error>(
        _ type: M.Type, _ fill: (M) throws(Failure) -> Void
    ) throws(Failure) {
        let arena = responseArena ?? Arena()
        responseArena = arena
        arena.reset()
        let message = M(in: arena)
        try fill(message)
        send(message)
    }

    /// Sends the response's head now, before any message.
    package func sendInitialMetadata() {
        guard isOpen, !isFinished else { return }
        begin(responseEncoding)
        flushHead()
    }

    /// Ends the call. Whatever was sent before still reaches the caller first.
    package func finish(_ status: RPCStatus = .ok) {
        guard isOpen, !isFinished else { return }
        isFinished = true
        if !responseStarted {
            if status.code == .ok {
                begin(responseEncoding)
            } else {
                sendHeaders(
                    ResponseHeaders.trailersOnly(
                        status, head: initialMetadata, trailingMetadata,
                        acceptEncoding: headers.unknownEncoding != nil), endStream: true)
                return ended(status)
            }
        }
        finish(trailers: ResponseHeaders.trailers(status, trailingMetadata))
        flushHead()
        ended(status)
    }

    /// Which encoding answers use, if any is asked for and accepted.
    private var responseEncoding: MessageEncoding {
        guard compressesResponses else { return .identity }
        if headers.acceptsGzip { return .gzip }
        return headers.acceptsDeflate ? .deflate : .identity
    }

    private func begin(_ encoding: MessageEncoding) {
        guard !responseStarted else { return }
        responseStarted = true
        head = ResponseHeaders.head(initialMetadata, encoding: encoding)
        // The head of a stream leaves with its first message; a unary one's with the status too.
        if method?.kind.hasOneResponse != true { flushHead() }
    }

    private var head: OutgoingHeaders?

    private func flushHead() {
        guard let head else { return }
        self.head = nil
        sendHeaders(head)
    }

    // MARK: Back-pressure of the caller

    /// Hands no more messages to the handler, and lets the caller send no more than it was granted.
    package func pauseRequests() {
        readsPaused = true
        pauseReading()
    }

    package func resumeRequests() {
        guard readsPaused else { return }
        readsPaused = false
        resumeReading()
        guard !isHandlingMessages else { return }
        guarded { () throws(RPCStatus) in try self.handleMessages() }
    }

    // MARK: Events

    public override func header(name: RawSpan, value: RawSpan) {
        if headersTaken { return }
        headers.listBytes += name.byteCount + value.byteCount + 32
        // Over the limit nothing more is stored; the call ends when the block does.
        guard headers.listBytes <= server.limits.maxHeaderListBytes else { return }
        if name.byteCount == 5, name.equals(":path") {
            method = server.table.find(value)
            if method == nil { headers.unknownPath = value.string }
        } else {
            headers.take(name, value)
        }
    }

    public override func headersComplete(endStream: Bool) {
        headersTaken = true
        started = loop.now
        guard headers.contentType == .grpc, headers.isPost else { return answerHTTP() }
        guarded { () throws(RPCStatus) in
            try self.checkHeaders()
            for interceptor in self.server.interceptors { try interceptor.began(self) }
            // Cannot be nil: checkHeaders throws for unknown methods.
            try self.method?.began(self)
        }
        if isOpen, !isFinished, !endStream { armTimer() }
    }

    private func checkHeaders() throws(RPCStatus) {
        if headers.listBytes > server.limits.maxHeaderListBytes {
            throw RPCStatus(
                .resourceExhausted,
                "request headers of \(headers.listBytes) bytes are over the limit of "
                    + "\(server.limits.maxHeaderListBytes)")
        }
        guard method != nil else { throw unknownMethod() }
        if headers.isTimeoutMalformed {
            throw RPCStatus(.internal, "malformed grpc-timeout")
        }
        if let unknown = headers.unknownEncoding {
            throw RPCStatus(
                .unimplemented,
                "grpc-encoding '\(unknown)' is not supported; use \(MessageEncoding.accepted)")
        }
        if let timeout = headers.timeout { deadline = started.advanced(by: timeout) }
        if method?.kind.hasOneRequest == true {
            receiveBy = started.advanced(by: server.limits.requestTimeout)
        }
        if !headers.store.isEmpty, headers.store.hasBinary, headers.store.metadata() == nil {
            throw RPCStatus(.internal, "a -bin header is not base64")
        }
    }

    private func unknownMethod() -> RPCStatus {
        let path = headers.unknownPath ?? ""
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard path.hasPrefix("/"), parts.count == 3 else {
            return RPCStatus(.unimplemented, "malformed method name: '\(path)'")
        }
        let known = server.table.methods.contains { $0.service == parts[1] }
        return RPCStatus(
            .unimplemented,
            known
                ? "unknown method \(parts[2]) for service \(parts[1])"
                : "unknown service \(parts[1])")
    }

    /// Requests that are not gRPC: probes get a short answer, all others are told what this is.
    private func answerHTTP() {
        isFinished = true
        let status: Int
        if headers.listBytes > server.limits.maxHeaderListBytes {
            status = 431
        } else if headers.isPost, headers.contentType == .other, headers.unknownPath != "/" {
            status = 415
        } else if headers.isGet || headers.isPost {
            status = headers.unknownPath == "/" ? 200 : (method == nil ? 404 : 415)
        } else {
            status = 405
        }
        sendHeaders(ResponseHeaders.http(status))
        let body: StaticString =
            status == 200 ? "vigie\n" : "This server speaks gRPC: POST with application/grpc.\n"
        body.withUTF8Buffer { write(UnsafeRawBufferPointer($0).bytes) }
        finish(trailers: nil)
    }

    public override func data(_ bytes: RawSpan) {
        guard !isFinished else { return }
        deframer.append(bytes)
        guarded { () throws(RPCStatus) in
            if self.method?.kind.hasOneRequest == true {
                // Only the prefix is looked at: an oversized message is refused before it fills memory.
                _ = try self.nextMessage()
            } else {
                try self.handleMessages()
            }
        }
    }

    public override func endOfStream() {
        guard !isFinished, !requestEnded else { return }
        requestEnded = true
        receiveBy = .never
        guarded { () throws(RPCStatus) in
            guard self.method?.kind.hasOneRequest == true else {
                return try self.handleMessages()
            }
            guard let next = try self.nextMessage() else {
                throw self.deframer.bufferedBytes == 0
                    ? RPCStatus(.unimplemented, "the request has no message")
                    : RPCStatus(.internal, "the request's message is cut short")
            }
            guard self.deframer.bufferedBytes == next.count + MessageDeframer.prefixBytes else {
                throw RPCStatus(.unimplemented, "the request has more than one message")
            }
            try self.checkDeadline()
            try self.handle(next)
        }
    }

    /// Work whose answer nobody waits for is not begun.
    private func checkDeadline() throws(RPCStatus) {
        if isPastDeadline { throw RPCStatus(.deadlineExceeded, "the deadline had passed") }
    }

    /// Hands whole messages to a streaming handler until there are none or it pauses.
    private func handleMessages() throws(RPCStatus) {
        isHandlingMessages = true
        defer { isHandlingMessages = false }
        while !isFinished, !readsPaused, let next = try nextMessage() { try handle(next) }
        guard requestEnded, !isFinished, !readsPaused, !endDelivered else { return }
        guard deframer.bufferedBytes == 0 else {
            throw RPCStatus(.internal, "the request's last message is cut short")
        }
        endDelivered = true
        try method?.requestsEnded(self)
    }

    private var endDelivered = false

    private func nextMessage() throws(RPCStatus) -> (isCompressed: Bool, count: Int)? {
        do throws(MessageDeframer.Failure) { return try deframer.next() } catch {
            switch error {
            case .badFlag(let flag):
                throw RPCStatus(.internal, "message flag \(flag) is neither 0 nor 1")
            case .tooLarge(let bytes, let limit):
                throw RPCStatus(
                    .resourceExhausted,
                    "request message of \(bytes) bytes is over the limit of \(limit)")
            }
        }
    }

    private func handle(_ next: (isCompressed: Bool, count: Int)) throws(RPCStatus) {
        requestMessages += 1
        messageWasCompressed = next.isCompressed
        guard let method else { return }
        // A handler that ends the call inside must not pull the bytes away under itself: a call's
        // buffers are only given back when its stream has closed, which happens later.
        try deframer.withMessage(next.count) { (bytes) throws(RPCStatus) in
            guard next.isCompressed else { return try method.received(bytes, self) }
            let message = try self.decompress(bytes)
            try method.received(message.span.bytes, self)
        }
        deframer.consume(next.count)
    }

    private func decompress(_ bytes: RawSpan) throws(RPCStatus) -> [UInt8] {
        guard headers.encoding != .identity else {
            throw RPCStatus(.internal, "a compressed message without grpc-encoding")
        }
        do throws(Zlib.Failure) {
            return try Zlib.decompress(
                bytes, headers.encoding, limit: server.limits.maxRequestBytes)
        } catch {
            switch error {
            case .corrupt:
                throw RPCStatus(.internal, "a message is not valid \(headers.encoding.name)")
            case .tooLarge:
                throw RPCStatus(
                    .resourceExhausted,
                    "a message decompresses to more than \(server.limits.maxRequestBytes) bytes")
            }
        }
    }

    /// Runs a step of the call; a status that it throws ends the call.
    private func guarded(_ step: () throws(RPCStatus) -> Void) {
        do throws(RPCStatus) { try step() } catch {
            notifyCancelled()
            finish(error)
        }
    }

    public override func becameWritable() {
        if !isFinished { method?.writable(self) }
    }

    public override func closed(_ code: HTTP2ErrorCode) {
        if !isFinished {
            isFinished = true
            notifyCancelled()
            ended(RPCStatus(.cancelled, "the caller went away"))
        }
    }

    private func notifyCancelled() { method?.cancelled(self) }

    private func ended(_ status: RPCStatus) {
        guard !server.interceptors.isEmpty else { return }
        let elapsed = MonotonicTime.now().since(started)
        for interceptor in server.interceptors {
            interceptor.ended(self, status, elapsed: elapsed)
        }
    }

    // MARK: Time

    /// Most calls end in the round that they begin in; only those that outlive it get a timer.
    private func armTimer() {
        if min(deadline, receiveBy) != .never { server.watch(self) }
    }

    func scheduleTimer() {
        loop.schedule(self, at: min(deadline, receiveBy), token: generation)
    }

    package func timerFired(token: UInt64, now: MonotonicTime) {
        guard isOpen, token == generation, !isFinished else { return }
        if now >= deadline {
            notifyCancelled()
            finish(RPCStatus(.deadlineExceeded, "the deadline passed while the call ran"))
        } else if now >= receiveBy {
            notifyCancelled()
            finish(RPCStatus(.deadlineExceeded, "the request did not arrive in time"))
        } else if min(deadline, receiveBy) != .never {
            scheduleTimer()
        }
    }

    // MARK: Reuse

    /// Makes the object fit for another call.
    func recycle() {
        method = nil
        headers.reset()
        deframer.removeAll()
        arena.reset()
        requestMessages = 0
        requestEnded = false
        endDelivered = false
        headersTaken = false
        responseStarted = false
        isFinished = false
        deadline = .never
        receiveBy = .never
        readsPaused = false
        messageWasCompressed = false
        compressesResponses = false
        head = nil
        handler = nil
        deferred = nil
        responseArena = nil
        principal = nil
        if !initialMetadata.isEmpty { initialMetadata = Metadata() }
        if !trailingMetadata.isEmpty { trailingMetadata = Metadata() }
    }
}
