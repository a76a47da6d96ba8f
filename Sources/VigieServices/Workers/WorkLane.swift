import VigieRegistry
import VigieTransport

/// The requests of one model version that wait for a worker, first come, first served.
struct WorkLane<Payload> {
    typealias Entry = WorkQueue<Payload>.Entry

    let key: WorkQueue<Payload>.LaneKey
    private(set) var batching: BatchingPolicy?
    /// Its virtual time; see ``WorkQueue``.
    var start: UInt64
    private(set) var entries: [Entry] = []
    private(set) var rows = 0
    private var variable: UInt64 = 0
    private var fixed: UInt64 = 0

    init(key: WorkQueue<Payload>.LaneKey, batching: BatchingPolicy?, start: UInt64) {
        self.key = key
        self.batching = batching
        self.start = start
    }

    mutating func append(_ entry: Entry) {
        if entries.isEmpty { batching = entry.batching }
        entries.append(entry)
        count(entry)
    }

    private mutating func count(_ entry: Entry) {
        rows += entry.rows
        variable &+= entry.cost.variable
        fixed &+= entry.cost.fixed
    }

    private mutating func discount(_ entry: Entry) {
        rows -= entry.rows
        variable &-= entry.cost.variable
        fixed &-= entry.cost.fixed
    }

    mutating func removeFirst() { discount(entries.removeFirst()) }

    /// Takes out all for which `isGone` is true.
    mutating func remove(_ isGone: (Entry) -> Bool) -> [Entry] {
        let gone = entries.filter(isGone)
        guard !gone.isEmpty else { return [] }
        entries.removeAll(where: isGone)
        for entry in gone { discount(entry) }
        return gone
    }

    /// Nanoseconds of work that wait. Requests that will share a run pay its fixed cost once.
    var backlog: UInt64 {
        guard let batching, !entries.isEmpty else { return fixed &+ variable }
        let runs = min(entries.count, (rows + batching.maxRows - 1) / batching.maxRows)
        return variable &+ fixed / UInt64(entries.count) &* UInt64(max(runs, 1))
    }

    /// When its next run should begin: at once, unless requests wait for others to join them.
    var readyAt: MonotonicTime {
        guard let first = entries.first else { return .never }
        guard let batching, rows < batching.preferredRows else { return first.enqueued }
        let full = first.enqueued.advanced(by: batching.maxDelay)
        // Nobody waits for others past the moment when he must begin himself.
        return entries.reduce(full) { min($0, $1.latestStart) }
    }

    /// Takes out the first, and with batching those that may join it: in order, up to the policy's
    /// rows, and only as long as the run ends in time for everybody in it.
    ///
    /// - Parameter dropped: takes those that are not worth a run.
    mutating func take(
        _ now: MonotonicTime, _ isCancelled: (Payload) -> Bool,
        _ canJoin: (Payload, Payload) -> Bool,
        dropped: inout [(entry: Entry, reason: WorkQueue<Payload>.Drop)]
    ) -> [Entry] {
        let first = entries.removeFirst()
        discount(first)
        guard let batching, !entries.isEmpty else { return [first] }
        var run = JointRun<Payload>(first)
        var kept: [Entry] = []
        var isClosed = false
        for entry in entries {
            if isClosed || !canJoin(first.payload, entry.payload) {
                kept.append(entry)
            } else if let reason = entry.drop(now, isCancelled) {
                dropped.append((entry, reason))
                discount(entry)
            } else if run.add(entry, now, rowsMax: batching.maxRows) {
                discount(entry)
            } else {
                // Those behind it must not overtake it for ever.
                isClosed = true
                kept.append(entry)
            }
        }
        entries = kept
        return run.entries
    }
}

/// Requests that are to share a run.
private struct JointRun<Payload> {
    private(set) var entries: [WorkQueue<Payload>.Entry]
    private var rows: Int
    private var cost: WorkCost
    private var deadline: MonotonicTime

    init(_ first: WorkQueue<Payload>.Entry) {
        entries = [first]
        rows = first.rows
        cost = first.cost
        deadline = first.deadline
    }

    /// Adds a request unless the run would have too many rows then, or end too late for somebody.
    mutating func add(
        _ entry: WorkQueue<Payload>.Entry, _ now: MonotonicTime, rowsMax: Int
    ) -> Bool {
        let joint = WorkCost(
            fixed: max(cost.fixed, entry.cost.fixed),
            variable: cost.variable &+ entry.cost.variable)
        let earliest = min(deadline, entry.deadline)
        guard rows + entry.rows <= rowsMax,
            earliest == .never || now.nanoseconds &+ joint.total <= earliest.nanoseconds
        else { return false }
        entries.append(entry)
        rows += entry.rows
        cost = joint
        deadline = earliest
        return true
    }
}
