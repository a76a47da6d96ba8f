import Synchronization

/// A counter that one loop writes and any thread reads: two plain moves, no lock and no locked
/// instruction. It wraps at 2^64.
struct LoopCounter: ~Copyable, Sendable {
    private let value = Atomic<UInt64>(0)

    /// For the one thread that writes.
    @inline(__always)
    func add(_ amount: UInt64) { set(value.load(ordering: .relaxed) &+ amount) }

    /// For the one thread that writes.
    @inline(__always)
    func set(_ amount: UInt64) { value.store(amount, ordering: .relaxed) }

    /// From any thread.
    @inline(__always)
    var current: UInt64 { value.load(ordering: .relaxed) }
}
