import Synchronization
import VigieRPC
import VigieTelemetry

/// When a request passed its stations, in nanoseconds of the monotonic clock.
package struct RequestTimes {
    /// The message was whole, before it was decoded.
    package var began: UInt64
    /// The inputs are tensors.
    package var inputsRead: UInt64
    /// A worker has begun; for what runs on a loop, that is at once.
    package var started: UInt64
    /// The model has run.
    package var computed: UInt64
    /// The response has been encoded; 0 until then.
    package var ended: UInt64
}

extension RequestTimes {
    /// Of a request that did not wait.
    package init(began: UInt64, inputsRead: UInt64, computed: UInt64, ended: UInt64 = 0) {
        self.init(
            began: began, inputsRead: inputsRead, started: inputsRead, computed: computed,
            ended: ended)
    }
}

extension CallStations {
    init(_ times: RequestTimes, rows: Int) {
        self.init(
            began: times.began, inputsRead: times.inputsRead, started: times.started,
            computed: times.computed, ended: max(times.ended, times.computed), rows: rows)
    }
}

/// What one loop, or the workers, have done with one version of a model. One thread at a time writes,
/// any thread reads; figures
/// that belong together may be read in between, and differ by a request.
package final class VersionCounters: Sendable {
    /// Sizes of batch that are told apart; the first that come are. More than a client's habits
    /// have.
    static let batchSizesMax = 16

    let successes = LoopCounter()
    let successNanoseconds = LoopCounter()
    let failures = LoopCounter()
    let failureNanoseconds = LoopCounter()
    /// Rows answered.
    let rows = LoopCounter()
    /// Times that the model ran.
    let executions = LoopCounter()
    /// Answered requests waited so long for a worker.
    let queueNanoseconds = LoopCounter()
    /// Refused: as many requests waited as may. Among the failures.
    let refusedFull = LoopCounter()
    /// Refused: more waited than can be answered soon. Among the failures.
    let refusedCrowded = LoopCounter()
    /// Refused: as many bytes waited as may. Among the failures.
    let refusedMemory = LoopCounter()
    /// Refused before they waited: the deadline could not be met. Among the failures.
    let refusedLate = LoopCounter()
    /// Let go of after they had waited: the deadline could not be met any more. Among the failures.
    let expired = LoopCounter()
    /// Let go of after they had waited: the caller had gone. Among the failures.
    let abandoned = LoopCounter()
    let inputNanoseconds = LoopCounter()
    let computeNanoseconds = LoopCounter()
    let outputNanoseconds = LoopCounter()
    /// When the last request was answered or failed, in nanoseconds of the monotonic clock; 0 for
    /// never.
    let lastRequest = LoopCounter()
    let batches: [BatchCounters] = (0..<batchSizesMax).map { _ in BatchCounters() }

    package init() {}

    /// Arms get their memory with their first request: some 15 KB each.
    /// Retained by this object; see ``MethodCounters`` for why it is no AtomicLazyReference.
    private let arms: InlineArray<4, Atomic<Unmanaged<ArmCounters>?>> = InlineArray { _ in
        Atomic(nil)
    }

    deinit {
        for index in arms.indices { arms[index].load(ordering: .acquiring)?.release() }
    }

    private let drift = AtomicLazyReference<DriftSamples>()

    /// What is kept of rows and scores, made when it is first wanted.
    func driftSamples(features: Int) -> DriftSamples {
        drift.load() ?? drift.storeIfNil(DriftSamples(features: features))
    }

    /// From any thread: nil when nothing is kept.
    var currentDriftSamples: DriftSamples? { drift.load() }

    /// For the one thread that writes: a calibrated score was answered.
    @inline(__always)
    package func scored(_ probability: Double, arm: Arm) {
        let millionths = UInt64(max(min(probability, 1), 0) * 1e6)
        counters(of: arm)._withUnsafeGuaranteedRef { $0.scores.record(millionths) }
    }

    @inline(__always)
    private func counters(of arm: Arm) -> Unmanaged<ArmCounters> {
        let index = Int(arm.rawValue)
        if let known = arms[index].load(ordering: .relaxed) { return known }
        let made = Unmanaged.passRetained(ArmCounters())
        arms[index].store(made, ordering: .releasing)
        return made
    }

    /// From any thread: nil when nothing was answered in that arm.
    func current(_ arm: Arm) -> ArmCounters? {
        arms[Int(arm.rawValue)].load(ordering: .acquiring)?.takeUnretainedValue()
    }

    /// A request of `rows` rows was answered.
    /// - Parameters:
    ///   - arm: the part that the version played.
    ///   - trace: what the request is part of; a sampled one becomes an exemplar.
    package func succeeded(
        _ times: RequestTimes, rows count: Int, arm: Arm = .stable, trace: TraceContext = .none
    ) {
        successes.add(1)
        successNanoseconds.add(times.ended &- times.began)
        rows.add(UInt64(count))
        queueNanoseconds.add(times.started &- times.inputsRead)
        inputNanoseconds.add(times.inputsRead &- times.began)
        computeNanoseconds.add(times.computed &- times.started)
        outputNanoseconds.add(times.ended &- times.computed)
        lastRequest.set(times.ended)
        counters(of: arm)._withUnsafeGuaranteedRef { $0.record(times, trace) }
    }

    /// The model ran on `count` rows, of one request or several.
    func ran(_ times: RequestTimes, rows count: Int) {
        executions.add(1)
        let input = times.inputsRead &- times.began
        let compute = times.computed &- times.started
        let output = times.ended &- times.computed
        // Which size 0 means none is counted as 1: a run of no rows is none.
        let size = UInt64(max(count, 1))
        for counters in batches where counters.size.current == size || counters.claim(size) {
            counters.count.add(1)
            counters.inputNanoseconds.add(input)
            counters.computeNanoseconds.add(compute)
            counters.outputNanoseconds.add(output)
            return
        }
    }

    /// Counts why a request is not computed; that it failed is counted apart.
    func note(_ refusal: WorkRefusal) {
        switch refusal {
        case .full: refusedFull.add(1)
        case .crowded: refusedCrowded.add(1)
        case .memory: refusedMemory.add(1)
        case .late: refusedLate.add(1)
        case .expired: expired.add(1)
        case .stopped: break
        }
    }

    /// A request that had found the version was refused, or could not be answered.
    /// - Parameters:
    ///   - code: of the status that it ends with.
    ///   - arm: the part that the version played.
    func failed(_ code: StatusCode, arm: Arm, began: UInt64, ended: UInt64) {
        failures.add(1)
        failureNanoseconds.add(ended &- began)
        lastRequest.set(ended)
        counters(of: arm)._withUnsafeGuaranteedRef { $0.failed(code) }
    }

    /// An answer of a rollout has this score.
    func compare(_ score: Double, arm: Arm) {
        counters(of: arm)._withUnsafeGuaranteedRef { $0.compare(score) }
    }

    /// An answer holds a number that is none, or infinite.
    @inline(never)
    func wasNotFinite(arm: Arm) {
        counters(of: arm)._withUnsafeGuaranteedRef { $0.nonFinite.add(1) }
    }
}

/// What one loop has done with batches of one size.
final class BatchCounters: Sendable {
    /// Rows; 0 while nothing is counted here.
    let size = LoopCounter()
    let count = LoopCounter()
    let inputNanoseconds = LoopCounter()
    let computeNanoseconds = LoopCounter()
    let outputNanoseconds = LoopCounter()

    /// Counts batches of `size` from now on, if no other are counted here.
    func claim(_ size: UInt64) -> Bool {
        guard self.size.current == 0 else { return false }
        self.size.set(size)
        return true
    }
}
