import VigieProtos
import VigieTransport

/// The request's way in: headers, then messages.
extension ServerCall {
    func take(header name: RawSpan, _ value: RawSpan) {
        if headersTaken { return }
        headers.listBytes += name.byteCount + value.byteCount + 32
        // Over the limit nothing more is stored; the call ends when the block does.
        guard headers.listBytes <= headerListBytesMax else { return }
        if name.byteCount == 5, name.equals(":path") {
            if let method = table.find(value) {
                found(method)
            } else {
                headers.unknownPath = value.string
            }
        } else {
            headers.take(name, value)
        }
    }

    func begin(endStream: Bool) {
        headersTaken = true
        started = loop.now
        guard headers.contentType == .grpc, headers.isPost else {
            return answerPlainly(requestHasEnded: endStream)
        }
        countStart()
        let isObserved = host._withUnsafeGuaranteedRef { server in
            server.watching?._withUnsafeGuaranteedRef { $0.began(self) } != nil
        }
        if !isObserved { trace = caller }
        if let refusal = admissionRefusal() { return refuse(refusal) }
        do throws(RPCStatus) { try checkHeaders() } catch {
            for interceptor in server.interceptors { interceptor.refused(self, error) }
            return finish(error)
        }
        do throws(RPCStatus) {
            if host._withUnsafeGuaranteedRef({ !$0.interceptors.isEmpty }) { try intercept() }
            isActive = true
            host._withUnsafeGuaranteedRef { $0.activeCalls += 1 }
            // Cannot be nil: checkHeaders throws for unknown methods.
            try called?.lend { (method) throws(RPCStatus) in
                try method.began(self)
            }
        } catch {
            finish(error)
            notifyCancelled()
        }
        // Few calls have a deadline, and most of those end in this very round.
        if deadline != .never, !isFinished { server.watch(self) }
    }

    /// How the call is turned away if the loop has too much to do.
    @inline(__always)
    private func admissionRefusal() -> PreparedRefusal? {
        // An unknown method has an answer of its own; and who must know how the server is must be told
        // when it is busy too.
        guard let called, !called._withUnsafeGuaranteedRef({ $0.isEssential }) else { return nil }
        return host._withUnsafeGuaranteedRef { server in
            if let refusal = server.memoryRefusal { return refusal }
            if let refusal = server.unreadRefusal(connectionUnreadBytes) { return refusal }
            return server.admission?.admit(headers.priority, timeout: headers.timeout)
        }
    }

    private func intercept() throws(RPCStatus) {
        for interceptor in server.interceptors {
            try interceptor.began(self)
            interceptorsBegun += 1
        }
    }

