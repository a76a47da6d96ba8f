import CVigieSys
import Glibc

/// A connection that a peer opened.
final class ServerConnection: HTTPConnection, TimerTarget {
    private let handler: HTTPHandler
    private let gate: ConnectionGate
    private var life: ConnectionLife
    private var pings: PingPolicy
    /// The time of the one timer that counts; earlier ones that still fire are ignored.
    private var wakeAt = MonotonicTime.never
    private var lingersUntil: MonotonicTime?

    init(
        descriptor: Int32, loop: EventLoop, tls: TLSSession?, handler: HTTPHandler,
        gate: ConnectionGate, limits: ServerLimits
    ) {
        self.handler = handler
        self.gate = gate
        life = ConnectionLife(limits, now: loop.now, jitter: Double.random(in: 0.9...1.1))
        pings = PingPolicy(limits)
        super.init(
            descriptor: descriptor, loop: loop, tls: tls, role: .server, settings: limits.http2)
    }

    func start() throws(SystemError) {
        try loop.register(self, events: EPOLLIN)
        arm()
    }

    /// Asks the peer to go: two GOAWAYs, then what runs is finished within `grace`.
    func drain(grace: Duration) {
        perform(life.announce("shutdown", grace: grace, now: loop.now))
        arm()
    }

    // MARK: Session

    override func makeStream() -> HTTPStream? { handler.makeStream() }

    override func streamEnded(_ stream: HTTPStream) {
        handler.recycle(stream)
        if session.openStreams == 0 { life.becameIdle(loop.now) }
    }

    override func settingsReceived() {
        life.established()
        arm()
    }

    override func bytesReceived() { life.heard(loop.now) }

    override func sentHeadersOrData() { pings.sentHeadersOrData() }

    override func pingReceived(isAcknowledgement: Bool) {
        if isAcknowledgement {
            perform(life.announcementAcknowledged(loop.now))
        } else if pings.pingArrived(at: loop.now, openStreams: session.openStreams) {
            endReason = .limit(.tooManyPings)
            session.goAway(.enhanceYourCalm, message: "too_many_pings")
            session.terminate(.enhanceYourCalm)
        }
    }

    override func connectionClosed(_ reason: CloseReason) {
        gate.leave()
        handler.connectionClosed(reason)
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
        wakeAt = min(next, loop.now.advanced(by: EventLoop.longestTimer))
        loop.schedule(self, at: wakeAt, token: wakeAt.nanoseconds)
    }

    func timerFired(token: UInt64, now: MonotonicTime) {
        guard !isClosed, token == wakeAt.nanoseconds else { return }
        wakeAt = .never
        if let lingersUntil {
            if now >= lingersUntil { return closeLingering() }
        } else {
            perform(
                life.tick(now, openStreams: session.openStreams, blockedSince: blockedSince))
        }
        arm()
    }

    private func perform(_ action: ConnectionLife.Action) {
        switch action {
        case .none: return
        case .close(let limit):
            Socket.setAbortive(descriptor)
            return close(.limit(limit))
        case .announce:
            session.announceShutdown()
            session.ping()
        case .sendFinalGoAway: session.goAway(.noError, message: life.message)
        case .ping: session.ping()
        }
        needsFlush()
    }
}
