import Synchronization

/// Records that are written together, to every sink.
final class DecisionBatch: Sendable {
    struct Record: Sendable {
        /// In ``bytes``: the canonical text.
        let record: Range<Int>
        /// In ``sides``: what is beside it.
        let side: Range<Int>
        let columns: RecordColumns
    }

    let bytes: [UInt8]
    let sides: [UInt8]
    let records: [Record]
    /// Whether somebody waits until it is durable.
    let isRequired: Bool
    /// What it counts for in the queue.
    let draftBytes: Int
    private let state: Mutex<State>

    private struct State {
        var sinksLeft: Int
        var failure: DecisionError?
        var waiters: [DecisionWaiter]
    }

    init(
        bytes: [UInt8], sides: [UInt8], records: [Record], waiters: [DecisionWaiter],
        draftBytes: Int, sinks: Int
    ) {
        self.bytes = bytes
        self.sides = sides
        self.records = records
        self.draftBytes = draftBytes
        isRequired = !waiters.isEmpty
        state = Mutex(State(sinksLeft: sinks, failure: nil, waiters: waiters))
    }

    /// Tells those who wait that it takes too long. A sink may still write it: a log holds all that was
    /// answered, and perhaps more.
    func refuse(_ failure: DecisionError) {
        let waiters = state.withLock { state in
            state.failure = state.failure ?? failure
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter(failure) }
    }

    /// A sink has written it, or cannot.
    /// - Returns: whether it was the last.
    func finish(_ failure: DecisionError? = nil) -> Bool {
        let (waiters, result, isLast) = state.withLock { state in
            state.sinksLeft -= 1
            if let failure { state.failure = state.failure ?? failure }
            guard state.sinksLeft == 0 || state.failure != nil else {
                return ([DecisionWaiter](), state.failure, state.sinksLeft == 0)
            }
            defer { state.waiters = [] }
            return (state.waiters, state.failure, state.sinksLeft == 0)
        }
        for waiter in waiters { waiter(result) }
        return isLast
    }
}

/// Told when a decision is durable, or why it is not; on a thread of the log's.
package typealias DecisionWaiter = @Sendable (DecisionError?) -> Void