    private func checkHeaders() throws(RPCStatus) {
        if headers.listBytes > headerListBytesMax {
            server.counters.refused(.headers)
            throw RPCStatus(
                .resourceExhausted,
                "request headers of \(headers.listBytes) bytes are over the limit of "
                    + "\(server.limits.maxHeaderListBytes)")
        }
        guard called != nil else { throw unknownMethod() }
        if let unknown = headers.unknownPriority {
            let known = CallPriority.allCases.map(\.label).joined(separator: ", ")
            throw RPCStatus(
                .invalidArgument,
                "\(CallPriority.metadataKey) '\(unknown)' is none of \(known)")
        }
        if headers.isTimeoutMalformed {
            throw RPCStatus(.internal, "malformed grpc-timeout")
        }
        if let unknown = headers.unknownEncoding {
            throw RPCStatus(
                .unimplemented,
                "grpc-encoding '\(unknown)' is not supported; use \(MessageEncoding.accepted)")
        }
        if !headers.store.isEmpty, headers.store.hasBinary, headers.store.metadata() == nil {
            throw RPCStatus(.internal, "a -bin header is not base64")
        }
        let isFull = host._withUnsafeGuaranteedRef {
            $0.activeCalls >= $0.limits.maxConcurrentCalls
        }
        if isFull {
            server.counters.refused(.calls)
            throw .shed(
                "over \(server.limits.maxConcurrentCalls) calls at once",
                retryAfter: server.limits.shedRetryAfter)
        }
        if let timeout = headers.timeout { deadline = started.advanced(by: timeout) }
        // The transport resets those that dawdle.
        if kind.hasOneRequest { expectsWholeRequest = true }
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

    // MARK: Messages

    func take(body bytes: RawSpan) {
        guard !isFinished else { return }
        deframer.append(bytes)
        guarded { () throws(RPCStatus) in
            if self.kind.hasOneRequest, self.called != nil {
                // Only looked at: what is too large is refused before it fills memory, and the
                // handler waits for the request's end.
                if let next = try self.nextMessage() { try self.checkIsAlone(next.count) }
            } else {
                try self.handleMessages()
            }
            try self.countBufferedBytes()
        }
    }

    private func updateBufferedBytes() {
        let more = deframer.bufferedBytes - countedBytes
        countedBytes = deframer.bufferedBytes
        host._withUnsafeGuaranteedRef { $0.bufferedBytes += more }
    }

    private func countBufferedBytes() throws(RPCStatus) {
        updateBufferedBytes()
        let isFull = host._withUnsafeGuaranteedRef {
            $0.bufferedBytes > $0.limits.maxBufferedRequestBytes
        }
        if isFull {
            server.counters.refused(.buffer)
            throw .shed(
                "over \(server.limits.maxBufferedRequestBytes) bytes of unfinished requests",
                retryAfter: server.limits.shedRetryAfter)
        }
    }

    func requestHasEnded() {
        if let plainStatus { return sendPlainly(plainStatus) }
        guard !isFinished, !requestEnded else { return }
        requestEnded = true
        guarded { () throws(RPCStatus) in
            if self.kind.hasOneRequest, self.called != nil {
                try self.handleOneMessage()
            } else {
                try self.handleMessages()
            }
        }
    }

    /// The request of a unary or server-streaming call is here whole.
    private func handleOneMessage() throws(RPCStatus) {
        guard let next = try nextMessage() else {
            // The status that grpc's own libraries give to a breach of cardinality.
            throw deframer.bufferedBytes == 0
                ? RPCStatus(.unimplemented, "the request has no message")
                : RPCStatus(.internal, "the request's message is cut short")
        }
        try checkIsAlone(next.count)
        // Work whose answer nobody waits for is not begun.
        if isPastDeadline {
            server.counters.refused(.deadline)
            throw RPCStatus(.deadlineExceeded, "the deadline had passed")
        }
        isHandlingMessages = true
        defer { isHandlingMessages = false }
        try handle(next)
        // Its answer may take a while, its request is no longer held.
        if deferred != nil { updateBufferedBytes() }
        if !isFinished, !endDelivered {
            endDelivered = true
            try called?.lend { (method) throws(RPCStatus) in
                try method.requestsEnded(self)
            }
        }
    }

    private func checkIsAlone(_ count: Int) throws(RPCStatus) {
        guard deframer.bufferedBytes == count + MessageDeframer.prefixBytes else {
            throw RPCStatus(.unimplemented, "the request has more than one message")
        }
    }

    /// Hands whole messages to a streaming handler until there are none or it pauses.
    func handleMessages() throws(RPCStatus) {
        guard !isHandlingMessages else { return }
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

    private func nextMessage() throws(RPCStatus) -> (isCompressed: Bool, count: Int)? {
        do throws(MessageDeframer.Failure) { return try deframer.next() } catch {
            throw RPCStatus(error, "request message")
        }
    }

    private func handle(_ next: (isCompressed: Bool, count: Int)) throws(RPCStatus) {
        requestMessages += 1
        receivedBytes &+= UInt64(truncatingIfNeeded: next.count)
        messageWasCompressed = next.isCompressed
        // A caller that compresses pays for bytes more than for time: it is answered alike. Handlers
        // that know better say so.
        if next.isCompressed, !responseStarted { compressesResponses = true }
        guard let called else { return }
        messageCount = next.count
        defer { messageCount = -1 }
        // A handler that ends the call inside does not pull the bytes away under itself: a call's
        // buffers are only given back when its stream has closed, which happens later.
        try deframer.withMessage(next.count) { (bytes) throws(RPCStatus) in
            guard next.isCompressed else {
                self.requestBytes &+= bytes.byteCount
                return try called.lend { (method) throws(RPCStatus) in
                    try method.received(bytes, self)
                }
            }
            let message = try MessageCoding.decompress(
                bytes, self.headers.encoding, limit: self.server.limits.maxRequestBytes)
            self.requestBytes &+= message.count
            try called.lend { (method) throws(RPCStatus) in
                try method.received(message.span.bytes, self)
            }
        }
        deframer.consume(next.count)
    }

    // MARK: Back-pressure of the caller

    /// Hands no more messages to the handler, and lets the caller send no more than it was granted.
    package func pauseRequests() {
        readsPaused = true
        pauseReading()
    }

    /// Goes on after ``pauseRequests()``; messages that wait are handed over at once.
    package func resumeRequests() {
        guard readsPaused else { return }
        readsPaused = false
        resumeReading()
        guard isOpen, !isFinished else { return }
        guarded { () throws(RPCStatus) in try self.handleMessages() }
    }
}
