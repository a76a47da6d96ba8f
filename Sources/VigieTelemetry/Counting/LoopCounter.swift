import Synchronization

/// A counter that one thread writes and any thread reads: two plain moves, no lock and no locked
/// instruction. It wraps at 2^64.
package struct LoopCounter: ~Copyable, Sendable {
    private let value = Atomic<UInt64>(0)

    package init() {}

    /// For the one thread that writes.
    @inline(__always)
    package func add(_ amount: UInt64) { set(current &+ amount) }

    /// For the one thread that writes.
    @inline(__always)
    package func set(_ amount: UInt64) { value.store(amount, ordering: .relaxed) }

    /// From any thread.
    @inline(__always)
    package var current: UInt64 { value.load(ordering: .relaxed) }
}
