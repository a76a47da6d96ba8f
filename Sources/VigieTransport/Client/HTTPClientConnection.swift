import CVigieSys
import Glibc

/// Who opened a client's connection and is told how it fares; called on the connection's loop.
///
/// The connection holds its owner weakly: it goes on without one until it is closed.
package protocol HTTPClientConnectionOwner: AnyObject {
    /// The connection is in a new state. `closed` is the last that is ever reported, and is never
    /// reported from inside ``HTTPClientConnection/init(to:loop:tls:options:owner:)``.
    func connection(
        _ connection: HTTPClientConnection, became state: HTTPClientConnection.State)
    /// A stream can be opened again, after ``HTTPClientConnection/open(_:_:endStream:)`` answered
    /// ``HTTPClientConnection/Opening/atLimit``.
    func connectionHasRoom(_ connection: HTTPClientConnection)
}

/// A connection to a server: connects at once, then carries streams until either side ends it.
///
/// All of it is for the loop's thread; from elsewhere go through ``EventLoop/execute(_:)``. The loop
/// keeps it alive until it is closed, so its owner need not hold on to it.
package final class HTTPClientConnection: HTTPConnection, TimerTarget {
    package enum State: Sendable {
        /// TCP, TLS and HTTP/2 set-up are under way.
        case connecting
        /// The server's SETTINGS have arrived: streams can be opened.
        case ready
        /// The server sent GOAWAY, or ``HTTPClientConnection/shutdown()`` was called: streams that
        /// run go on, new ones need another connection.
        case draining(GoAway?)
        /// It is over, and its streams have been told.
        case closed(CloseReason)
    }

    /// What a server said when it asked us to go.
    package struct GoAway: Sendable, Equatable {
        /// The last stream that it has or will have dealt with; later ones are safe to retry.
        package let lastStream: Int32
        package let code: HTTP2ErrorCode
        /// The server's words, for example "too_many_pings" or "max_age".
        package let message: String
    }

    /// What became of a stream that was to be opened.
    package enum Opening: Sendable, Equatable {
        /// It is on its way.
        case opened
        /// The server allows no more at once: ``HTTPClientConnectionOwner/connectionHasRoom(_:)``
        /// follows when one has ended.
        case atLimit
        /// The connection is not ready, is draining or is closed: nothing was sent.
        case unavailable
    }

    package private(set) var state = State.connecting
    /// Where it connects to.
    package let remoteAddress: SocketAddress
    package private(set) weak var owner: (any HTTPClientConnectionOwner)?
    private var life: ClientLife
    private var isConnected = false
    private var startFailure: CloseReason?
    private var isRoomAwaited = false
    private var wakeAt = MonotonicTime.never
    private var lingersUntil: MonotonicTime?

    /// Begins to connect. Whatever goes wrong is reported as `closed`, later.
    /// - Parameter tls: a client's context; nil for cleartext with prior knowledge.
    package init(
        to address: SocketAddress, loop: EventLoop, tls context: TLSContext?,
        options: ClientOptions, owner: (any HTTPClientConnectionOwner)?
    ) {
        remoteAddress = address
        self.owner = owner
        life = ClientLife(options, now: loop.now)
        var failure: CloseReason?
        var descriptor: Int32 = -1
        var session: TLSSession?
        do throws(SystemError) { descriptor = try Socket.connect(address) } catch {
            failure = .network(error)
        }
        do throws(TLSError) {
            if let context { session = try TLSSession(context, output: loop.cipherBuffer) }
        } catch { failure = .tls(error) }
        super.init(
            descriptor: descriptor, loop: loop, tls: session, role: .client,
            settings: options.http2)
        if failure == nil {
            do throws(SystemError) { try loop.register(self, events: EPOLLOUT) } catch {
                failure = .network(error)
            }
        }
        startFailure = failure
        if failure != nil { loop.atRoundEnd(self) } else { arm() }
    }

    // MARK: Use

    /// Streams that could be opened now.
    package var room: Int {
        guard case .ready = state else { return 0 }
        return max(0, session.peerMaxConcurrentStreams - session.openStreams)
    }

    package var openStreams: Int { session.openStreams }

    /// Opens `stream` with its request's header block, pseudo-header fields first. The stream's
    /// events follow; its ``HTTPStream/closed(_:)`` is called exactly once if this answers `opened`.
    ///
    /// ``HTTP2ErrorCode/refusedStream`` there means that the server has not looked at the request, so
    /// that it is safe to send it again, and ``HTTP2ErrorCode/connectionLost`` that nobody knows.
    package func open(
        _ stream: HTTPStream, _ headers: OutgoingHeaders, endStream: Bool = false
    ) -> Opening {
        guard case .ready = state, !isClosed else { return .unavailable }
        guard session.openStreams < session.peerMaxConcurrentStreams else {
            isRoomAwaited = true
            return .atLimit
        }
        if session.openStreams == 0 { life.becameActive(loop.now) }
        guard session.request(stream, headers, endStream: endStream) != nil else {
            // Stream ids have run out, or nghttp2 has seen the session's end before we did.
            shutdown()
            return .unavailable
        }
        needsFlush()
        arm()
        return .opened
    }

    /// Sends a ping, as a probe of its own; its answer counts as a sign of life.
    package func ping() {
        guard case .ready = state, !isClosed else { return }
        session.ping()
        needsFlush()
    }

    /// Opens no more streams, lets those that run end, then closes.
    package func shutdown() {
        switch state {
        case .connecting: close()
        case .ready:
            session.goAway(.noError, message: "")
            drain(nil)
            needsFlush()
        case .draining, .closed: return
        }
    }

    /// Closes at once; open streams end with ``HTTP2ErrorCode/connectionLost``. Inside a stream's
    /// event it happens when the bytes at hand have been dealt with.
    package func close() { closeSoon(.shutdown) }

    // MARK: Connecting

    override func handle(events: UInt32) {
        guard !isConnected, !isClosed else { return super.handle(events: events) }
        let code = Socket.pendingError(descriptor)
        guard code == 0 else {
            return close(.network(SystemError("connect \(remoteAddress)", code: code)))
        }
        guard events & EPOLLOUT.rawValue != 0 else { return }
        isConnected = true
        loop.update(self, events: EPOLLIN.rawValue)
        if isTLS { beginHandshake() } else { flush() }
    }

    package override func roundEnded() {
        if let startFailure { close(startFailure) } else { super.roundEnded() }
    }

    // MARK: Session

    override func settingsReceived() {
        guard case .connecting = state else { return offerRoom() }
        life.becameReady()
        report(.ready)
        arm()
    }

    override func streamEnded(_ stream: HTTPStream) { offerRoom() }

    override func bytesReceived() { life.heard(loop.now) }

    override func goAwayReceived(lastStream: Int32, code: HTTP2ErrorCode, message: String) {
        drain(GoAway(lastStream: lastStream, code: code, message: message))
    }

    private func drain(_ goAway: GoAway?) {
        life.drain(loop.now)
        report(.draining(goAway))
        arm()
    }

    private func offerRoom() {
        guard isRoomAwaited, room > 0 else { return }
        isRoomAwaited = false
        owner?.connectionHasRoom(self)
    }

    override func connectionClosed(_ reason: CloseReason) {
        if wakeAt != .never { loop.timerBecameStale() }
        report(.closed(reason))
    }

    private func report(_ new: State) {
        state = new
        owner?.connection(self, became: new)
    }

    // MARK: Time

    override func writeBlocked() { arm() }

    override func lingeringBegan() {
        lingersUntil = loop.now.advanced(by: Self.lingerTime)
        arm()
    }

    private func arm() {
        guard !isClosed else { return }
        let next =
            lingersUntil
            ?? life.nextTick(openStreams: session.openStreams, blockedSince: blockedSince)
        guard next < wakeAt else { return }
        let isReplaced = wakeAt != .never
        // Looked at again after the loop's longest wait: a stream opened later may need a ping.
        wakeAt = min(next, loop.now.advanced(by: EventLoop.longestTimer))
        loop.schedule(self, at: wakeAt, token: wakeAt.nanoseconds)
        if isReplaced { loop.timerBecameStale() }
    }

    package func isStale(token: UInt64) -> Bool { isClosed || token != wakeAt.nanoseconds }

    package func timerFired(token: UInt64, now: MonotonicTime) {
        guard !isStale(token: token) else { return }
        wakeAt = .never
        if let lingersUntil {
            if now >= lingersUntil { return closeLingering() }
        } else {
            switch life.tick(now, openStreams: session.openStreams, blockedSince: blockedSince) {
            case .none: break
            case .ping:
                session.ping()
                needsFlush()
            case .close(let limit): return close(.limit(limit))
            }
        }
        arm()
    }
}
