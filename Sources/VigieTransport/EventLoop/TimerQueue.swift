/// What a loop wakes at a time of its choosing.
package protocol TimerTarget: AnyObject {
    /// Called on the loop's thread. `token` is the one given to ``EventLoop/schedule(_:at:token:)``;
    /// timers are not taken back, so a target compares it with its own state and ignores stale ones.
    func timerFired(token: UInt64, now: MonotonicTime)
    /// Whether ``timerFired(token:now:)`` would ignore this token, so that the timer need not keep the
    /// target alive; see ``EventLoop/timerBecameStale()``.
    func isStale(token: UInt64) -> Bool
}

extension TimerTarget {
    package func isStale(token: UInt64) -> Bool { false }
}

/// A binary heap of timers, earliest first; times that are equal fire in no set order.
struct TimerQueue {
    private struct Entry {
        var time: MonotonicTime
        var token: UInt64
        var target: any TimerTarget
    }

    private var heap: [Entry] = []
    /// Timers that may have become stale since the last look.
    private var stale = 0
    /// So few stale timers are not worth a look.
    private static let staleKept = 64

    var count: Int { heap.count }
    var earliest: MonotonicTime? { heap.first?.time }

    mutating func insert(_ target: any TimerTarget, at time: MonotonicTime, token: UInt64) {
        heap.append(Entry(time: time, token: token, target: target))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if heap[parent].time <= heap[child].time { break }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    /// Takes out the earliest timer that is due at `now`.
    mutating func popDue(_ now: MonotonicTime) -> (target: any TimerTarget, token: UInt64)? {
        guard let first = heap.first, first.time <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.target, first.token)
    }

    mutating func removeAll() { heap.removeAll() }

    /// A timer has become stale. When half of them may have, they are taken out: a look at all timers
    /// costs each that became stale a fixed amount of time.
    /// - Returns: what has been taken out, for the caller to let go when the queue is not in use.
    mutating func noteStale() -> [any TimerTarget] {
        stale += 1
        guard stale > Self.staleKept, stale > heap.count / 2 else { return [] }
        stale = 0
        var kept: [Entry] = []
        var ended: [any TimerTarget] = []
        for entry in heap {
            if entry.target.isStale(token: entry.token) {
                ended.append(entry.target)
            } else {
                kept.append(entry)
            }
        }
        // What is sorted is a heap.
        heap = kept.sorted { $0.time < $1.time }
        return ended
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].time < heap[least].time {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
