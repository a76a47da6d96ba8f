import VigieTelemetry

/// How busy one loop is. The loop writes, any thread reads.
final class LoopCounters: Sendable {
    /// Time that the loop worked rather than waited, in nanoseconds.
    let busyNanoseconds = LoopCounter()
    /// Times that it woke up.
    let rounds = LoopCounter()
    /// Events that it was given.
    let events = LoopCounter()
    /// The longest round of the current window and of the one before, in nanoseconds.
    private let longestNow = LoopCounter()
    private let longestBefore = LoopCounter()
    private let windowStart = LoopCounter()
    private let windowBusy = LoopCounter()
    /// Of the window before: busy time by wall time, in millionths.
    private let shareBefore = LoopCounter()

    /// Over how long a share is taken, in nanoseconds.
    static let window: UInt64 = 1_000_000_000

    /// For the loop's thread: a round is over.
    func roundEnded(began: UInt64, ended: UInt64, events count: Int) {
        let busy = ended &- began
        busyNanoseconds.add(busy)
        rounds.add(1)
        events.add(UInt64(truncatingIfNeeded: count))
        if busy > longestNow.current { longestNow.set(busy) }
        let start = windowStart.current
        guard ended &- start >= Self.window else { return }
        if start > 0 {
            let share = (busyNanoseconds.current &- windowBusy.current) &* 1_000_000
            shareBefore.set(share / (ended &- start))
        }
        longestBefore.set(longestNow.current)
        longestNow.set(0)
        windowStart.set(ended)
        windowBusy.set(busyNanoseconds.current)
    }

    /// The share of its time that the loop worked, over the last second or what has passed since;
    /// from any thread.
    func utilization(now: UInt64) -> Double {
        let start = windowStart.current
        guard start > 0 else { return 0 }
        let elapsed = now &- min(start, now)
        // A loop that waits for long ends no window: what there is of it says how idle it is.
        guard elapsed >= 2 * Self.window else { return Double(shareBefore.current) / 1e6 }
        let busy = busyNanoseconds.current &- windowBusy.current
        return min(Double(busy) / Double(elapsed), 1)
    }

    /// The longest round of the last one to two seconds of work, in nanoseconds.
    var longestRound: UInt64 { max(longestNow.current, longestBefore.current) }
}
