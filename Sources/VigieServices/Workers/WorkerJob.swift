import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTelemetry
import VigieTransport

/// A request on its way through the workers. A loop makes it, the queue holds it, a worker computes
/// it, and its loop writes the answer: one after the other, so that nobody needs a lock.
class WorkerJob: @unchecked Sendable {
    let version: SharedVersion
    let rows: Int
    let cost: WorkCost
    let deadline: MonotonicTime
    let trace: TraceContext
    /// The part that the version plays, and what is said of it.
    let routed: Routed
    var arm: Arm { routed.arm }
    /// When it passed its stations; the end is when its answer has been encoded.
    var times: RequestTimes
    /// Its answer or failure has been counted. One that nobody has counted when it goes was
    /// abandoned by its caller.
    var isCounted = false
    /// When it came to the workers.
    fileprivate(set) var enqueued = MonotonicTime(nanoseconds: 0)
    fileprivate(set) var isProbe = false
    /// When it passed its stations; nil while it is not answered.
    var stations: CallStations?
    /// The request's message, if a shadow is to be asked too.
    var message: [UInt8]?
    /// How the decision is recorded; nil when it is not.
    var decision: DecisionContext?
    /// Nil for one that its loop computes itself.
    let pool: WorkerPool?
    /// Bytes that count as held until the job is gone.
    private let share: HeldBytes.Share?

    /// - Parameter bytes: what its inputs and outputs take.
    init(
        _ routed: Routed, rows: Int, cost: WorkCost, _ context: RequestContext,
        pool: WorkerPool?, bytes: Int
    ) {
        self.routed = routed
        version = routed.served.shared
        self.rows = rows
        self.cost = cost
        deadline = context.deadline
        trace = context.trace
        times = RequestTimes(began: context.began, inputsRead: context.began, computed: 0)
        self.pool = pool
        share = pool?.held.take(bytes)
    }

    deinit {
        if !isCounted { failed(.cancelled) { $0.abandoned.add(1) } }
    }

    /// Counts a failure, once.
    /// - Parameters:
    ///   - code: of the status that it ends with.
    ///   - reason: counts why.
    final func failed(_ code: StatusCode, _ reason: (VersionCounters) -> Void = { _ in }) {
        guard !isCounted else { return }
        isCounted = true
        let now = MonotonicTime.now().nanoseconds
        version.count {
            reason($0)
            $0.failed(code, arm: arm, began: times.began, ended: now)
        }
    }

    /// For the loop that encodes its answer: what is to be counted when that is done.
    final func answered(_ kind: ShadowTask.Kind, job: TensorJob? = nil) -> Answered {
        isCounted = true
        return Answered(
            routed: routed, times: times, rows: rows, trace: trace, ranHere: false, kind: kind,
            job: job, message: message)
    }

    /// Nobody waits for the answer any more.
    var isCancelled: Bool { false }

    /// Ends the request with `status`; any thread.
    func refuse(_ status: RPCStatus) {}

    /// Computes this request and `others` of the same version that ``canJoin(_:)`` it, and sends off
    /// the answers.
    func run(with others: [WorkerJob], started: UInt64) {}

    /// Whether `other`, of the same version, may share a run with it.
    func canJoin(_ other: WorkerJob) -> Bool { false }

    /// As the queue takes it.
    final func entry(at now: MonotonicTime, isProbe: Bool) -> WorkQueue<WorkerJob>.Entry {
        enqueued = now
        self.isProbe = isProbe
        return WorkQueue.Entry(
            payload: self, lane: ObjectIdentifier(version), batching: version.batching,
            rows: rows, cost: cost, deadline: deadline, enqueued: now, isProbe: isProbe)
    }
}
