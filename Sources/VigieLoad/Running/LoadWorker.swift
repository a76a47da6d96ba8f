import VigieRPC
import VigieTransport

/// One loop's share of a run: its connections, its arrivals, what it measures. On the loop's thread
/// only.
///
/// What a request costs here: a copy of its bytes, nghttp2's work, two or three histogram counters.
/// Time is read once for all requests that are sent in one go, and answers carry the time at which
/// the loop woke up for them.
final class LoadWorker: TimerTarget, RoundEndTarget, @unchecked Sendable {
    // Sendable, because closures for the loop name it.
    let plan: LoadPlan
    let loop: EventLoop
    private let index: Int
    private var connections: [LoadConnection] = []
    private let headers: [PreparedHeaders]
    var judge: AnswerJudge
    private(set) var recorder = Recorder()

    private var pacer: Pacer?
    /// Slots with room, the one that has rested longest first.
    private var free = SlotQueue()
    private var deadlines = Deadlines()
    private let timeout: UInt64?
    private var chooser: RequestChooser
    private var groups: GroupIndex
    /// The run's time zero, and its end, in nanoseconds of the machine's clock; none before it begins.
    private var start: UInt64 = 0
    private var stop: UInt64 = 0
    private var isRunning = false
    /// Nothing more is sent; answers are waited for.
    private var isDraining = false
    private var pending = 0
    private var closedIndex: Int
    private var wakeAt = MonotonicTime.never
    private var isPumpDue = false
    private var lastInterval: UInt64 = 0
    private var lastAnswer: UInt64 = 0

    init(_ plan: LoadPlan, loop: EventLoop, index: Int) {
        self.plan = plan
        self.loop = loop
        self.index = index
        headers = plan.targets.map { PreparedHeaders(plan.headers($0)) }
        judge = AnswerJudge(
            plan.targets, tolerance: plan.tolerance, checksConsistency: plan.checksConsistency,
            samplesMax: plan.samplesMax)
        chooser = RequestChooser(plan, worker: index)
        groups = GroupIndex(targets: plan.targets.map(\.entry))
        timeout = plan.timeout?.clampedNanoseconds
        closedIndex = index
        if case .open(let schedule) = plan.loop {
            pacer = Pacer(schedule, worker: index, workers: plan.workers)
        }
    }

    // MARK: Life

    /// Connects; requests begin with ``begin(at:)``.
    func connect() {
        for number in stride(from: index, to: plan.connections, by: plan.workers) {
            let connection = LoadConnection(self, isSlow: number < plan.slowConnections)
            connections.append(connection)
            connection.connect()
        }
    }

    /// How many connections there are and how many of them can be used.
    var readiness: Readiness {
        Readiness(
            connections: connections.count, ready: connections.count { $0.isReady },
            usableSlots: connections.reduce(0) { $0 + $1.usableSlots },
            failure: connections.lazy.compactMap(\.lastFailure).first)
    }

    struct Readiness: Sendable {
        var connections: Int
        var ready: Int
        /// Calls at once that the server allows.
        var usableSlots: Int
        /// Why one of them could not be made.
        var failure: String?
    }

    /// Sends from `time` on.
    func begin(at time: UInt64) {
        start = time
        lastInterval = time
        stop = time + UInt64(plan.seconds * 1e9)
        isRunning = true
        pump()
    }

