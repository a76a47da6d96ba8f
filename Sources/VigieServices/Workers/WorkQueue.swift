import VigieRegistry
import VigieTransport

/// What waits for the workers: a lane for each model version, served in fair turns, with requests of
/// a lane put together where its policy says so. A value without clock, thread or lock: time comes in
/// as `now`, so that every step can be tested.
///
/// Turns are start-time fair queuing (Goyal, Vin, Cheng: "Start-time Fair Queuing", 1996): each lane
/// has a virtual time that its runs advance by their cost, and the lane that is furthest behind is
/// next. A lane that was empty begins at the present of the others, since nobody saves turns up, or
/// where its own last run has brought it.
struct WorkQueue<Payload> {
    typealias LaneKey = ObjectIdentifier

    struct Entry {
        let payload: Payload
        let lane: LaneKey
        /// Nil: runs alone.
        let batching: BatchingPolicy?
        let rows: Int
        let cost: WorkCost
        let deadline: MonotonicTime
        let enqueued: MonotonicTime
        /// Runs although it is expected to end too late: to learn whether it does.
        let isProbe: Bool

        /// Whether a run that begins at `now` and takes `cost` ends too late for it.
        func isLate(_ now: MonotonicTime, taking cost: UInt64) -> Bool {
            deadline != .never && now.nanoseconds &+ cost > deadline.nanoseconds
        }

        /// When it must begin at the latest; ``MonotonicTime/never`` without a deadline.
        var latestStart: MonotonicTime {
            deadline == .never
                ? .never
                : MonotonicTime(
                    nanoseconds: deadline.nanoseconds - min(cost.total, deadline.nanoseconds))
        }
    }

    /// Why a request was not taken.
    enum Refusal: Equatable {
        /// As many requests of its model wait as may.
        case full(wait: UInt64)
        /// It could not be answered in time: `wait` nanoseconds of others' work come first.
        case late(wait: UInt64)
    }

    /// Why a request that waited is not run.
    enum Drop: Equatable {
        case late
        case cancelled
    }

    /// What a worker does next.
    struct Turn {
        /// To be run together; empty when there is nothing to do before ``wakeAt``.
        var run: [Entry] = []
        /// Not to be run.
        var dropped: [(entry: Entry, reason: Drop)] = []
        /// When something is to be done even if nothing new comes; ``MonotonicTime/never`` for not
        /// at all.
        var wakeAt = MonotonicTime.never
    }

    /// The most requests that may wait in one lane.
    let laneMax: Int
    private var lanes: [WorkLane<Payload>] = []
    /// The virtual present: that of the run that was given out last.
    private var virtualNow: UInt64 = 0
    /// By worker: what it runs, as long as it runs.
    private var running: [Running?]
    private let isCancelled: (Payload) -> Bool
    private let canJoin: (Payload, Payload) -> Bool

    private struct Running {
        let began: MonotonicTime
        let cost: UInt64
    }

    /// - Parameters:
    ///   - laneMax: the most requests of one model version that may wait.
    ///   - isCancelled: whether nobody waits for its answer any more.
    ///   - canJoin: whether the second may share a run with the first; both are of one lane.
    init(
        workers: Int, laneMax: Int, isCancelled: @escaping (Payload) -> Bool,
        canJoin: @escaping (Payload, Payload) -> Bool
    ) {
        self.laneMax = laneMax
        self.isCancelled = isCancelled
        self.canJoin = canJoin
        running = Array(repeating: nil, count: workers)
    }

    /// Requests that wait.
    var count: Int { lanes.reduce(0) { $0 + $1.entries.count } }
    /// Requests of one lane that wait.
    func waiting(lane key: LaneKey) -> Int { lanes.first { $0.key == key }?.entries.count ?? 0 }
    /// Rows that wait.
    var rows: Int { lanes.reduce(0) { $0 + $1.rows } }
    /// Workers that run something.
    var runningCount: Int { running.count { $0 != nil } }

    // MARK: Coming in

    /// Why a request like this would not be taken; nil when it would.
    ///
    /// - Parameter ignoringEstimate: do not refuse it for what its own run may cost.
    func refusal(
        lane key: LaneKey, cost: WorkCost, deadline: MonotonicTime, now: MonotonicTime,
        ignoringEstimate: Bool = false
    ) -> Refusal? {
        let wait = wait(lane: key, cost: cost, now: now)
        if let lane = lanes.first(where: { $0.key == key }), lane.entries.count >= laneMax {
            return .full(wait: wait)
        }
        guard deadline != .never else { return nil }
        let needed = ignoringEstimate ? wait : wait &+ cost.total
        return now.nanoseconds &+ needed > deadline.nanoseconds ? .late(wait: wait) : nil
    }

