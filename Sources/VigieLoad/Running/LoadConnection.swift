import VigieTransport

/// One of a worker's connections: made again when it ends, with the same slots.
final class LoadConnection: HTTPClientConnectionOwner, TimerTarget {
    unowned let worker: LoadWorker
    /// Reads slowly on purpose.
    let isSlow: Bool
    private(set) var slots: [Slot] = []
    private var http: HTTPClientConnection?
    private(set) var isReady = false
    /// How many of its slots the server lets us use.
    private(set) var usableSlots = 0
    private var began = MonotonicTime.now()
    private var failures = 0
    private var busy = 0
    private var requestsLeft: Int
    /// No more requests over this one: it is replaced when the last is answered.
    private var isRetiring = false
    private var isClosing = false
    /// Why the last attempt to connect failed.
    private(set) var lastFailure: String?

    init(_ worker: LoadWorker, isSlow: Bool) {
        self.worker = worker
        self.isSlow = isSlow
        requestsLeft = worker.plan.requestsPerConnection ?? .max
        slots = (0..<worker.plan.streams).map { _ in Slot(self) }
    }

    func connect() {
        guard !isClosing else { return }
        began = .now()
        isRetiring = false
        requestsLeft = worker.plan.requestsPerConnection ?? .max
        http = HTTPClientConnection(
            to: worker.plan.address, loop: worker.loop, tls: worker.plan.tls,
            options: worker.plan.connection, owner: self)
    }

    /// Whether a slot of it can take a request now.
    var takesRequests: Bool { isReady && !isRetiring }

    /// Sends what the slot holds. False when the connection takes none.
    func send(_ slot: Slot, _ headers: OutgoingHeaders) -> Bool {
        guard let http, takesRequests else { return false }
        let isSent =
            slot.isStreaming ? slot.lane.start(http, headers) : slot.unary.start(http, headers)
        guard isSent else { return false }
        busy += 1
        requestsLeft -= 1
        if requestsLeft <= 0 { isRetiring = true }
        return true
    }

    /// One of its slots has nothing under way any more.
    func released() {
        busy -= 1
        if isRetiring, busy == 0 { replace() }
    }

    /// Ends this one in good order and begins another.
    private func replace() {
        isReady = false
        let old = http
        http = nil
        // Long calls end first, or the old connection would wait for them.
        for slot in slots { slot.lane.end() }
        old?.shutdown()
        connect()
    }

    func close() {
        isClosing = true
        isReady = false
        let old = http
        http = nil
        old?.close()
    }

    // MARK: Events

    func connection(
        _ connection: HTTPClientConnection, became state: HTTPClientConnection.State
    ) {
        guard connection === http else { return }
        switch state {
        case .connecting: break
        case .ready:
            failures = 0
            isReady = true
            usableSlots = min(slots.count, connection.room / worker.plan.callsPerSlot)
            worker.connected(self, after: MonotonicTime.now().nanoseconds - began.nanoseconds)
        case .draining:
            // The server asks us to go: requests under way end, new ones need a new connection.
            isReady = false
            http = nil
            for slot in slots { slot.lane.end() }
            worker.connectionEnded(self, wasReady: true)
            connect()
        case .closed(let reason):
            let wasReady = isReady
            isReady = false
            http = nil
            lastFailure = "\(reason)"
            worker.connectionEnded(self, wasReady: wasReady)
            wasReady ? connect() : retryLater()
        }
    }

    func connectionHasRoom(_ connection: HTTPClientConnection) {
        if connection === http { worker.offer(self) }
    }

    private func retryLater() {
        failures += 1
        let delay = min(10 << min(failures, 7), 1000)
        worker.loop.schedule(
            self, at: worker.loop.now.advanced(by: .milliseconds(delay)), token: UInt64(failures))
    }

    func timerFired(token: UInt64, now: MonotonicTime) {
        if http == nil, !isReady, token == UInt64(failures) { connect() }
    }
}
