import CNghttp2

/// One HTTP/2 request and its response, on the thread of its connection's loop.
///
/// Subclasses override the events; the transport calls them while it reads, so they may send, reset
/// and finish, but not close the connection. A stream is used again for later requests by
/// whoever made it, after ``closed(_:)``.
open class HTTPStream {
    /// RFC 9113 §5.1.1; 0 before the stream is open.
    public fileprivate(set) final var id: Int32 = 0
    /// Counts the requests that this object has served, so that late wake-ups recognise another's.
    package fileprivate(set) final var generation: UInt64 = 0
    /// The connection while the stream is open; it fails when it is not.
    package final var connection: HTTPConnection { link!.takeUnretainedValue() }
    // Both outlive the stream's being open; nil when it is not.
    private final var link: Unmanaged<HTTPConnection>?
    private final var sessionLink: Unmanaged<HTTP2Session>?
    /// True from opening until ``closed(_:)``.
    @inlinable
    public final var isOpen: Bool { id != 0 }

    /// Bytes given to ``write(_:)`` that the peer's window or socket has not taken yet.
    final var outgoing = ByteQueue()
    final var outgoingEnded = false
    final var trailers: OutgoingHeaders?
    final var headersSent = false
    /// nghttp2 asked for data, had none, and is to be told when there is some.
    final var starved = false
    final var remoteEnded = false
    /// The peer's first header block (of a response: the final one) has arrived whole.
    final var headersArrived = false
    /// The header block that is arriving is a 1xx one.
    final var inInformational = false
    /// A client's request has been given to the socket, so that the server may have seen it.
    final var hasLeft = false
    private final var readingPaused = false
    /// Received while reading was paused: its window is granted when reading resumes.
    final var pausedBytes = 0
    /// Names, values and 32 bytes a field, over all of the peer's header blocks.
    final var headerListBytes = 0
    /// What HTTP demands of a request, on a server.
    final var rules = RequestRules()
    /// The session has reset it for a limit or a rule: the rest of what comes is not handed over.
    final var isRefused = false
    /// When the round began in which it was opened; ``MonotonicTime/never`` before.
    private final var openedAt = MonotonicTime.never
    /// Body bytes went out, or were queued on an empty stream, since the last look.
    final var hasProgressed = false
    private final var stuckSince = MonotonicTime.never
    /// Whether the request must arrive whole within ``ServerLimits/requestTimeout``. False at first: a
    /// server's stream sets it in ``headersComplete(endStream:)`` when it knows that it is no long call.
    package final var expectsWholeRequest = false
    /// ``isWritable`` was false, and ``becameWritable()`` is owed.
    final var wasBlocked = false
    /// Where the session's list of open streams holds this one.
    final var liveIndex = 0

    /// Bytes waiting to be sent over which ``isWritable`` is false.
    package static let highWaterBytes = 64 * 1024

    /// A stream that is not open yet; the session opens it.
    public init() {}

    // MARK: Events, for subclasses

    /// A header, or after ``headersComplete(endStream:)`` a trailer, of the peer.
    open func header(name: RawSpan, value: RawSpan) {}
    /// The header block ended.
    open func headersComplete(endStream: Bool) {}
    /// The block of trailers ended; ``endOfStream()`` follows.
    open func trailersComplete() {}
    /// Part of the body, valid for this call; frame bounds mean nothing.
    open func data(_ bytes: RawSpan) {}
    /// The peer has sent all.
    open func endOfStream() {}
    /// What waited has been sent down to half of ``highWaterBytes``, after ``isWritable`` was false.
    open func becameWritable() {}
    /// The stream has ended for both sides; `code` is ``HTTP2ErrorCode/noError`` for a clean end.
    open func closed(_ code: HTTP2ErrorCode) {}

    // MARK: Sending

    /// False while so much waits to be sent that a producer should pause until ``becameWritable()``.
    package final var isWritable: Bool { outgoing.count < Self.highWaterBytes }
    package final var bufferedBytes: Int { outgoing.count }
    /// The peer has sent all, and so have we.
    package final var hasEndedBothWays: Bool { remoteEnded && outgoingEnded && outgoing.isEmpty }

    /// Sends the response's header block; a body follows unless `endStream`.
    package final func sendHeaders(_ headers: OutgoingHeaders, endStream: Bool = false) {
        guard isOpen, !headersSent else { return }
        headersSent = true
        if endStream { outgoingEnded = true }
        sessionLink?._withUnsafeGuaranteedRef { $0.respond(self, headers, endStream: endStream) }
        flushSoon()
    }

