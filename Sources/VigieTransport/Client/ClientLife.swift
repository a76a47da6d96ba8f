/// When a client's connection has to do something by itself: a state machine over time.
///
/// Events and the clock go in, the action to take comes out; it sends and closes nothing.
struct ClientLife {
    enum Phase: Equatable {
        case connecting
        case ready
        /// No new streams; those that run may end until then.
        case draining(until: MonotonicTime)
    }

    enum Action: Equatable {
        case none
        case ping
        case close(CloseReason.Limit)
    }

    private let options: ClientOptions
    private(set) var phase = Phase.connecting
    private let connectBy: MonotonicTime
    private var lastHeard: MonotonicTime
    private var pingSent: MonotonicTime?

    init(_ options: ClientOptions, now: MonotonicTime) {
        self.options = options
        connectBy = now.advanced(by: options.connectTimeout)
        lastHeard = now
    }

    mutating func becameReady() { if phase == .connecting { phase = .ready } }

    mutating func heard(_ now: MonotonicTime) {
        lastHeard = now
        pingSent = nil
    }

    /// A first stream was opened: silence counts from now.
    mutating func becameActive(_ now: MonotonicTime) { lastHeard = max(lastHeard, now) }

    mutating func drain(_ now: MonotonicTime) {
        if case .draining = phase { return }
        phase = .draining(until: now.advanced(by: options.drainGrace))
    }

    mutating func tick(
        _ now: MonotonicTime, openStreams: Int, blockedSince: MonotonicTime
    ) -> Action {
        if blockedSince != .never, now >= blockedSince.advanced(by: options.writeTimeout) {
            return .close(.writeTimeout)
        }
        switch phase {
        case .connecting: return now >= connectBy ? .close(.connectTimeout) : .none
        case .draining(let until) where now >= until: return .close(.graceEnded)
        case .ready, .draining:
            guard let due = keepaliveDue(openStreams: openStreams), now >= due else { return .none }
            if pingSent != nil { return .close(.keepaliveTimeout) }
            pingSent = now
            return .ping
        }
    }

    /// The earliest time at which ``tick(_:openStreams:blockedSince:)`` may have something to do.
    func nextTick(openStreams: Int, blockedSince: MonotonicTime) -> MonotonicTime {
        let write =
            blockedSince == .never ? .never : blockedSince.advanced(by: options.writeTimeout)
        let keepalive = keepaliveDue(openStreams: openStreams) ?? .never
        switch phase {
        case .connecting: return min(write, connectBy)
        case .ready: return min(write, keepalive)
        case .draining(let until): return min(write, min(until, keepalive))
        }
    }

    /// When the next ping is due, or when the answer to the last one is overdue.
    private func keepaliveDue(openStreams: Int) -> MonotonicTime? {
        if let pingSent { return pingSent.advanced(by: options.keepaliveTimeout) }
        guard let time = options.keepaliveTime,
            openStreams > 0 || options.keepaliveWithoutStreams
        else { return nil }
        return lastHeard.advanced(by: time)
    }
}
