import VigieTransport

/// A client's way to one server, on one loop: it connects when there is something to call, connects
/// again when the connection ends, and lets calls wait meanwhile. For the loop's thread only;
/// ``RPCClient`` is for all others.
package final class RPCChannel: HTTPClientConnectionOwner, TimerTarget {
    package enum State: Sendable, Equatable {
        /// Nothing to do, no connection.
        case idle
        case connecting
        case ready
        /// Connecting failed; the next attempt follows at that time, if calls wait.
        case failed(until: MonotonicTime)
        case closed
    }

    package let address: SocketAddress
    package let loop: EventLoop
    package let options: ChannelOptions
    package private(set) var state = State.idle
    /// Attempts to connect that failed since the last connection that came up.
    package private(set) var connectFailures = 0
    var throttle: RetryThrottle?

    private var connection: HTTPClientConnection?
    /// Calls that wait to be sent, first come, first served.
    private var waiting: [ClientCall] = []
    private var pool: [ClientStream] = []
    private var lastFailure = RPCStatus(.unavailable, "not connected")
    private let baseHeaders: [HeaderField]
    private var prepared: [String: PreparedHeaders] = [:]

    /// Streams kept to be used again.
    private static let pooledStreams = 1024

    package init(
        to address: SocketAddress, loop: EventLoop, options: ChannelOptions = ChannelOptions()
    ) {
        self.address = address
        self.loop = loop
        self.options = options
        throttle = options.retryThrottling
        let agent = options.userAgent.isEmpty ? "vigie" : options.userAgent + " vigie"
        baseHeaders = [
            HeaderField(":method", "POST"),
            HeaderField(":scheme", options.tls == nil ? "http" : "https"),
            HeaderField(":authority", options.authority ?? address.description),
            HeaderField("te", "trailers"),
            HeaderField("content-type", "application/grpc"),
            HeaderField("user-agent", agent),
            HeaderField("grpc-accept-encoding", MessageEncoding.accepted),
        ]
    }

    /// The fields that every call of `path` begins with.
    func headers(path: String) -> [HeaderField] {
        var fields = baseHeaders
        fields.insert(HeaderField(":path", path), at: 2)
        return fields
    }

    /// The same, laid out once for calls that add nothing. Never freed, so one a path: a channel calls
    /// the methods that its program was compiled with.
    func preparedHeaders(path: String) -> PreparedHeaders {
        if let known = prepared[path] { return known }
        let made = PreparedHeaders(headers(path: path))
        prepared[path] = made
        return made
    }

    /// Connects before the first call needs it.
    package func connect() {
        if state == .idle { beginConnecting() }
    }

    /// Ends the connection, calls that run (UNAVAILABLE) and calls that wait (CANCELLED).
    package func close() {
        guard state != .closed else { return }
        state = .closed
        connection?.close()
        connection = nil
        failWaiting(RPCStatus(.cancelled, "the channel was closed")) { _ in true }
    }

    // MARK: Calls

    func submit(_ call: ClientCall) {
        switch state {
        case .closed: return call.fail(RPCStatus(.cancelled, "the channel is closed"))
        case .failed where !call.options.waitsForReady: return call.fail(lastFailure)
        case .ready where waiting.isEmpty:
            if begin(call) { return }
        default: break
        }
        guard waiting.count < options.maxWaitingCalls else {
            return call.fail(
                RPCStatus(
                    .resourceExhausted, "over \(options.maxWaitingCalls) calls wait for \(address)")
            )
        }
        waiting.append(call)
        if state == .idle { beginConnecting() }
    }

    /// The call has ended.
    func forget(_ call: ClientCall) {
        if waiting.isEmpty { return }
        waiting.removeAll { $0 === call }
    }

    /// - Returns: false when it has to wait.
    private func begin(_ call: ClientCall) -> Bool {
        guard let connection else { return false }
        let stream = pool.popLast() ?? ClientStream(self)
        stream.attach(call, maxMessageBytes: call.maxResponseBytes)
        switch connection.open(stream, call.requestHeaders()) {
        case .opened:
            call.attemptBegan(stream)
            return true
        case .atLimit, .unavailable:
            stream.abandon()
            recycle(stream)
            return false
        }
    }

    func recycle(_ stream: ClientStream) {
        if pool.count < Self.pooledStreams { pool.append(stream) }
    }

    private func beginWaiting() {
        var next = 0
        while next < waiting.count, state == .ready, begin(waiting[next]) { next += 1 }
        waiting.removeFirst(min(next, waiting.count))
    }

    private func failWaiting(_ status: RPCStatus, where condition: (ClientCall) -> Bool) {
        let failed = waiting.filter(condition)
        waiting.removeAll(where: condition)
        for call in failed { call.fail(status) }
    }

    // MARK: Connection

    private func beginConnecting() {
        state = .connecting
        connection = HTTPClientConnection(
            to: address, loop: loop, tls: options.tls, options: options.connection, owner: self)
    }

    package func connection(
        _ connection: HTTPClientConnection, became new: HTTPClientConnection.State
    ) {
        guard connection === self.connection, state != .closed else { return }
        switch new {
        case .connecting: break
        case .ready:
            connectFailures = 0
            state = .ready
            beginWaiting()
        case .draining: leave()
        case .closed(let reason):
            if state == .ready { leave() } else { failedToConnect(reason) }
        }
    }

    /// Calls that run go on, or are told by their streams; new ones need a new connection.
    private func leave() {
        connection = nil
        state = .idle
        if !waiting.isEmpty { beginConnecting() }
    }

    private func failedToConnect(_ reason: CloseReason) {
        connection = nil
        connectFailures += 1
        let delay = options.reconnect.delay(
            afterFailures: connectFailures, random: .random(in: 0..<1))
        let until = loop.now.advanced(by: delay)
        state = .failed(until: until)
        lastFailure = RPCStatus(.unavailable, "cannot connect to \(address): \(reason)")
        loop.schedule(self, at: until, token: until.nanoseconds)
        failWaiting(lastFailure) { !$0.options.waitsForReady }
    }

    package func connectionHasRoom(_ connection: HTTPClientConnection) {
        if connection === self.connection { beginWaiting() }
    }

    package func timerFired(token: UInt64, now: MonotonicTime) {
        guard case .failed(let until) = state, until.nanoseconds == token else { return }
        guard now >= until else { return loop.schedule(self, at: until, token: token) }
        state = .idle
        if !waiting.isEmpty { beginConnecting() }
    }
}
