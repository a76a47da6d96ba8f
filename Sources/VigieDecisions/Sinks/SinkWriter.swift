import Synchronization
import VigieRegistry
import VigieTransport

/// One sink's thread and what waits for it.
final class SinkWriter: Sendable {
    private struct State {
        var queue: [DecisionBatch] = []
        var isStopped = false
        var obstacle: String?
        /// What the sink has been given, and since when it has not returned; nil while it waits for
        /// more.
        var writing: [DecisionBatch] = []
        var busySince: MonotonicTime?

        /// What is written next, with one wait for the disk or one transaction: all that waits, up
        /// to a bound.
        mutating func takeGroup() -> [DecisionBatch] {
            var bytes = 0
            let count = queue.prefix { batch in
                defer { bytes += batch.bytes.count }
                return bytes < SinkWriter.groupBytesMax
            }.count
            defer { queue.removeFirst(count) }
            writing = Array(queue[..<count])
            busySince = .now()
            return writing
        }
    }

    private static let groupBytesMax = 8 << 20

    private let state = Mutex(State())
    private let location: DecisionLocation
    private let options: DecisionLogOptions
    private let report: @Sendable (String) -> Void
    private let bell: Doorbell
    /// Rung when the thread has ended.
    private let ended: Doorbell
    private let hasEnded = Atomic<Bool>(false)
    private let thread = Mutex<WorkThread?>(nil)
    private let sink: Held
    /// A sink that fails is tried again after this, and then after twice as long each time.
    private static let backoffMin = Duration.milliseconds(100)
    private static let backoffMax = Duration.seconds(2)

    /// The sink is the thread's alone as soon as that runs.
    private struct Held: @unchecked Sendable { let sink: any DecisionSink }

    init(
        _ location: DecisionLocation, _ options: DecisionLogOptions,
        _ report: @escaping @Sendable (String) -> Void
    ) throws(DecisionError) {
        self.location = location
        self.options = options
        self.report = report
        do {
            bell = try Doorbell()
            ended = try Doorbell()
        } catch { throw DecisionError("\(error)") }
        sink = Held(sink: try location.open(options, report))
    }

    func start(_ log: DecisionLog) throws(DecisionError) {
        let body: @Sendable () -> Void = {
            self.run(log)
            self.hasEnded.store(true, ordering: .releasing)
            self.ended.ring()
        }
        guard let thread = WorkThread(name: "vigie-sink", body) else {
            throw DecisionError("the machine gives no thread")
        }
        self.thread.withLock { $0 = thread }
    }

    /// Why nothing can be written now; nil while that is not known.
    var obstacle: String? { state.withLock { $0.obstacle } }

    func submit(_ batch: DecisionBatch) {
        state.withLock { $0.queue.append(batch) }
        bell.ring()
    }

    /// Writes what waits and ends the thread, unless the sink does not return: the process ends without
    /// it then.
    func stop(_ log: DecisionLog) {
        state.withLock { $0.isStopped = true }
        bell.ring()
        while !hasEnded.load(ordering: .acquiring) {
            guard !watch(.now(), log) else {
                let left = state.withLock { $0.queue + $0.writing }
                log.lost(.sink, left.reduce(0) { $0 + $1.records.count })
                return report("decisions that waited are not recorded: \(stallText)")
            }
            ended.wait(until: .now().advanced(by: Self.watchTick))
        }
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    private static let watchTick = Duration.milliseconds(50)

    // MARK: A sink that does not return

    /// Longer than a sink waits by itself: what it says of the failure is of more use.
    private var stallTime: Duration { options.timeout + .milliseconds(500) }

    private var stallText: String { "\(location): it has not answered for \(options.timeout)" }

    /// Tells those who wait when the sink has not returned for too long; on another thread than the
    /// sink's.
    /// - Returns: whether that is so.
    @discardableResult
    func watch(_ now: MonotonicTime, _ log: DecisionLog) -> Bool {
        let (isStalled, isNews, writing) = state.withLock { state in
            let isStalled = state.busySince.map { now.since($0) >= stallTime } ?? false
            return (isStalled, state.obstacle == nil, isStalled ? state.writing : [])
        }
        guard isStalled else { return false }
        let failure = DecisionError(stallText)
        if isNews { report("decisions cannot be recorded: \(failure)") }
        for batch in writing { batch.refuse(failure) }
        settle([], failure, isStopped: false, log)
        return true
    }

    // MARK: The sink's thread

    private func run(_ log: DecisionLog) {
        let sink = sink.sink
        var backoff = Self.backoffMin
        while true {
            let (batches, isStopped) = state.withLock { ($0.takeGroup(), $0.isStopped) }
            do throws(DecisionError) {
                if !batches.isEmpty {
                    try sink.append(batches, isDurable: batches.contains(where: \.isRequired))
                }
                for batch in batches {
                    log.recorded.add(UInt64(batch.records.count), ordering: .relaxed)
                    if batch.finish() { log.done(batch) }
                }
                state.withLock { $0.writing = [] }
                try sink.tend(now: .now())
                if backoff != Self.backoffMin || obstacle != nil {
                    backoff = Self.backoffMin
                    state.withLock { $0.obstacle = nil }
                    report("decisions are recorded again in \(location)")
                }
                if batches.isEmpty {
                    if isStopped { return try sink.close() }
                    state.withLock { $0.busySince = nil }
                    bell.wait(until: .now().advanced(by: options.syncInterval))
                }
            } catch {
                let failure = DecisionError("\(location): \(error)")
                if obstacle == nil { report("decisions cannot be recorded: \(failure)") }
                settle(batches, failure, isStopped: isStopped, log)
                if isStopped, batches.isEmpty { return }
                pause(backoff, failure, log)
                backoff = min(backoff * 2, Self.backoffMax)
            }
        }
    }

    /// Waits for the next attempt, and meanwhile tells those who come.
    private func pause(_ time: Duration, _ failure: DecisionError, _ log: DecisionLog) {
        state.withLock { $0.busySince = nil }
        let until = MonotonicTime.now().advanced(by: time)
        while MonotonicTime.now() < until, !state.withLock({ $0.isStopped }) {
            bell.wait(until: until)
            settle([], failure, isStopped: false, log)
        }
    }

    /// Tells those who wait; keeps for another attempt what nobody waits for.
    private func settle(
        _ batches: [DecisionBatch], _ failure: DecisionError, isStopped: Bool, _ log: DecisionLog
    ) {
        let refused = state.withLock { state in
            if !batches.isEmpty { state.writing = [] }
            state.obstacle = failure.description
            state.queue.insert(contentsOf: batches, at: 0)
            let refused = state.queue.filter { $0.isRequired || isStopped }
            state.queue.removeAll { $0.isRequired || isStopped }
            return refused
        }
        for batch in refused {
            log.lost(.sink, batch.records.count)
            if batch.finish(failure) { log.done(batch) }
        }
    }
}
