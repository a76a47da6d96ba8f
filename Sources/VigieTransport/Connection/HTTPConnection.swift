import CVigieSys
import Glibc

/// A socket, optional TLS and an HTTP/2 session, on one loop; server and client share it.
package class HTTPConnection: Channel, HTTP2SessionOwner, RoundEndTarget {
    package let loop: EventLoop
    /// What is counted of it, with all others of its loop and role.
    final let traffic: ConnectionTraffic
    private(set) final var session: HTTP2Session!
    private(set) var tls: TLSSession?
    /// Bytes for the socket that it did not take yet.
    private var pending = ByteQueue(keeping: 0)
    /// Memory of what its streams have to send and the session has not taken.
    final var queuedBytes = 0
    /// Memory of what the peer has not taken yet.
    final var unreadBytes: Int { queuedBytes &+ pending.count }
    /// When the socket stopped taking bytes; ``MonotonicTime/never`` while it takes them.
    private(set) var blockedSince = MonotonicTime.never
    private(set) var isClosed = false
    private var isFlushQueued = false
    private var isLingering = false
    private var isHandshakeCounted = false
    private var relieved: [(stream: HTTPStream, generation: UInt64)] = []
    /// What a session that ends in good order ended for.
    final var endReason = CloseReason.clean
    /// Asked for inside a callback of the session, which must not lose its connection there.
    private var closeWanted: CloseReason?

    /// The other end's address, as text.
    package lazy var peerAddress: String =
        (try? Socket.peerAddress(descriptor))?.description ?? "unknown"
    /// Who the peer is by its certificate, when there is one.
    package private(set) var peerIdentity: PeerIdentity?
    package var isTLS: Bool { tls != nil }

    /// Bytes drained from the session before the socket is asked to take them.
    static let drainBytes = 256 * 1024
    /// Reads a socket gets in a round before others have their turn.
    static let readsPerRound = 4
    /// How long a closing connection waits for the peer to read the last bytes.
    static let lingerTime: Duration = .seconds(1)

    init(
        descriptor: Int32, loop: EventLoop, tls: TLSSession?, role: HTTP2Session.Role,
        settings: HTTP2Settings
    ) {
        self.loop = loop
        self.tls = tls
        traffic = role == .server ? loop.traffic : loop.clientTraffic
        super.init(descriptor: descriptor)
        session = HTTP2Session(role: role, settings: settings, owner: self)
    }

    // MARK: For subclasses

    func makeStream() -> HTTPStream? { nil }
    func streamEnded(_ stream: HTTPStream) {}
    func pingReceived(isAcknowledgement: Bool) {}
    func settingsReceived() {}
    func goAwayReceived(lastStream: Int32, code: HTTP2ErrorCode, message: String) {}
    func goAwaySent(_ code: HTTP2ErrorCode) {
        if code != .noError, case .clean = endReason { endReason = .violation(code) }
    }
    func sentHeadersOrData() {}
    func cheapFrameReceived() {}
    func streamWasted() {}
    func headerListTooLarge() {}
    func bytesReceived() {}
    func handshakeCompleted() {}
    func connectionClosed(_ reason: CloseReason) {}

    // MARK: Events

    override func handle(events: UInt32) {
        if isClosed { return }
        if isLingering { return discard() }
        let readable = EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue
        if events & readable != 0 { read() }
        if events & EPOLLOUT.rawValue != 0, !isClosed { flush() }
    }

    override func abandon() { closeSoon(.shutdown) }

    override func buried() {
        session.dispose()
        pending = ByteQueue(keeping: 0)
    }

    private func read() {
        for _ in 0..<Self.readsPerRound {
            let count = recv(descriptor, loop.readBuffer.baseAddress, loop.readBuffer.count, 0)
            if count > 0 {
                traffic.receivedBytes.add(UInt64(truncatingIfNeeded: count))
                bytesReceived()
                let bytes = UnsafeRawBufferPointer(
                    start: loop.readBuffer.baseAddress, count: count)
                if tls == nil { receive(bytes) } else { decrypt(bytes) }
                // A short read: the socket is empty, no need to ask again.
                if isClosed || isLingering || count < loop.readBuffer.count { break }
            } else if count == 0 {
                return close(.peerClosed)
            } else if errno == EAGAIN || errno == EINTR {
                break
            } else {
                return close(.network(SystemError("recv")))
            }
        }
        if !isClosed { flush() }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        do throws(SessionFailure) {
            try session.receive(bytes)
        } catch {
            if error.isBadPreface, tls == nil { explainPreface(bytes) } else { flush() }
            if !isClosed { finish(.http2(error)) }
        }
        if let closeWanted { close(closeWanted) }
    }

    /// A person who points a browser or an HTTP/1.1 probe at a gRPC port gets told so; nothing has been
    /// sent on the connection before.
    private func explainPreface(_ bytes: UnsafeRawBufferPointer) {
        let isHTTP1 = ["GET ", "HEAD", "POST", "PUT ", "OPTI"].contains { method in
            bytes.starts(with: method.utf8)
        }
        guard isHTTP1 else { return }
        let body =
            "This port speaks HTTP/2 (gRPC) only; health and metrics are on the admin port.\n"
        let answer = """
            HTTP/1.1 505 HTTP Version Not Supported\r\nconnection: close\r\n\
            content-type: text/plain\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)
            """
        var copy = answer
        copy.withUTF8 { _ = send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private func decrypt(_ bytes: UnsafeRawBufferPointer) {
        guard let tls else { return }
        do throws(TLSError) {
            try tls.withInput(bytes) { () throws(TLSError) in
                if !tls.isEstablished {
                    try tls.handshake()
                    sendCipher(tls)
                    guard tls.isEstablished else { return }
                    try established(tls)
                }
                while !isClosed, !isLingering, let count = try tls.read(into: loop.plainBuffer) {
                    if count == 0 { return close(.peerClosed) }
                    receive(UnsafeRawBufferPointer(rebasing: loop.plainBuffer[..<count]))
                }
            }
            // Key updates and the like may have been answered.
            if !isClosed { sendCipher(tls) }
        } catch {
            if !isHandshakeCounted { traffic.failedHandshakes.add(1) }
            isHandshakeCounted = true
            // OpenSSL has written an alert that says why.
            if !isClosed { sendCipher(tls) }
            if !isClosed { finish(.tls(error)) }
        }
    }

    private func established(_ tls: TLSSession) throws(TLSError) {
        guard tls.negotiatedHTTP2 else {
            throw TLSError("TLS handshake", reason: "the peer did not agree to ALPN h2")
        }
        isHandshakeCounted = true
        traffic.handshake(.init(tls.version), isResumed: tls.isResumed)
        peerIdentity = tls.peerIdentity()
        handshakeCompleted()
    }

    // MARK: Writing

    /// Asks for a flush at the end of this round, or at once when the connection is reading now.
    final func needsFlush() {
        guard !isFlushQueued, !session.isReceiving else { return }
        isFlushQueued = true
        loop.atRoundEnd(self)
    }

    package func roundEnded() { flush() }

    /// Starts a TLS client's handshake.
    func beginHandshake() {
        guard let tls else { return }
        do throws(TLSError) {
            try tls.handshake()
            sendCipher(tls)
        } catch { close(.tls(error)) }
    }

    /// Drains the session into the socket until either has had enough.
    final func flush() {
        isFlushQueued = false
        guard !isClosed, !isLingering else { return }
        while true {
            if !pending.isEmpty {
                writePending()
                if isClosed || !pending.isEmpty { return }
            }
            guard tls?.isEstablished ?? true else { return }
            let isMore: Bool
            do throws(SessionFailure) {
                isMore = try session.drain(into: &loop.writeBuffer, limit: Self.drainBytes)
            } catch {
                loop.writeBuffer.removeAll()
                return close(.http2(error))
            }
            if let closeWanted {
                loop.writeBuffer.removeAll()
                return close(closeWanted)
            }
            if !loop.writeBuffer.isEmpty { writeDrained() }
            if isClosed { return }
            if !relieved.isEmpty { resumeProducers() }
            if !isMore || !pending.isEmpty { break }
        }
        if pending.isEmpty, !session.isAlive { finish(endReason) }
    }

    /// Sends what the session gave, straight from the loop's buffer; what is left waits in `pending`.
    private func writeDrained() {
        defer { loop.writeBuffer.removeAll() }
        if let tls {
            do throws(TLSError) { try tls.write(loop.writeBuffer.unread) } catch {
                tls.output.queue.removeAll()
                return close(.tls(error))
            }
            return sendCipher(tls)
        }
        sendOrKeep(loop.writeBuffer.unread)
    }

    /// Sends what TLS has written; the buffer is the loop's, so none of it may stay there.
    private func sendCipher(_ tls: TLSSession) {
        if tls.output.queue.isEmpty { return }
        defer { tls.output.queue.removeAll() }
        sendOrKeep(tls.output.queue.unread)
    }

    private func sendOrKeep(_ bytes: UnsafeRawBufferPointer) {
        guard pending.isEmpty else { return pending.append(bytes) }
        let sent = transmit(bytes)
        if sent < 0 || sent == bytes.count { return }
        pending.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
        waitForSocket()
    }

    private func writePending() {
        while !pending.isEmpty {
            let sent = transmit(pending.unread)
            if sent < 0 { return }
            if sent == 0 { return waitForSocket() }
            pending.consume(sent)
            if blockedSince != .never { blockedSince = loop.now }
        }
        blockedSince = .never
        loop.update(self, events: EPOLLIN.rawValue)
    }

    private func waitForSocket() {
        if blockedSince == .never {
            blockedSince = loop.now
            traffic.socketStalls.add(1)
            writeBlocked()
        }
        loop.update(self, events: EPOLLIN.rawValue | EPOLLOUT.rawValue)
    }

    /// The socket stopped taking bytes.
    func writeBlocked() {}

    /// - Returns: bytes taken, 0 when the socket is full, -1 when the connection was closed.
    private func transmit(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = send(
                descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 {
                traffic.sentBytes.add(UInt64(truncatingIfNeeded: count))
                return count
            }
            if errno == EAGAIN { return 0 }
            if errno == EINTR { continue }
            close(.network(SystemError("send")))
            return -1
        }
    }

    // MARK: Back-pressure

    func becameWritable(_ stream: HTTPStream) {
        relieved.append((stream, stream.generation))
    }

    private func resumeProducers() {
        let list = relieved
        relieved.removeAll(keepingCapacity: true)
        for (stream, generation) in list where stream.isOpen && stream.generation == generation {
            stream.becameWritable()
        }
    }

    // MARK: Ending

    /// Ends in good order: what was written reaches the peer before the socket goes, because closing
    /// with unread input would make the kernel send RST and throw the last frames away.
    final func finish(_ reason: CloseReason) {
        guard !isClosed, !isLingering else { return }
        isLingering = true
        if let tls {
            tls.close()
            sendCipher(tls)
            if isClosed { return }
        }
        shutdown(descriptor, Int32(SHUT_WR))
        lingerReason = reason
        loop.update(self, events: EPOLLIN.rawValue)
        lingeringBegan()
    }

    private var lingerReason = CloseReason.clean

    /// A subclass arms a timer that closes after ``lingerTime``.
    func lingeringBegan() { closeLingering() }

    final func closeLingering() { close(lingerReason) }

    /// Closes now, or as soon as the session's callback that this is called from has returned.
    final func closeSoon(_ reason: CloseReason) {
        if session.isReceiving || session.isDraining {
            if closeWanted == nil { closeWanted = reason }
        } else {
            close(reason)
        }
    }

    private func discard() {
        for _ in 0..<Self.readsPerRound {
            let count = recv(descriptor, loop.readBuffer.baseAddress, loop.readBuffer.count, 0)
            if count > 0 { continue }
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            return close(lingerReason)
        }
    }

    /// Ends now. Streams that are open are told first.
    final func close(_ reason: CloseReason) {
        guard !isClosed else { return }
        isClosed = true
        loop.unregister(self)
        // Frees nghttp2's entries of open streams, which hold our retains.
        session.abandonStreams()
        // A client that could not even begin to connect has none.
        if descriptor >= 0 { Glibc.close(descriptor) }
        pending.removeAll()
        tls = nil
        connectionClosed(reason)
    }
}
