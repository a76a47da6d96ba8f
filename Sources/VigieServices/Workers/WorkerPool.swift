import Synchronization
import VigieRPC
import VigieRegistry
import VigieTransport

/// The threads that run what is too dear for a loop.
///
///     let pool = try WorkerPool(options)
///     try pool.check(version, cost, bytes, deadline)   // before inputs are copied
///     pool.submit(job)
///     pool.stop()
package final class WorkerPool: Sendable {
    package let options: WorkerOptions
    let held = HeldBytes()
    private let state: Mutex<State>
    private let bells: [Doorbell]
    private let threads = Mutex<[WorkThread]>([])
    private let stopped = Atomic<Bool>(false)
    private let open = Mutex(OpenRuns())
    private let refusedForLoad = Atomic<UInt64>(0)

    private struct State {
        var queue: WorkQueue<WorkerJob>
        /// Workers that sleep, the last to fall asleep last: its caches are the warmest.
        var sleeping: [Int] = []
        var isStopped = false
    }

    /// Starts the threads.
    package init(_ options: WorkerOptions) throws(SystemError) {
        precondition(options.workers > 0, "a pool has workers")
        self.options = options
        state = Mutex(
            State(
                queue: WorkQueue(
                    workers: options.workers, laneMax: options.queueMax,
                    isCancelled: { $0.isCancelled }, canJoin: { $0.canJoin($1) })))
        var bells: [Doorbell] = []
        for _ in 0..<options.workers { bells.append(try Doorbell()) }
        self.bells = bells
        for index in 0..<options.workers {
            // The threads keep the pool until stop().
            guard
                let thread = WorkThread(
                    name: "vigie-worker",
                    {
                        WorkThread.lowerOwnPriority(by: options.niceness)
                        self.work(index)
                    })
            else {
                stop()
                throw SystemError("pthread_create")
            }
            threads.withLock { $0.append(thread) }
        }
    }

    /// Ends what runs, refuses what waits, and waits for the threads.
    package func stop() {
        stopped.store(true, ordering: .relaxed)
        let waiting = state.withLock { state in
            state.isStopped = true
            return state.queue.removeAll().map(\.payload)
        }
        for job in waiting {
            job.failed(.unavailable)
            job.refuse(RPCStatus(.unavailable, "the server is shutting down"))
        }
        for bell in bells { bell.ring() }
        let all = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in all { thread.join() }
    }

    /// Whether ``stop()`` has been called: long runs end early then.
    var isStopped: Bool { stopped.load(ordering: .relaxed) }

    /// What is under way.
    package struct Load: Sendable, Equatable {
        package var waiting = 0
        package var running = 0
        package var heldBytes = 0
    }

    package var load: Load {
        let (waiting, running) = state.withLock { ($0.queue.count, $0.queue.runningCount) }
        return Load(waiting: waiting, running: running, heldBytes: held.current)
    }

    // MARK: For loops

    /// Refuses a request that cannot be taken, or not be answered in time, before its inputs are
    /// copied.
    ///
    /// - Returns: whether the request is only tried to learn what it costs.
    func check(
        _ version: SharedVersion, _ cost: WorkCost, bytes: Int, deadline: MonotonicTime,
        priority: CallPriority = .normal, now: MonotonicTime
    ) throws(WorkRefusal) -> Bool {
        if bytes > options.smallBytes, held.current + bytes > options.heldBytesMax {
            throw .memory(bytes: bytes, limit: options.heldBytesMax)
        }
        let lane = ObjectIdentifier(version)
        let (refusal, purged, waiting, isStopped) = state.withLock { state in
            var refusal = state.queue.refusal(
                lane: lane, cost: cost, deadline: deadline, now: now)
            var purged: [WorkerJob] = []
            if case .full = refusal {
                purged = state.queue.purge(lane: lane).map(\.payload)
                refusal = state.queue.refusal(
                    lane: lane, cost: cost, deadline: deadline, now: now)
            }
            return (refusal, purged, state.queue.waiting(lane: lane), state.isStopped)
        }
        for job in purged { Self.drop(job, .cancelled) }
        if isStopped { throw .stopped }
        switch refusal {
        case nil:
            guard let most = version.crowd?.excess(waiting: waiting, priority) else {
                return false
            }
            let wait = state.withLock { $0.queue.wait(lane: lane, cost: cost, now: now) }
            refusedForLoad.wrappingAdd(1, ordering: .relaxed)
            throw .crowded(limit: most, wait: wait)
        case .full(let wait):
            refusedForLoad.wrappingAdd(1, ordering: .relaxed)
            throw .full(limit: options.queueMax, wait: wait)
        case .late(let wait):
            if wait == 0, version.costs.mayProbe() { return true }
            throw .late(wait: wait, cost: cost.total)
        }
    }

    /// Hands a job over.
    func submit(_ job: WorkerJob, isProbe: Bool = false) {
        let entry = job.entry(at: .now(), isProbe: isProbe)
        let (sleeper, isStopped) = state.withLock { state -> (Int?, Bool) in
            guard !state.isStopped else { return (nil, true) }
            state.queue.add(entry)
            return (state.sleeping.popLast(), false)
        }
        if isStopped {
            job.failed(.unavailable)
            return job.refuse(WorkRefusal.stopped.status(version: job.version))
        }
        if let sleeper { bells[sleeper].ring() }
    }

    // MARK: The workers' threads

    private func work(_ worker: Int) {
        while true {
            switch step(worker) {
            case .ended: return
            case .ran: continue
            case .nothingUntil(let time): bells[worker].wait(until: time)
            }
        }
    }

    private enum Step {
        case ended
        case ran
        case nothingUntil(MonotonicTime)
    }

    /// Does what there is to do. A function of its own, so that nothing of it is held while the worker
    /// sleeps: what it dropped counts as bytes at the workers until it is gone.
    private func step(_ worker: Int) -> Step {
        let turn = state.withLock { state -> WorkQueue<WorkerJob>.Turn? in
            guard !state.isStopped else { return nil }
            state.sleeping.removeAll { $0 == worker }
            let turn = state.queue.next(worker: worker, now: .now())
            if turn.run.isEmpty { state.sleeping.append(worker) }
            return turn
        }
        guard let turn else { return .ended }
        for (entry, reason) in turn.dropped { Self.drop(entry.payload, reason) }
        if turn.run.isEmpty { return .nothingUntil(turn.wakeAt) }
        run(turn.run.map(\.payload))
        return .ran
    }

    private func run(_ jobs: [WorkerJob]) {
        let started = MonotonicTime.now().nanoseconds
        let version = jobs[0].version
        open.withLock { $0.begin(started) }
        jobs[0].run(with: Array(jobs.dropFirst()), started: started)
        let ended = MonotonicTime.now().nanoseconds
        open.withLock { $0.end(started, ended) }
        guard let crowd = version.crowd else { return }
        let waiting = state.withLock { $0.queue.waiting(lane: ObjectIdentifier(version)) }
        crowd.note(jobs, started: started, ended: ended, waiting: waiting)
    }

    /// Time that workers computed, all of them together.
    var busyNanoseconds: UInt64 { open.withLock { $0.ended } }

    /// The same with what those that still run have computed until `now`.
    package func busyNanoseconds(until now: UInt64) -> UInt64 { open.withLock { $0.busy(now) } }

    /// Requests that were refused because too many waited.
    package var turnedAway: UInt64 { refusedForLoad.load(ordering: .relaxed) }

    private static func drop(_ job: WorkerJob, _ reason: WorkQueue<WorkerJob>.Drop) {
        switch reason {
        case .cancelled:
            job.failed(.cancelled) { $0.abandoned.add(1) }
            // Nobody reads it, but it ends the call for whoever counts calls.
            job.refuse(RPCStatus(.cancelled, "the caller went away"))
        case .late:
            let now = MonotonicTime.now().nanoseconds
            let waited = now &- min(job.enqueued.nanoseconds, now)
            let refusal = WorkRefusal.expired(waited: waited, cost: job.cost.total)
            job.failed(.deadlineExceeded) { $0.note(refusal) }
            job.refuse(refusal.status(version: job.version))
        }
    }
}
