import Synchronization

/// A bounded queue from one thread to one other, without a lock: a loop hands over what it has seen,
/// and never waits. What does not fit is dropped and counted.
package final class LoopRing<Element: Sendable>: @unchecked Sendable {
    // Each slot belongs to the writer while it is outside head ..< tail, and to the reader inside;
    // the two counters, read with acquire and written with release, hand slots over.
    private let slots: UnsafeMutablePointer<Element>
    private let mask: Int
    private let head = Atomic<Int>(0)
    private let tail = Atomic<Int>(0)
    /// What did not fit.
    package let dropped = LoopCounter()

    /// - Parameter capacity: rounded up to a power of two.
    package init(capacity: Int) {
        var size = 1
        while size < capacity { size *= 2 }
        mask = size - 1
        slots = .allocate(capacity: size)
    }

    deinit {
        while pop() != nil {}
        slots.deallocate()
    }

    /// For the one thread that writes.
    /// - Returns: false when there was no room.
    @discardableResult
    package func push(_ element: Element) -> Bool {
        let end = tail.load(ordering: .relaxed)
        guard end &- head.load(ordering: .acquiring) <= mask else {
            dropped.add(1)
            return false
        }
        (slots + (end & mask)).initialize(to: element)
        tail.store(end &+ 1, ordering: .releasing)
        return true
    }

    /// For the one thread that reads.
    package func pop() -> Element? {
        let start = head.load(ordering: .relaxed)
        guard start != tail.load(ordering: .acquiring) else { return nil }
        let element = (slots + (start & mask)).move()
        head.store(start &+ 1, ordering: .releasing)
        return element
    }

    /// About how many wait; from any thread.
    package var count: Int {
        max(0, tail.load(ordering: .relaxed) &- head.load(ordering: .relaxed))
    }
}
