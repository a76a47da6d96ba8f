internal import CVigieProtos
import Glibc

/// The memory that messages live in: allocation moves a cursor, and `reset()` forgets everything at
/// once. It keeps its blocks, so that a loop that decodes and encodes messages of usual size makes
/// no heap allocation after the first few.
///
/// An arena belongs to one thread. Message handles, `Text`, `Bytes` and `Repeated` are views of its
/// memory that do not keep it alive: keep the arena in a variable or a property for longer than any
/// of them, and let none outlive the next `reset()`. (In debug builds a reset fills the memory with
/// 0xDD, so that a late view shows.)
public final class Arena {
    /// What `decode` may take of an arena if nothing else is said: 64 MiB. A decoded message is
    /// seldom larger than twice its bytes on the wire, but a hostile one can be 20 times as large.
    public static let defaultLimit = 64 << 20

    /// What an arena keeps over a reset if nothing else is said: 1 MiB, so that one huge message
    /// does not stay in the process's memory for good.
    public static let defaultRetainedBytes = 1 << 20

    @usableFromInline let state: UnsafeMutablePointer<ArenaState>

    /// - Parameters:
    ///   - firstBlockBytes: the size of the first block, allocated at first use; later ones double.
    ///   - limit: how many bytes decoding may use between two resets; past it decoding throws
    ///     `DecodeError` with reason `.limit`. Messages that the program itself builds are not
    ///     limited.
    ///   - retainedBytes: how many bytes of blocks a reset keeps; the first block always stays.
    public init(
        firstBlockBytes: Int = 4096, limit: Int = Arena.defaultLimit,
        retainedBytes: Int = Arena.defaultRetainedBytes
    ) {
        state = .allocate(capacity: 1)
        state.initialize(
            to: ArenaState(
                firstBlockBytes: max(firstBlockBytes, 256), limit: max(limit, 0),
                retainedBytes: max(retainedBytes, 0)))
        state.pointee.allocator.allocator_data = UnsafeMutableRawPointer(state)
    }

    deinit {
        state.pointee.freeBlocks(after: nil)
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Forgets everything that was allocated. All views of the arena's memory are invalid from here.
    @inlinable
    public func reset() {
        state.pointee.reset()
    }

    /// How many bytes decoding may use between two resets. Takes effect with the next reset.
    public var limit: Int {
        get { state.pointee.limit }
        set { state.pointee.limit = max(newValue, 0) }
    }

    /// Bytes handed out since the last reset, with headers and rounding.
    public var usedBytes: Int { state.pointee.usedBytes }

    /// Bytes of all blocks that the arena holds, used or not.
    public var reservedBytes: Int { state.pointee.reservedBytes }

    /// Memory for the program's own use until the next reset, uninitialised.
    ///
    /// - Parameters:
    ///   - bytes: the size, 0 or more.
    ///   - alignment: a power of two, at most 4096.
    package func allocate(bytes: Int, alignment: Int = 8) -> UnsafeMutableRawBufferPointer {
        precondition(bytes >= 0 && alignment > 0 && alignment <= 4096)
        let slack = alignment > 8 ? alignment : 0
        let base = state.pointee.take(bytes + slack)
        let aligned = slack == 0 ? base : base.alignedUp(toMultipleOf: alignment)
        return UnsafeMutableRawBufferPointer(start: aligned, count: bytes)
    }
}
