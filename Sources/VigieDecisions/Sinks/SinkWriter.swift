import Synchronization
import VigieRegistry
import VigieTransport

/// One sink's thread and what waits for it.
final class SinkWriter: Sendable {
    private struct State {
        var queue: [DecisionBatch] = []
        var isStopped = false
        var obstacle: String?
    }

    private let state = Mutex(State())
    private let location: DecisionLocation
    private let options: DecisionLogOptions
    private let report: @Sendable (String) -> Void
    private let bell: Doorbell
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
        do { bell = try Doorbell() } catch { throw DecisionError("\(error)") }
        sink = Held(sink: try location.open(options, report))
    }

    func start(_ log: DecisionLog) throws(DecisionError) {
        guard let thread = WorkThread(name: "vigie-sink", { self.run(log) }) else {
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

    func stop() {
        state.withLock { $0.isStopped = true }
        bell.ring()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    private func run(_ log: DecisionLog) {
        let sink = sink.sink
        var backoff = Self.backoffMin
        while true {
            let (batch, isStopped) = state.withLock { state in
                (state.queue.isEmpty ? nil : state.queue.removeFirst(), state.isStopped)
            }
            do throws(DecisionError) {
                if let batch {
                    try sink.append(batch, isDurable: batch.isRequired)
                    log.recorded.add(UInt64(batch.records.count), ordering: .relaxed)
                    if batch.finish() { log.done(batch) }
                }
                try sink.tend(now: .now())
                if backoff != Self.backoffMin || obstacle != nil {
                    backoff = Self.backoffMin
                    state.withLock { $0.obstacle = nil }
                    report("decisions are recorded again in \(location)")
                }
                if batch == nil {
                    if isStopped { return try sink.close() }
                    bell.wait(until: .now().advanced(by: options.syncInterval))
                }
            } catch {
                let failure = DecisionError("\(location): \(error)")
                if obstacle == nil { report("decisions cannot be recorded: \(failure)") }
                settle(batch, failure, isStopped: isStopped, log)
                if isStopped, batch == nil { return }
                pause(backoff, failure, log)
                backoff = min(backoff * 2, Self.backoffMax)
            }
        }
    }

    /// Waits for the next attempt, and meanwhile tells those who come.
    private func pause(_ time: Duration, _ failure: DecisionError, _ log: DecisionLog) {
        let until = MonotonicTime.now().advanced(by: time)
        while MonotonicTime.now() < until, !state.withLock({ $0.isStopped }) {
            bell.wait(until: until)
            settle(nil, failure, isStopped: false, log)
        }
    }

    /// Tells those who wait; keeps for another attempt what nobody waits for.
    private func settle(
        _ batch: DecisionBatch?, _ failure: DecisionError, isStopped: Bool, _ log: DecisionLog
    ) {
        let refused = state.withLock { state in
            state.obstacle = failure.description
            if let batch { state.queue.insert(batch, at: 0) }
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
