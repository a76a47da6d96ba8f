import VigieProtos
import VigieRPC
import VigieRegistry
import VigieTransport

/// A request on its way through the workers. A loop makes it, the queue holds it, a worker computes
/// it, and its loop writes the answer: one after the other, so that nobody needs a lock.
class WorkerJob: @unchecked Sendable {
    let version: SharedVersion
    let rows: Int
    let cost: WorkCost
    let deadline: MonotonicTime
    /// When the request had been decoded.
    let began: UInt64
    /// When it came to the workers.
    fileprivate(set) var enqueued = MonotonicTime(nanoseconds: 0)
    fileprivate(set) var isProbe = false
    /// When it passed its stations; nil while it is not answered.
    var stations: CallStations?
    /// Nil for one that its loop computes itself.
    let pool: WorkerPool?
    /// Bytes that count as held until the job is gone.
    private let share: HeldBytes.Share?

    /// - Parameter bytes: what its inputs and outputs take.
    init(
        _ version: SharedVersion, rows: Int, cost: WorkCost, deadline: MonotonicTime,
        began: UInt64, pool: WorkerPool?, bytes: Int
    ) {
        self.version = version
        self.rows = rows
        self.cost = cost
        self.deadline = deadline
        self.began = began
        self.pool = pool
        share = pool?.held.take(bytes)
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
