import Synchronization

/// Where one loop, and what works for it, leaves decisions to be recorded. The lock is held for as
/// long as it takes to copy one.
package final class DecisionLane: Sendable {
    struct State {
        var drafts = DraftBytes()
        var count = 0
        var waiters: [DecisionWaiter] = []

        /// Empties it, and keeps the memory of all but uncommonly large decisions.
        mutating func clear() {
            drafts.bytes.removeAll(
                keepingCapacity: drafts.bytes.capacity <= DecisionLane.keptBytesMax)
            count = 0
            waiters.removeAll(keepingCapacity: waiters.capacity <= 4096)
        }
    }

    private static let keptBytesMax = 1 << 20

    let state = Mutex(State())
    private unowned let log: DecisionLog

    init(_ log: DecisionLog) { self.log = log }

    /// Hands a decision over; from any thread.
    /// - Parameters:
    ///   - waiter: told when it is durable or lost; nil when nobody waits.
    ///   - parts: appends the parts that ``DraftBytes`` names, all seven.
    package func add(
        _ facts: DecisionFacts, waiter: DecisionWaiter? = nil, _ parts: (inout DraftBytes) -> Void
    ) {
        guard log.hasRoom else {
            log.lost(.queue, 1)
            waiter?(DecisionError("more decisions wait to be recorded than may"))
            return
        }
        let (size, isFirst) = state.withLock { state in
            let start = state.drafts.bytes.count
            state.drafts.number(UInt32(0))
            withUnsafeBytes(of: facts) { state.drafts.raw($0.bytes) }
            parts(&state.drafts)
            let size = state.drafts.bytes.count - start
            let length = UInt32(clamping: size - 4)
            for index in 0..<4 {
                state.drafts.bytes[start + index] = UInt8(
                    truncatingIfNeeded: length >> UInt32(8 * index))
            }
            state.count += 1
            if let waiter { state.waiters.append(waiter) }
            return (size, waiter != nil || state.drafts.bytes.count > Self.bellBytes)
        }
        log.added(size, mustWake: isFirst)
    }

    /// With so many bytes the log is woken though nobody waits.
    private static let bellBytes = 64 << 10
}
