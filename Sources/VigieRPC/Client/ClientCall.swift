import VigieProtos
import VigieTransport

/// What a call tells whoever made it, on the channel's loop.
package protocol ClientCallDelegate: AnyObject {
    /// The server has begun to answer: ``ClientCall/initialMetadata`` is there. Not called for an
    /// answer that is a status only.
    func callBegan(_ call: ClientCall)
    /// One whole message; the bytes are valid until this returns.
    func received(_ message: RawSpan, _ call: ClientCall)
    /// More can be sent, after ``ClientCall/isWritable`` was false.
    func becameWritable(_ call: ClientCall)
    /// The call is over; nothing more comes. ``ClientCall/trailingMetadata`` is there.
    func ended(_ status: RPCStatus, _ call: ClientCall)
}

extension ClientCallDelegate {
    package func callBegan(_ call: ClientCall) {}
    package func becameWritable(_ call: ClientCall) {}
}

/// One call of a channel, of any kind, with all its attempts; for the channel's loop only.
///
/// It waits for a connection, sends its requests (and keeps them, to be sent again), watches its
/// deadline, and ends exactly once with a status, after which it can be started again.
package final class ClientCall: TimerTarget {
    package let channel: RPCChannel
    package let path: String
    package let options: CallOptions
    private weak var delegate: (any ClientCallDelegate)?
    /// Keeps the delegate while the call runs.
    private var held: (any ClientCallDelegate)?
    /// The header block, when it is the same each time.
    private lazy var prepared = channel.preparedHeaders(path: path)

    /// Metadata of the response's head.
    package private(set) var initialMetadata = Metadata()
    /// Metadata that came with the status.
    package private(set) var trailingMetadata = Metadata()
    /// Whether the last response message came compressed.
    package private(set) var messageWasCompressed = false
    /// When the caller stops waiting.
    package private(set) var deadline = MonotonicTime.never
    package private(set) var isActive = false

    /// The attempt under way.
    private var stream: ClientStream?
    /// Requests, framed, as long as they might have to be sent again.
    private var replay = ByteQueue()
    private var keepsReplay = true
    private var requestsEnded = false
    private var attempts = 0
    private var failuresSincePushBack = 0
    private var wasRetriedUnseen = false
    private var retryAt = MonotonicTime.never
    private var timerAt = MonotonicTime.never
    private var isPaused = false

    package init(
        _ channel: RPCChannel, path: String, options: CallOptions = CallOptions(),
        delegate: any ClientCallDelegate
    ) {
        self.channel = channel
        self.path = path
        self.options = options
        self.delegate = delegate
    }

    // MARK: Use

    /// Begins the call; requests may be sent from now on.
    package func start() {
        precondition(!isActive, "a call is started again only when it has ended")
        isActive = true
        held = delegate
        keepsReplay = true
        requestsEnded = false
        replay.removeAll()
        attempts = 0
        failuresSincePushBack = 0
        wasRetriedUnseen = false
        retryAt = .never
        isPaused = false
        if !initialMetadata.isEmpty { initialMetadata = Metadata() }
        if !trailingMetadata.isEmpty { trailingMetadata = Metadata() }
        deadline = options.deadline
        if let timeout = options.timeout {
            deadline = min(deadline, MonotonicTime.now().advanced(by: timeout))
        }
        guard deadline == .never || deadline > MonotonicTime.now() else {
            return finish(RPCStatus(.deadlineExceeded, "the deadline had passed before the call"))
        }
        scheduleTimer()
        channel.submit(self)
    }

    /// Queues a request. ``isWritable`` says whether more should follow now.
    /// - Parameter compressed: false sends this one as it is, whatever encoding the options name.
    package func send<M: Message>(_ message: M, compressed: Bool = true) {
        guard isActive, !requestsEnded else { return }
        let before = replay.count
        MessageFraming.append(message, compressed ? options.encoding : .identity, to: &replay)
        if let stream, stream.isOpen {
            stream.write(replay.bytes.extracting(before..<replay.count))
        }
        limitReplay()
    }

    /// No more requests follow.
    package func finishSending() {
        guard isActive, !requestsEnded else { return }
        requestsEnded = true
        stream?.finish(trailers: nil)
    }

    /// False while so much waits to be sent that a producer should pause.
    package var isWritable: Bool {
        stream?.isWritable ?? (replay.count < HTTPStream.highWaterBytes)
    }

    /// Ends the call at once, with CANCELLED; the server is told.
    package func cancel() {
        finish(RPCStatus(.cancelled, "the call was cancelled on this side"))
    }

    /// Hands over no more responses until ``resume()``.
    package func pause() {
        isPaused = true
        stream?.pause()
    }

    package func resume() {
        isPaused = false
        stream?.resume()
    }

    // MARK: Attempts

    /// The header block of the next attempt.
    func requestHeaders() -> OutgoingHeaders {
        if deadline == .never, attempts == 0, options.encoding == .identity,
            options.metadata.isEmpty, !options.trace.isValid
        {
            return .prepared(prepared)
        }
        var fields = channel.headers(path: path)
        if deadline != .never {
            // Never zero: a server would not even look at the call. The timer ends it in time.
            let left = max(deadline.since(MonotonicTime.now()), .microseconds(1))
            fields.append(HeaderField("grpc-timeout", GRPCTimeout.format(left)))
        }
        if options.encoding != .identity {
            fields.append(HeaderField("grpc-encoding", options.encoding.name))
        }
        if attempts > 0 {
            fields.append(HeaderField("grpc-previous-rpc-attempts", String(attempts)))
        }
        fields += options.traceFields
        for entry in options.metadata where Metadata.isValidKey(entry.key) {
            fields += entry.headerFields
        }
        return .fields(fields)
    }

    var maxResponseBytes: Int { options.maxResponseBytes ?? channel.options.maxResponseBytes }

    /// The channel has opened a stream for the call.
    func attemptBegan(_ stream: ClientStream) {
        self.stream = stream
        attempts += 1
        if !replay.isEmpty { stream.write(replay.bytes) }
        if requestsEnded { stream.finish(trailers: nil) }
        if isPaused { stream.pause() }
        limitReplay()
    }

    /// Forgets requests that need not be sent again.
    private func limitReplay() {
        guard let stream, stream.isOpen else { return }
        if replay.count > channel.options.maxRetryBufferBytes { keepsReplay = false }
        if !keepsReplay { replay.removeAll() }
    }

    func headersReceived(_ metadata: Metadata) {
        // The server has begun to answer: the caller may have acted on it, so no other attempt follows
        // (gRFC A6, "when retries are valid").
        keepsReplay = false
        replay.removeAll()
        initialMetadata = metadata
        delegate?.callBegan(self)
    }

    func messageReceived(_ bytes: RawSpan, wasCompressed: Bool) {
        messageWasCompressed = wasCompressed
        delegate?.received(bytes, self)
    }

    func becameWritable() { delegate?.becameWritable(self) }

    func attemptEnded(_ end: AttemptEnd) {
        stream = nil
        guard isActive else { return }
        trailingMetadata = end.trailers
        if end.status.code == .ok { channel.throttle?.succeeded() }
        if end.status.code != .ok, keepsReplay, retry(after: end) { return }
        finish(end.status)
    }

    private func retry(after end: AttemptEnd) -> Bool {
        // Not a retry in the policy's sense: the server has not seen it. Once only, in case that the
        // server always refuses (gRFC A6, "transparent retries").
        if end.isUnprocessed, !wasRetriedUnseen {
            wasRetriedUnseen = true
            attempts -= 1
            channel.submit(self)
            return true
        }
        guard let policy = options.retry ?? channel.options.retry else { return false }
        let pushBack = RetryPolicy.PushBack(end.pushBack)
        failuresSincePushBack += 1
        guard
            let delay = policy.delay(
                after: end.status.code, attempts: attempts, failures: failuresSincePushBack,
                pushBack: pushBack, throttle: &channel.throttle, random: .random(in: 0..<1))
        else { return false }
        if case .retryAfter = pushBack { failuresSincePushBack = 0 }
        let time = channel.loop.now.advanced(by: delay)
        // There would be no time left for the attempt.
        guard time < deadline else { return false }
        retryAt = time
        scheduleTimer()
        return true
    }

    /// The channel cannot be used.
    func fail(_ status: RPCStatus) { finish(status) }

    private func finish(_ status: RPCStatus) {
        guard isActive else { return }
        isActive = false
        channel.forget(self)
        stream?.cancel()
        stream = nil
        replay.removeAll()
        retryAt = .never
        let delegate = held
        held = nil
        delegate?.ended(status, self)
    }

    // MARK: Time

    private func scheduleTimer() {
        let wanted = min(deadline, retryAt)
        guard wanted < timerAt else { return }
        timerAt = min(wanted, channel.loop.now.advanced(by: EventLoop.longestTimer))
        channel.loop.schedule(self, at: timerAt, token: timerAt.nanoseconds)
    }

    package func timerFired(token: UInt64, now: MonotonicTime) {
        guard token == timerAt.nanoseconds else { return }
        timerAt = .never
        guard isActive else { return }
        if now >= deadline {
            return finish(RPCStatus(.deadlineExceeded, "the deadline passed"))
        }
        if now >= retryAt {
            retryAt = .never
            channel.submit(self)
        }
        if isActive { scheduleTimer() }
    }
}
