/// When a server's connection has to do something by itself: a state machine over time.
///
/// Events and the clock go in, the action to take comes out; it sends and closes nothing.
struct ConnectionLife {
    enum Phase: Equatable {
        /// Waiting for TLS and the HTTP/2 preface.
        case handshaking
        case serving
        /// The first GOAWAY is out: new streams are still served for one round trip.
        case announced(since: MonotonicTime)
        /// The final GOAWAY is out.
        case leaving
    }

    enum Action: Equatable {
        case none
        case close(CloseReason.Limit)
        /// Send the shutdown notice and behind it a ping; `message` goes into the final GOAWAY.
        case announce(message: String)
        case sendFinalGoAway
        case ping
    }

    private let limits: ServerLimits
    private(set) var phase = Phase.handshaking
    private let opened: MonotonicTime
    private let oldAt: MonotonicTime
    /// When the last stream ended, or the connection opened.
    private var idleSince: MonotonicTime
    private var lastHeard: MonotonicTime
    private var pingSent: MonotonicTime?
    private(set) var message = ""
    /// When streams that still run are cut off; never before it was asked to go.
    private var leaveBy = MonotonicTime.never
    /// Asked to go before it was ready for that.
    private var isLeaveWanted = false
    private let checkInterval: Duration
    private var checkedAt: MonotonicTime

    /// How long the first GOAWAY may be on its way before the second follows without an answer to
    /// the ping that went with it.
    static let announceTime: Duration = .seconds(1)

    /// - Parameter jitter: 0.9 … 1.1, by which the maximum age is multiplied.
    init(_ limits: ServerLimits, now: MonotonicTime, jitter: Double) {
        self.limits = limits
        opened = now
        idleSince = now
        lastHeard = now
        oldAt = now.advanced(by: limits.maxAge * jitter)
        checkInterval = limits.checkInterval
        checkedAt = now
    }

    /// TLS and the HTTP/2 preface are through.
    mutating func established(_ now: MonotonicTime) -> Action {
        guard phase == .handshaking else { return .none }
        phase = .serving
        guard isLeaveWanted else { return .none }
        phase = .announced(since: now)
        return .announce(message: message)
    }

    mutating func heard(_ now: MonotonicTime) {
        lastHeard = now
        pingSent = nil
    }

    mutating func becameIdle(_ now: MonotonicTime) { idleSince = now }

    /// Begins the two steps; a later call can only shorten the time that is left.
    mutating func announce(_ message: String, grace: Duration, now: MonotonicTime) -> Action {
        leaveBy = min(leaveBy, now.advanced(by: grace))
        switch phase {
        case .handshaking:
            // It may have a request on its way: it is let in to be told to go, but not waited for long.
            isLeaveWanted = true
            self.message = message
            leaveBy = min(leaveBy, now.advanced(by: Self.announceTime))
            return .none
        case .serving:
            phase = .announced(since: now)
            self.message = message
            return .announce(message: message)
        case .announced, .leaving: return .none
        }
    }

    /// The answer to the announcement's ping: the peer has seen the first GOAWAY.
    mutating func announcementAcknowledged(_ now: MonotonicTime) -> Action {
        guard case .announced = phase else { return .none }
        phase = .leaving
        return .sendFinalGoAway
    }

    /// What is due at `now`.
    mutating func tick(
        _ now: MonotonicTime, openStreams: Int, blockedSince: MonotonicTime
    ) -> Action {
        if blockedSince != .never, now >= blockedSince.advanced(by: limits.writeTimeout) {
            return .close(.writeTimeout)
        }
        checkedAt = now
        if now >= leaveBy { return .close(.graceEnded) }
        switch phase {
        case .handshaking:
            return now >= opened.advanced(by: limits.handshakeTimeout)
                ? .close(.handshakeTimeout) : .none
        case .serving:
            if now >= oldAt {
                return announce("max_age", grace: limits.maxAgeGrace, now: now)
            }
            if openStreams == 0, now >= idleSince.advanced(by: limits.maxIdle) {
                return announce("max_idle", grace: limits.maxAgeGrace, now: now)
            }
            if let pingSent {
                return now >= pingSent.advanced(by: limits.keepaliveTimeout)
                    ? .close(.keepaliveTimeout) : .none
            }
            if now >= lastHeard.advanced(by: limits.keepaliveTime) {
                pingSent = now
                return .ping
            }
            return .none
        case .announced(let since):
            guard now >= since.advanced(by: Self.announceTime) else { return .none }
            return announcementAcknowledged(now)
        case .leaving: return .none
        }
    }

    /// The earliest time at which ``tick(_:openStreams:blockedSince:)`` may have something to do.
    func nextTick(openStreams: Int, blockedSince: MonotonicTime) -> MonotonicTime {
        var next = blockedSince == .never ? .never : blockedSince.advanced(by: limits.writeTimeout)
        func consider(_ time: MonotonicTime) { next = min(next, time) }
        consider(leaveBy)
        consider(checkedAt.advanced(by: checkInterval))
        switch phase {
        case .handshaking: consider(opened.advanced(by: limits.handshakeTimeout))
        case .serving:
            consider(oldAt)
            if openStreams == 0 { consider(idleSince.advanced(by: limits.maxIdle)) }
            consider(
                pingSent?.advanced(by: limits.keepaliveTimeout)
                    ?? lastHeard.advanced(by: limits.keepaliveTime))
        case .announced(let since): consider(since.advanced(by: Self.announceTime))
        case .leaving: break
        }
        return next
    }
}
