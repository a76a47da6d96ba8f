import Synchronization

/// A counter that one thread writes and any thread reads: two plain moves, no lock and no locked
/// instruction. It wraps at 2^64.
///
/// Public, as other types that loops use at every call: Swift inlines across targets what is public and
/// `@inlinable`, and nothing that is `package`.
public struct LoopCounter: ~Copyable, Sendable {
    @usableFromInline let value = Atomic<UInt64>(0)

    public init() {}

    /// For the one thread that writes.
    @inlinable @inline(__always)
    public func add(_ amount: UInt64) { set(current &+ amount) }

    /// For the one thread that writes.
    @inlinable @inline(__always)
    public func set(_ amount: UInt64) { value.store(amount, ordering: .relaxed) }

    /// From any thread.
    @inlinable @inline(__always)
    public var current: UInt64 { value.load(ordering: .relaxed) }
}
