import VigieProtos
import VigieTransport

/// The answer's way out: head, messages, status.
extension ServerCall {
    /// Queues one response message. ``HTTPStream/isWritable`` says whether more should follow now.
    package func send<M: Message>(_ message: M) {
        guard isOpen, !isFinished else { return }
        let count = message.encodedByteCount
        guard count <= host._withUnsafeGuaranteedRef({ $0.limits.maxResponseBytes }) else {
            finish(
                RPCStatus(
                    .resourceExhausted,
                    "response of \(count) bytes is over the limit of "
                        + "\(server.limits.maxResponseBytes)"))
            return notifyCancelled()
        }
        startResponse()
        responseMessages += 1
        responseBytes &+= count
        if compressesResponses, sentEncoding != .identity {
            let packed = Zlib.compress(message.encodedBytes().span.bytes, sentEncoding)
            sentBytes &+= UInt64(truncatingIfNeeded: packed.count)
            write(count: MessageDeframer.prefixBytes + packed.count) { room in
                MessageFraming.writePrefix(room, flag: 1, count: packed.count)
                UnsafeMutableRawBufferPointer(rebasing: room[MessageDeframer.prefixBytes...])
                    .copyBytes(from: packed)
                return room.count
            }
        } else {
            sentBytes &+= UInt64(truncatingIfNeeded: count)
            write(count: MessageDeframer.prefixBytes + count) { room in
                MessageFraming.writePrefix(room, flag: 0, count: count)
                return MessageDeframer.prefixBytes
                    + message.encode(
                        into: UnsafeMutableRawBufferPointer(
                            rebasing: room[MessageDeframer.prefixBytes...]))
            }
        }
    }

    /// Builds and sends one response message in memory of the loop: for handlers that stream. The
    /// request, if it is still valid, stays so.
    package func send<M: Message, Failure: Error>(
        _ type: M.Type, _ fill: (M) throws(Failure) -> Void
    ) throws(Failure) {
        try sendIf(type) { (message) throws(Failure) in
            try fill(message)
            return true
        }
    }

    /// As ``send(_:_:)``, unless `fill` returns false: the answer is to come later.
    package func sendIf<M: Message, Failure: Error>(
        _ type: M.Type, _ fill: (M) throws(Failure) -> Bool
    ) throws(Failure) {
        let arena = server.takeArena()
        defer { server.giveBack(arena) }
        let message = M(in: arena)
        if try fill(message) { send(message) }
    }

    /// Sends the response's head now, before any message.
    package func sendInitialMetadata() {
        guard isOpen, !isFinished else { return }
        startResponse()
        flushHead()
    }

    /// Ends the call with OK. Whatever was sent before still reaches the caller first.
    package func finish() {
        guard isOpen, !isFinished else { return }
        let isComplete = responseMessages == 1 || !hasOneResponse
        let isPlain =
            interceptorsBegun == 0 && host._withUnsafeGuaranteedRef { $0.loadTrailer == nil }
        guard isComplete, isPlain, trailingMetadata.isEmpty else {
            return finish(.ok)
        }
        isFinished = true
        countEnd(.ok)
        startResponse()
        finish(trailers: answerNote.map { .shared($0.okTrailers) } ?? .prepared(ResponseHeaders.ok))
        flushHead()
        host._withUnsafeGuaranteedRef { server in
            server.watching?._withUnsafeGuaranteedRef { $0.ended(self, .ok, "") }
        }
    }

    /// Exactly one response message is to be given.
    @inline(__always)
    private var hasOneResponse: Bool { called != nil && kind.hasOneResponse }

    /// Ends the call with a status.
    package func finish(_ status: RPCStatus) {
        guard isOpen, !isFinished else { return }
        if status.code == .ok, responseMessages != 1, hasOneResponse {
            return finish(
                RPCStatus(
                    .internal, "the handler gave \(responseMessages) responses instead of one"))
        }
        isFinished = true
        if let load = server.loadTrailer {
            trailingMetadata.add(LoadTrailer.key, bytes: load.bytes(at: loop.now))
        }
        countEnd(status.code)
        if responseStarted || status.code == .ok {
            startResponse()
            finish(trailers: ResponseHeaders.trailers(status, answerNote, trailingMetadata))
            flushHead()
        } else {
            let fields = ResponseHeaders.trailersOnly(
                status, head: initialMetadata, answerNote, trailingMetadata,
                acceptEncoding: headers.unknownEncoding != nil)
            sendHeaders(.fields(fields), endStream: true)
        }
        if interceptorsBegun > 0 { ended(status) }
        server.observer?.ended(self, status.code, status.message)
    }

    /// Turns the call away before anything has begun.
    func refuse(_ refusal: PreparedRefusal) {
        isFinished = true
        switch refusal.reason {
        case .load: server.counters.refused(headers.priority)
        default: server.counters.refused(refusal.reason)
        }
        // The clock is not read once more for what is to cost next to nothing.
        countEnd(refusal.status.code, at: loop.now)
        sendHeaders(.prepared(refusal.headers), endStream: true)
        for interceptor in server.interceptors { interceptor.refused(self, refusal.status) }
        server.observer?.ended(self, refusal.status.code, refusal.status.message)
    }

    /// Which encoding answers use, if any is asked for and accepted.
    private var responseEncoding: MessageEncoding {
        guard offersCompression else { return .identity }
        if headers.acceptsGzip { return .gzip }
        return headers.acceptsDeflate ? .deflate : .identity
    }

    private func startResponse() {
        guard !responseStarted else { return }
        responseStarted = true
        sentEncoding = responseEncoding
        isHeadPending = true
        // The head of a stream leaves with its first message; a unary one's with the status too.
        if !hasOneResponse { flushHead() }
    }

    private func flushHead() {
        guard isHeadPending else { return }
        isHeadPending = false
        sendHeaders(ResponseHeaders.head(initialMetadata, encoding: sentEncoding))
    }

    // MARK: Requests that are not gRPC

    /// Probes (`GET /`, `POST /`) get a short answer; all others are told what this is.
    func answerPlainly(requestHasEnded: Bool) {
        // No handler will see it.
        isFinished = true
        let isRoot = headers.unknownPath == "/"
        let status: Int
        if headers.listBytes > server.limits.maxHeaderListBytes {
            status = 431
        } else if headers.contentType == .grpc {
            status = 405
        } else if isRoot, headers.isPost || headers.isGet || headers.isHead {
            status = 200
        } else if headers.isPost {
            status = 415
        } else {
            status = headers.isGet && method == nil ? 404 : 405
        }
        expectsWholeRequest = true
        // A probe's body is read to its end: an answer before it would have to reset the stream.
        if requestHasEnded || status != 200 { sendPlainly(status) } else { plainStatus = status }
    }

    func sendPlainly(_ status: Int) {
        plainStatus = nil
        sendHeaders(ResponseHeaders.http(status), endStream: headers.isHead)
        guard !headers.isHead else { return }
        let body: StaticString =
            status == 200 ? "vigie\n" : "This server speaks gRPC: POST with application/grpc.\n"
        body.withUTF8Buffer { write(UnsafeRawBufferPointer($0).bytes) }
        finish(trailers: nil)
    }
}