    /// Sends nothing more. What was due and had no room counts as not sent.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        if var pacer {
            let now = MonotonicTime.now().nanoseconds
            let left = pacer.abandonRest(dueBy: now - min(now, start))
            self.pacer = pacer
            if left > 0 {
                let group = groups.unsent(&recorder)
                recorder.failed(group: group, .unsent, count: UInt64(left))
            }
        }
    }

    /// Whether everything was sent and answered.
    var isFinished: Bool {
        guard isRunning, pending == 0 else { return false }
        if isDraining { return true }
        if let pacer { return pacer.nextOffset == nil }
        return loop.now.nanoseconds >= stop
    }

    /// Counts what is still under way as unanswered, and closes.
    func end() {
        isDraining = true
        for connection in connections {
            for slot in connection.slots where slot.isPending {
                finished(slot, .unanswered, verdict: nil, origin: AnswerOrigin(), bytes: 0)
            }
        }
        for connection in connections { connection.close() }
        isRunning = false
    }

    // MARK: Sending

    /// Sends what is due, as far as there is room.
    private func pump() {
        guard isRunning else { return }
        let now = MonotonicTime.now().nanoseconds
        expire(now)
        guard now >= start else { return wake(at: start) }
        if pacer != nil { sendDue(now) } else { fill(now) }
        var next = deadlines.next() ?? .max
        if let offset = pacer?.nextOffset, !isDraining, !(pacer?.isDue(now: now - start) ?? false) {
            next = min(next, start + offset)
        }
        if next != .max { wake(at: next) }
    }

    private func sendDue(_ now: UInt64) {
        if !free.isEmpty { pacer?.hasRoom(now: now - start) }
        while !isDraining, pacer?.isDue(now: now - start) == true {
            guard let slot = takeFree() else { break }
            guard let due = pacer?.take(now: now - start) else { return }
            send(slot, due.index, intended: start + due.intended, now, wasBlocked: due.wasBlocked)
        }
        if free.isEmpty { pacer?.noRoom() }
    }

    private func fill(_ now: UInt64) {
        while !isDraining, now < stop, let slot = takeFree() {
            send(slot, closedIndex, intended: now, now, wasBlocked: false)
            closedIndex += plan.workers
        }
    }

    private func send(
        _ slot: Slot, _ arrival: Int, intended: UInt64, _ now: UInt64, wasBlocked: Bool
    ) {
        let (target, request) = chooser.choose(arrival)
        let bytes = plan.targets[target].requests[request].framed.count
        slot.target = target
        slot.request = request
        slot.intended = intended
        slot.sent = now
        slot.isStreaming = plan.targets[target].entry.method.isStreaming
        slot.generation &+= 1
        slot.isBusy = true
        slot.isPending = true
        pending += 1
        recorder.sent(late: now - intended, wasBlocked: wasBlocked, bytes: bytes)
        guard slot.connection.send(slot, .prepared(headers[target])) else {
            // Its connection went just now: the request is lost, and says so.
            finished(slot, .connectionLost, verdict: nil, origin: AnswerOrigin(), bytes: 0)
            // The slot is offered again when its connection, or another, is there.
            slot.isBusy = false
            return
        }
        if let timeout { deadlines.add(slot, until: now + timeout) }
    }

    private func expire(_ now: UInt64) {
        while let slot = deadlines.takeExpired(now) { slot.expire() }
    }

    // MARK: Slots

    private func takeFree() -> Slot? {
        while let slot = free.take() {
            slot.isQueued = false
            if canTake(slot) { return slot }
        }
        return nil
    }

    private func canTake(_ slot: Slot) -> Bool {
        !slot.isBusy && !slot.lane.isEnding && slot.connection.takesRequests
    }

    /// The slot may have room again.
    func offer(_ slot: Slot) {
        guard !slot.isQueued, canTake(slot) else { return }
        slot.isQueued = true
        free.add(slot)
        pumpSoon()
    }

    func offer(_ connection: LoadConnection) {
        for slot in connection.slots.prefix(connection.usableSlots) { offer(slot) }
    }

    /// The slot's call has closed: it has room again.
    func release(_ slot: Slot) {
        guard slot.isBusy else { return }
        slot.isBusy = false
        slot.connection.released()
        offer(slot)
    }

    // MARK: Answers

    func finished(
        _ slot: Slot, _ outcome: Outcome, verdict: AnswerJudge.Verdict?, origin: AnswerOrigin,
        bytes: Int
    ) {
        guard slot.isPending else { return }
        slot.isPending = false
        pending -= 1
        lastAnswer = loop.now.nanoseconds
        var version = verdict?.version ?? 0
        if version == 0, !origin.version.isEmpty {
            version = judge.index(of: String(decoding: origin.version, as: UTF8.self))
        }
        let group = groups.index(
            slot.target, version, origin.arm, isSlow: slot.connection.isSlow,
            versions: judge.versions, &recorder)
        guard case .status(.ok) = outcome, let verdict else {
            let isOK = outcome == .status(.ok)
            return recorder.failed(group: group, isOK ? .status(.internal) : outcome)
        }
        let now = loop.now.nanoseconds
        recorder.answered(
            group: group, latency: now - min(slot.intended, now),
            uncorrected: now - min(slot.sent, now), isRight: verdict.isRight, bytes: bytes)
    }

    /// What the server said of a status that is not OK.
    func note(_ outcome: Outcome, _ message: [UInt8]) { recorder.note(outcome, message) }

    /// What a stream's end without a status means.
    func outcome(ofReset code: HTTP2ErrorCode, _ slot: Slot) -> Outcome {
        switch code {
        case .connectionLost: .connectionLost
        case .refusedStream where !slot.connection.isReady: .connectionLost
        case .refusedStream: .status(.unavailable)
        default: .reset
        }
    }

    // MARK: Connections

    func connected(_ connection: LoadConnection, after nanoseconds: UInt64) {
        recorder.connected(after: nanoseconds)
        offer(connection)
    }

    func connectionEnded(_ connection: LoadConnection, wasReady: Bool) {
        wasReady ? recorder.connectionLost() : recorder.connectionFailed()
    }

    // MARK: Time

    private func pumpSoon() {
        guard !isPumpDue, isRunning else { return }
        isPumpDue = true
        loop.atRoundEnd(self)
    }

    func roundEnded() {
        isPumpDue = false
        pump()
    }

    private func wake(at time: UInt64) {
        let time = MonotonicTime(nanoseconds: time)
        guard time < wakeAt else { return }
        wakeAt = time
        loop.schedule(self, at: time, token: time.nanoseconds)
    }

    func timerFired(token: UInt64, now: MonotonicTime) {
        guard token == wakeAt.nanoseconds else { return }
        wakeAt = .never
        pump()
    }

    // MARK: Looking on

    /// What it has measured.
    var gathered: Gathered {
        Gathered(
            recorder: recorder, samples: judge.samples, decoded: judge.decoded,
            lastAnswer: lastAnswer)
    }

    struct Gathered: Sendable {
        var recorder: Recorder
        var samples: [WrongAnswer]
        var decoded: Int
        /// When the last request ended, by the machine's clock.
        var lastAnswer: UInt64
    }

    func takeInterval() -> Interval {
        let now = MonotonicTime.now().nanoseconds
        guard isRunning, now > start else { return Interval() }
        let waiting = pacer.flatMap { pacer in
            pacer.nextOffset.map { Double(now - min(now, start + $0)) / 1e9 }
        }
        let seconds = Double(now - min(now, lastInterval)) / 1e9
        lastInterval = now
        return recorder.takeInterval(
            end: Double(now - start) / 1e9, seconds: seconds, inFlight: pending,
            backlogSeconds: waiting ?? 0)
    }
}
