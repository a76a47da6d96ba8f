import CVigieSys
import Glibc

/// A connection that a peer opened.
final class ServerConnection: HTTPConnection, TimerTarget {
    private let listener: Listener
    private let handler: HTTPHandler
    private var life: ConnectionLife
    private var pings: PingPolicy
    private var control: FrameBudget
    private var oversized: FrameBudget
    private var wasted: FrameBudget
    private var completedBefore = 0
    /// The time of the one timer that counts; earlier ones that still fire are ignored.
    private var wakeAt = MonotonicTime.never
    private var lingersUntil: MonotonicTime?

    init(descriptor: Int32, listener: Listener, tls: TLSSession?) {
        self.listener = listener
        handler = listener.handler
        let limits = listener.limits
        let now = listener.loop.now
        life = ConnectionLife(limits, now: now, jitter: Double.random(in: 0.9...1.1))
        pings = PingPolicy(limits)
        control = FrameBudget(
            burst: limits.controlFrameBurst, perSecond: limits.controlFramesPerSecond, now: now)
        oversized = FrameBudget(
            burst: limits.oversizedHeadersBurst, perSecond: 1, now: now)
        wasted = FrameBudget(
            burst: Int(clamping: limits.http2.resetBurst),
            perSecond: Int(clamping: limits.http2.resetsPerSecond), now: now)
        super.init(
            descriptor: descriptor, loop: listener.loop, tls: tls, role: .server,
            settings: limits.http2)
    }

    func isOf(_ listener: Listener) -> Bool { self.listener === listener }

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
        if session.openStreams == 0 {
            life.becameIdle(loop.now)
            arm()
        }
    }

    override func settingsReceived() {
        perform(life.established(loop.now))
        arm()
    }

    override func cheapFrameReceived() {
        guard !control.take(loop.now) else { return }
        condemn(.controlFlood)
    }

    override func streamWasted() {
        let earned = session.completedStreams - completedBefore
        completedBefore = session.completedStreams
        guard !wasted.take(loop.now, earned: earned) else { return }
        condemn(.resetFlood)
    }

    override func headerListTooLarge() {
        // Each is refused by itself; a peer that goes on is not worth its decompression.
        guard !oversized.take(loop.now) else { return }
        condemn(.headerFlood)
    }

    /// Tells the peer that it does too much, and ends the session.
    private func condemn(_ limit: CloseReason.Limit) {
        endReason = .limit(limit)
        session.goAway(.enhanceYourCalm, message: limit.rawValue)
        session.terminate(.enhanceYourCalm)
    }

    override func bytesReceived() { life.heard(loop.now) }

    override func sentHeadersOrData() { pings.sentHeadersOrData() }

    override func goAwaySent(_ code: HTTP2ErrorCode) {
        super.goAwaySent(code)
        // nghttp2 sends pings first: this one must follow the announcement that its answer is to prove.
        if case .announced = life.phase { session.ping() }
    }

    override func pingReceived(isAcknowledgement: Bool) {
        if isAcknowledgement {
            perform(life.announcementAcknowledged(loop.now))
        } else if pings.pingArrived(at: loop.now, openStreams: session.openStreams) {
            condemn(.tooManyPings)
        }
    }

    override func connectionClosed(_ reason: CloseReason) {
        if wakeAt != .never { loop.timerBecameStale() }
        listener.gate.leave(reason)
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
        let isReplaced = wakeAt != .never
        wakeAt = min(next, loop.now.advanced(by: EventLoop.longestTimer))
        loop.schedule(self, at: wakeAt, token: wakeAt.nanoseconds)
        if isReplaced { loop.timerBecameStale() }
    }

    func isStale(token: UInt64) -> Bool { isClosed || token != wakeAt.nanoseconds }

    func timerFired(token: UInt64, now: MonotonicTime) {
        guard !isStale(token: token) else { return }
        wakeAt = .never
        if let lingersUntil {
            if now >= lingersUntil { return closeLingering() }
        } else {
            perform(
                life.tick(now, openStreams: session.openStreams, blockedSince: blockedSince))
            if !isClosed, session.openStreams > 0 { checkStreams(now) }
        }
        arm()
    }

    /// Ends streams that do not get on, and the connection when the others wait for a header block.
    private func checkStreams(_ now: MonotonicTime) {
        let limits = listener.limits
        let headersOverdue = session.endStalled(
            requestTimeout: limits.requestTimeout, headerTimeout: limits.headerTimeout,
            writeTimeout: limits.writeTimeout, now: now)
        if headersOverdue { perform(.close(.headerTimeout)) } else { needsFlush() }
    }

    private func perform(_ action: ConnectionLife.Action) {
        switch action {
        case .none: return
        case .close(let limit):
            Socket.setAbortive(descriptor)
            return close(.limit(limit))
        case .announce: session.announceShutdown()
        case .sendFinalGoAway: session.goAway(.noError, message: life.message)
        case .ping: session.ping()
        }
        needsFlush()
    }
}