    /// Queues body bytes. A producer that ignores ``isWritable`` is held in memory, not refused.
    package final func write(_ bytes: RawSpan) {
        guard isOpen, !outgoingEnded else { return }
        if outgoing.isEmpty { hasProgressed = true }
        let held = outgoing.heldBytes
        outgoing.append(bytes)
        countUnread(outgoing.heldBytes &- held)
        noteFull()
        wake()
    }

    /// Queues `count` body bytes that `body` writes in place.
    package final func write<Failure: Error>(
        count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        guard isOpen, !outgoingEnded else { return }
        if outgoing.isEmpty { hasProgressed = true }
        let held = outgoing.heldBytes
        defer { countUnread(outgoing.heldBytes &- held) }
        try outgoing.append(atMost: count, writing: body)
        noteFull()
        wake()
    }

    /// Ends this side, with trailers if any, when all queued bytes are sent.
    package final func finish(trailers: OutgoingHeaders?) {
        guard isOpen, !outgoingEnded else { return }
        outgoingEnded = true
        self.trailers = trailers
        wake()
    }

    /// Ends the stream for both sides at once (RST_STREAM).
    package final func reset(_ code: HTTP2ErrorCode) {
        guard isOpen else { return }
        sessionLink?._withUnsafeGuaranteedRef { $0.reset(self, code) }
        flushSoon()
    }

    /// Bytes that wait to be sent on all streams of the connection.
    package final var connectionUnreadBytes: Int {
        link?._withUnsafeGuaranteedRef { $0.unreadBytes } ?? 0
    }

    @inline(__always)
    private func countUnread(_ count: Int) {
        link?._withUnsafeGuaranteedRef { $0.queuedBytes &+= count }
    }

    @inline(__always)
    private func noteFull() {
        guard outgoing.count >= Self.highWaterBytes, !wasBlocked else { return }
        wasBlocked = true
        link?._withUnsafeGuaranteedRef { $0.traffic.streamStalls.add(1) }
    }

    private func wake() {
        if starved {
            starved = false
            sessionLink?._withUnsafeGuaranteedRef { $0.resume(self) }
        }
        if headersSent { flushSoon() }
    }

    /// While its connection reads, a flush follows anyway.
    @inline(__always)
    private final func flushSoon() {
        if sessionLink?._withUnsafeGuaranteedRef({ $0.isReceiving }) == true { return }
        link?._withUnsafeGuaranteedRef { $0.needsFlush() }
    }

    // MARK: Back-pressure

    /// Stops granting the peer more of this stream's window: it can send what it was granted, then waits.
    package final func pauseReading() { readingPaused = true }

    package final func resumeReading() {
        guard readingPaused else { return }
        readingPaused = false
        guard isOpen, pausedBytes > 0 else { return }
        sessionLink?._withUnsafeGuaranteedRef {
            $0.consume(stream: self, pausedBytes)
            $0.unpaused(pausedBytes)
        }
        pausedBytes = 0
        flushSoon()
    }

    /// Grants the window of `count` received bytes again, now or when reading resumes.
    final func consumed(_ count: Int, in session: HTTP2Session) {
        guard readingPaused else { return session.consume(stream: self, count) }
        pausedBytes += count
        session.paused(count)
    }

    // MARK: Life

    final func open(
        id: Int32, on connection: Unmanaged<HTTPConnection>, _ session: Unmanaged<HTTP2Session>
    ) {
        self.id = id
        link = connection
        sessionLink = session
        generation &+= 1
        outgoingEnded = false
        trailers = nil
        headersSent = false
        starved = false
        remoteEnded = false
        headersArrived = false
        inInformational = false
        hasLeft = false
        readingPaused = false
        pausedBytes = 0
        headerListBytes = 0
        rules = RequestRules()
        isRefused = false
        openedAt = connection._withUnsafeGuaranteedRef { $0.loop.now }
        hasProgressed = false
        stuckSince = .never
        expectsWholeRequest = false
        wasBlocked = false
    }

    final func end(_ code: HTTP2ErrorCode) {
        id = 0
        outgoing.removeAll()
        trailers = nil
        closed(code)
        // A subclass that asks for its connection later on fails at once, not in freed memory; a
        // client's may have been opened again.
        if id == 0 {
            link = nil
            sessionLink = nil
        }
    }

    // MARK: Time limits

    /// How long it has been open, by the beginnings of its loop's rounds.
    final func age(_ now: MonotonicTime) -> Duration { now.since(openedAt) }

    /// How long bytes have waited without any going out; zero when none wait.
    final func stuckFor(_ now: MonotonicTime) -> Duration {
        if hasProgressed || outgoing.isEmpty || !headersSent {
            hasProgressed = false
            stuckSince = now
        }
        return now.since(stuckSince)
    }
}
