import VigieTransport

/// One attempt of a call: a stream of HTTP/2 that reads gRPC's answer. Used again for later attempts.
final class ClientStream: HTTPStream {
    // The channel outlives its streams: it waits for its connections.
    private let channel: RPCChannel
    /// The call that hears of it; nil once it has heard the end.
    private var call: ClientCall?
    private var received = ReceivedHeaders()
    private var deframer = MessageDeframer(limit: 0)
    private var hasHeaders = false
    private var isReading = false
    private var isPaused = false
    private var maxMessageBytes = 0
    private var encoding = MessageEncoding.identity
    /// The status that came while messages before it wait to be read.
    private var pendingEnd: RPCStatus?
    /// The stream has closed with messages still to be read.
    private var isSpent = false

    init(_ channel: RPCChannel) { self.channel = channel }

    /// Serves `call` from now on.
    func attach(_ call: ClientCall, maxMessageBytes: Int) {
        self.call = call
        self.maxMessageBytes = maxMessageBytes
        deframer.limit = maxMessageBytes
        deframer.removeAll()
        received.reset()
        hasHeaders = false
        isReading = false
        isPaused = false
        encoding = .identity
        pendingEnd = nil
        isSpent = false
    }

    /// Gives up the answer: the call hears no more of it.
    func cancel() {
        call = nil
        pendingEnd = nil
        if isSpent { giveBack() } else { reset(.cancel) }
    }

    /// The stream was never opened.
    func abandon() { call = nil }

    private func giveBack() {
        isSpent = false
        channel.recycle(self)
    }

    // MARK: Headers

    override func header(name: RawSpan, value: RawSpan) { received.take(name, value) }

    override func headersComplete(endStream: Bool) { tookHeaders(endStream: endStream) }

    override func trailersComplete() {
        // After an informational response (1xx) the real one looks like trailers.
        if !hasHeaders { tookHeaders(endStream: false) }
    }

    private func tookHeaders(endStream: Bool) {
        if (100..<200).contains(received.httpStatus) { return received.reset() }
        hasHeaders = true
        if received.isOverLimit { return conclude(Self.headersTooLarge) }
        if let refusal = received.refusal {
            // Without more to come this is a status like any other; else the rest is not read.
            return conclude(refusal)
        }
        // With the end of the stream this is a trailers-only answer, which is no commitment.
        if endStream { return }
        encoding = received.encoding
        call?.headersReceived(received.metadata)
        received.reset()
    }

    private static let headersTooLarge = RPCStatus(
        .resourceExhausted,
        "the answer's headers are over the limit of \(ReceivedHeaders.listBytesMax) bytes")

    // MARK: Messages

    override func data(_ bytes: RawSpan) {
        guard call != nil else { return }
        guard hasHeaders else { return conclude(RPCStatus(.internal, "data before headers")) }
        deframer.append(bytes)
        read()
    }

    private func read() {
        guard !isReading else { return }
        isReading = true
        defer { isReading = false }
        do throws(RPCStatus) {
            while let call, !isPaused, let next = try nextMessage() {
                try deframer.withMessage(next.count) { (bytes) throws(RPCStatus) in
                    guard next.isCompressed else {
                        return call.messageReceived(bytes, wasCompressed: false)
                    }
                    let message = try MessageCoding.decompress(
                        bytes, encoding, limit: maxMessageBytes)
                    call.messageReceived(message.span.bytes, wasCompressed: true)
                }
                deframer.consume(next.count)
            }
        } catch { conclude(error) }
    }

    private func nextMessage() throws(RPCStatus) -> (isCompressed: Bool, count: Int)? {
        do throws(MessageDeframer.Failure) { return try deframer.next() } catch {
            throw RPCStatus(error, "response message")
        }
    }

    /// Hands over no more messages, and lets the server send no more than it was granted.
    func pause() {
        isPaused = true
        pauseReading()
    }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        resumeReading()
        read()
        if let pendingEnd, !isPaused { end(pendingEnd) }
    }

    // MARK: Ends

    override func endOfStream() {
        guard call != nil else { return }
        if received.isOverLimit { return conclude(Self.headersTooLarge) }
        let status =
            received.status ?? RPCStatus(.unknown, "the server ended the call without grpc-status")
        if isPaused, deframer.bufferedBytes > 0 { pendingEnd = status } else { end(status) }
    }

    /// All that was sent has been read.
    private func end(_ status: RPCStatus) {
        let isCutShort = deframer.bufferedBytes > 0 && status.code == .ok
        conclude(
            isCutShort
                ? RPCStatus(.internal, "the answer's last message is cut short") : status)
    }

    private func conclude(_ status: RPCStatus) {
        guard let call else { return }
        self.call = nil
        pendingEnd = nil
        let trailers = received.metadata
        let pushBack = received.pushBack
        // What is still to be sent or read is of no use any more. A stream that has ended on both
        // sides is closed by the session right after this event.
        if isSpent { giveBack() } else if !hasEndedBothWays { reset(.cancel) }
        call.attemptEnded(
            AttemptEnd(
                status: status, trailers: trailers, pushBack: pushBack, isUnprocessed: false))
    }

    override func becameWritable() { call?.becameWritable() }

    override func closed(_ code: HTTP2ErrorCode) {
        if call != nil, pendingEnd != nil {
            isSpent = true
            return
        }
        let call = call
        self.call = nil
        channel.recycle(self)
        let isLost = code == .connectionLost
        let message =
            isLost
            ? "the connection was lost"
            : "the server reset the stream (error code \(code.rawValue))"
        call?.attemptEnded(
            AttemptEnd(
                status: RPCStatus(isLost ? .unavailable : StatusCode(reset: code), message),
                isUnprocessed: code == .refusedStream))
    }
}

/// How an attempt ended.
struct AttemptEnd {
    var status: RPCStatus
    var trailers = Metadata()
    /// `grpc-retry-pushback-ms` as it came.
    var pushBack: String?
    /// The server has certainly not looked at the request.
    var isUnprocessed: Bool
}