    /// Nanoseconds until a request like this would be begun: what runs, what waits in its own lane,
    /// and of the others as much as fair turns give them until then, over all workers.
    func wait(lane key: LaneKey, cost: WorkCost, now: MonotonicTime) -> UInt64 {
        let own = lanes.first { $0.key == key }?.backlog ?? 0
        let turn = own &+ cost.total
        let others = lanes.reduce(UInt64(0)) {
            $1.key == key ? $0 : $0 &+ min($1.backlog, turn)
        }
        let ahead = own &+ others
        if ahead == 0, runningCount < running.count { return 0 }
        let underWay = running.reduce(UInt64(0)) { sum, running in
            guard let running else { return sum }
            let done = now.nanoseconds &- min(running.began.nanoseconds, now.nanoseconds)
            return sum &+ (running.cost - min(done, running.cost))
        }
        return (ahead &+ underWay) / UInt64(running.count)
    }

    /// Takes a request, however full it is: ``refusal(lane:cost:deadline:now:ignoringEstimate:)``
    /// comes first.
    mutating func add(_ entry: Entry) {
        if let index = lanes.firstIndex(where: { $0.key == entry.lane }) {
            lanes[index].append(entry)
        } else {
            var lane = WorkLane<Payload>(
                key: entry.lane, batching: entry.batching, start: virtualNow)
            lane.append(entry)
            lanes.append(lane)
        }
    }

    /// Takes out what nobody waits for any more: for a lane that is full.
    mutating func purge(lane key: LaneKey) -> [Entry] {
        guard let index = lanes.firstIndex(where: { $0.key == key }) else { return [] }
        let dropped = lanes[index].remove { isCancelled($0.payload) }
        removeEmptyLanes()
        return dropped
    }

    /// Takes out everything.
    mutating func removeAll() -> [Entry] {
        let all = lanes.flatMap(\.entries)
        lanes = []
        return all
    }

    // MARK: Going out

    /// What worker `worker`, which is free, does now.
    mutating func next(worker: Int, now: MonotonicTime) -> Turn {
        running[worker] = nil
        var turn = Turn()
        for index in lanes.indices { drop(from: index, now, &turn) }
        removeEmptyLanes()
        var chosen: Int?
        for index in lanes.indices {
            let readyAt = lanes[index].readyAt
            guard readyAt <= now else {
                turn.wakeAt = min(turn.wakeAt, readyAt)
                continue
            }
            if let best = chosen, lanes[best].start <= lanes[index].start { continue }
            chosen = index
        }
        guard let chosen else { return turn }
        turn.run = lanes[chosen].take(now, isCancelled, canJoin, dropped: &turn.dropped)
        let cost = turn.run.reduce(WorkCost.zero) {
            WorkCost(
                fixed: max($0.fixed, $1.cost.fixed), variable: $0.variable &+ $1.cost.variable)
        }.total
        virtualNow = lanes[chosen].start
        lanes[chosen].start &+= max(cost, 1)
        running[worker] = Running(began: now, cost: cost)
        removeEmptyLanes()
        return turn
    }

    /// Takes out those of a lane's head that are not worth a run, so that the rest moves up.
    private mutating func drop(from index: Int, _ now: MonotonicTime, _ turn: inout Turn) {
        while let head = lanes[index].entries.first,
            let reason = head.drop(now, isCancelled)
        {
            turn.dropped.append((head, reason))
            lanes[index].removeFirst()
        }
    }

    /// A lane whose last run has brought it ahead of the present is remembered until that is past.
    private mutating func removeEmptyLanes() {
        lanes.removeAll { $0.entries.isEmpty && $0.start <= virtualNow }
    }
}

extension WorkQueue.Entry: Sendable where Payload: Sendable {}

extension WorkQueue.Entry {
    /// Why it is not worth a run that begins at `now`; nil when it is.
    func drop(_ now: MonotonicTime, _ isCancelled: (Payload) -> Bool) -> WorkQueue<Payload>.Drop? {
        if isCancelled(payload) { return .cancelled }
        return isLate(now, taking: isProbe ? 0 : cost.total) ? .late : nil
    }
}
