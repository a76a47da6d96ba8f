import Glibc
import VigieTransport

/// Makes a run: starts the loops, watches them, and gathers what they measured.
package struct LoadRun {
    private let plan: LoadPlan
    /// Waits that long; true when the run is to end early.
    private let wait: (Duration) -> Bool

    /// - Parameter wait: sleeps for so long, and says whether somebody has asked to stop.
    package init(_ plan: LoadPlan, wait: @escaping (Duration) -> Bool) {
        self.plan = plan
        self.wait = wait
    }

    /// How often the run is looked at.
    private static let tick: Duration = .milliseconds(50)
    /// Time between connecting and the first request.
    private static let lead: Duration = .milliseconds(20)

    /// Runs to the end.
    /// - Parameters:
    ///   - started: called once, with the number of connections that were made.
    ///   - observe: called about each second with what happened in it.
    package func run(
        intervalSeconds: Double = 1, started: (Int) -> Void = { _ in },
        observe: (Interval) -> Void = { _ in }
    ) throws(LoadError) -> RunResult {
        let result: Result<RunResult, LoadError>
        do throws(SystemError) {
            result = try run(intervalSeconds, started, observe)
        } catch { throw LoadError("the system refuses: \(error)") }
        return try result.get()
    }

    private func run(
        _ intervalSeconds: Double, _ started: (Int) -> Void, _ observe: (Interval) -> Void
    ) throws(SystemError) -> Result<RunResult, LoadError> {
        let workers = try makeWorkers()
        var threads: [LoopThread] = []
        for worker in workers {
            threads.append(try LoopThread(loop: worker.loop, name: "load-\(worker.loop.index)"))
        }
        defer {
            for worker in workers { worker.loop.stop() }
            for thread in threads { thread.join() }
        }
        return try measure(workers, intervalSeconds, started, observe)
    }

    private func makeWorkers() throws(SystemError) -> [LoadWorker] {
        var workers: [LoadWorker] = []
        for index in 0..<plan.workers {
            let loop = try EventLoop(index: index, isPrecise: true)
            workers.append(LoadWorker(plan, loop: loop, index: index))
        }
        return workers
    }

    private func measure(
        _ workers: [LoadWorker], _ intervalSeconds: Double, _ started: (Int) -> Void,
        _ observe: (Interval) -> Void
    ) throws(SystemError) -> Result<RunResult, LoadError> {
        for worker in workers { worker.loop.execute { worker.connect() } }
        let readiness: LoadWorker.Readiness
        switch try awaitConnections(workers) {
        case .failure(let error): return .failure(error)
        case .success(let value): readiness = value
        }
        started(readiness.ready)
        let cpuBefore = Self.cpuSeconds()
        let start = MonotonicTime.now().advanced(by: Self.lead)
        for worker in workers { worker.loop.execute { worker.begin(at: start.nanoseconds) } }
        let watched = try watch(workers, start, intervalSeconds, observe)
        let cpu = Self.cpuSeconds() - cpuBefore
        for worker in workers { _ = try LoopMailbox.ask(worker.loop) { worker.end() } }
        var result = RunResult(
            recorder: Recorder(), intervals: watched.intervals, samples: [],
            seconds: watched.sendingSeconds, plannedSeconds: watched.sendingSeconds,
            cpuSeconds: cpu, decoded: 0, connections: readiness.connections,
            slots: readiness.usableSlots)
        result.wasInterrupted = watched.wasInterrupted
        for worker in workers {
            let gathered = try LoopMailbox.ask(worker.loop) { worker.gathered }
            guard let gathered else { continue }
            result.recorder.add(gathered.recorder)
            result.samples += gathered.samples
            result.decoded += gathered.decoded
            let last = MonotonicTime(nanoseconds: gathered.lastAnswer)
            let seconds = Double(last.since(start).clampedNanoseconds) / 1e9
            result.seconds = max(result.seconds, seconds)
        }
        result.samples = Array(result.samples.prefix(plan.samplesMax))
        if case .closed = plan.loop {
            result.closedLoopInterval = max(result.uncorrected.percentile(50), 1000)
        }
        return .success(result)
    }

    /// Waits until all connections are ready, or the time for it is over and some are.
    private func awaitConnections(
        _ workers: [LoadWorker]
    ) throws(SystemError) -> Result<LoadWorker.Readiness, LoadError> {
        let deadline = MonotonicTime.now().advanced(by: plan.connection.connectTimeout)
        while true {
            var all = LoadWorker.Readiness(connections: 0, ready: 0, usableSlots: 0)
            for worker in workers {
                let one = try LoopMailbox.ask(worker.loop) { worker.readiness }
                guard let one else { continue }
                all.connections += one.connections
                all.ready += one.ready
                all.usableSlots += one.usableSlots
                all.failure = all.failure ?? one.failure
            }
            if all.ready == all.connections { return .success(all) }
            let isStopped = wait(.milliseconds(5))
            guard isStopped || MonotonicTime.now() >= deadline else { continue }
            let why = isStopped ? "interrupted" : (all.failure ?? "no answer")
            return .failure(
                LoadError(
                    "cannot connect to \(plan.address): \(why) "
                        + "(\(all.ready) of \(all.connections) connections are ready)"))
        }
    }

    private struct Watched {
        var intervals: [Interval] = []
        var seconds = 0.0
        /// Until nothing more was sent.
        var sendingSeconds = 0.0
        var wasInterrupted = false
    }

    private func watch(
        _ workers: [LoadWorker], _ start: MonotonicTime, _ intervalSeconds: Double,
        _ observe: (Interval) -> Void
    ) throws(SystemError) -> Watched {
        var watched = Watched()
        var nextInterval = intervalSeconds
        var drainBy: Double?
        while true {
            let isStopped = wait(Self.tick)
            let seconds = Double(MonotonicTime.now().since(start).clampedNanoseconds) / 1e9
            if seconds >= nextInterval {
                let interval = try takeInterval(workers)
                watched.intervals.append(interval)
                observe(interval)
                nextInterval =
                    (seconds / intervalSeconds).rounded(.down) * intervalSeconds
                    + intervalSeconds
            }
            if isStopped { watched.wasInterrupted = true }
            if drainBy == nil, isStopped || seconds >= plan.seconds {
                watched.sendingSeconds = min(plan.seconds, seconds)
                drainBy = seconds + Double(plan.drain.clampedNanoseconds) / 1e9
                // What is under way may still be answered, as at a run's own end.
                if isStopped { drain(workers) }
            } else if isStopped {
                drainBy = seconds
            }
            guard let drainBy else { continue }
            let isOver = seconds >= drainBy
            if isOver { drain(workers) }
            let isFinished = isOver ? true : try isFinished(workers)
            if isFinished {
                watched.seconds = max(seconds, 0.001)
                break
            }
        }
        if let last = watched.intervals.last, watched.seconds - last.end < 0.05 { return watched }
        let interval = try takeInterval(workers)
        watched.intervals.append(interval)
        observe(interval)
        return watched
    }

    private func drain(_ workers: [LoadWorker]) {
        for worker in workers { worker.loop.execute { worker.drain() } }
    }

    private func takeInterval(_ workers: [LoadWorker]) throws(SystemError) -> Interval {
        var all = Interval()
        for worker in workers {
            if let one = try LoopMailbox.ask(worker.loop, { worker.takeInterval() }) {
                all.add(one)
            }
        }
        return all
    }

    private func isFinished(_ workers: [LoadWorker]) throws(SystemError) -> Bool {
        for worker in workers {
            guard try LoopMailbox.ask(worker.loop, { worker.isFinished }) ?? true else {
                return false
            }
        }
        return true
    }

    /// Processor seconds that this process has used, in user code and the kernel.
    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
