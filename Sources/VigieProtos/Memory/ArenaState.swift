public import CVigieProtos
import Glibc

/// The arena's fields, at a fixed address, so that protobuf-c's callbacks and message handles reach
/// them through a plain pointer, without reference counting.
///
/// Each allocation has its size in the 8 bytes before it: that is how a repeated field knows how
/// many elements fit without having stored it (`ArenaState.capacity(of:)`).
@frozen
public struct ArenaState {
    /// What protobuf-c calls; `allocator_data` points to this very structure.
    @usableFromInline var allocator: ProtobufCAllocator
    @usableFromInline var cursor: UnsafeMutableRawPointer
    /// The end of the current block.
    @usableFromInline var end: UnsafeMutableRawPointer
    /// How far protobuf-c may go in the current block: `end`, or where the limit cuts it.
    @usableFromInline var decodingEnd: UnsafeMutableRawPointer
    /// The block that `cursor` is in; nil before the first allocation.
    @usableFromInline var current: UnsafeMutablePointer<ArenaBlock>?
    @usableFromInline var first: UnsafeMutablePointer<ArenaBlock>?
    /// Bytes used in the blocks before `current`.
    @usableFromInline var usedBefore: Int
    @usableFromInline var reservedBytes: Int
    @usableFromInline var limit: Int
    @usableFromInline let retainedBytes: Int
    @usableFromInline let firstBlockBytes: Int
    /// Whether an allocation of protobuf-c failed since the last reset.
    @usableFromInline var limitExceeded: Bool

    init(firstBlockBytes: Int, limit: Int, retainedBytes: Int) {
        allocator = ProtobufCAllocator(
            alloc: { data, size in arenaAllocate(data, size) },
            free: { _, _ in },
            allocator_data: nil)
        cursor = ArenaState.nowhere
        end = ArenaState.nowhere
        decodingEnd = ArenaState.nowhere
        current = nil
        first = nil
        usedBefore = 0
        reservedBytes = 0
        self.limit = limit
        self.retainedBytes = retainedBytes
        self.firstBlockBytes = firstBlockBytes
        limitExceeded = false
    }

    /// Where the cursor of an empty arena stands: an address that is never read.
    @usableFromInline static var nowhere: UnsafeMutableRawPointer {
        // 8 is not 0, so that this is not nil.
        @inlinable get { UnsafeMutableRawPointer(bitPattern: 8).unsafelyUnwrapped }
    }

    @usableFromInline var usedBytes: Int {
        guard let current else { return 0 }
        return usedBefore + (cursor - current.pointee.start(current))
    }

    @inlinable
    mutating func reset() {
        #if DEBUG
            poison()
        #endif
        usedBefore = 0
        limitExceeded = false
        guard let first else { return }
        if reservedBytes > retainedBytes { trim() }
        enter(first)
    }

    /// Memory that the program needs for a message that it builds: not limited. Running out of
    /// memory here ends the process, as it does everywhere else in Swift.
    @inlinable
    mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        let need = (size &+ 15) & ~7
        let here = cursor
        if need <= end - here {
            cursor = here + need
            here.storeBytes(of: size, as: Int.self)
            return here + 8
        }
        return takeSlowly(size)
    }

    @usableFromInline @inline(never)
    mutating func takeSlowly(_ size: Int) -> UnsafeMutableRawPointer {
        guard let memory = grow(by: size, limit: Int.max) else {
            fatalError("out of memory: an arena could not get \(size) bytes")
        }
        return memory
    }

    /// How many bytes fit into the allocation at `memory`, which this arena made.
    @inlinable
    static func capacity(of memory: UnsafeRawPointer) -> Int {
        (memory - 8).load(as: Int.self)
    }

    /// Makes the allocation at `memory` larger where it stands, if it is the newest one and the
    /// block has room.
    @inlinable
    mutating func extend(_ memory: UnsafeMutableRawPointer, to size: Int) -> Bool {
        let old = (ArenaState.capacity(of: memory) &+ 7) & ~7
        guard memory + old == cursor else { return false }
        let need = (size &+ 7) & ~7
        guard need <= end - memory else { return false }
        cursor = memory + need
        (memory - 8).storeBytes(of: size, as: Int.self)
        return true
    }
}

extension ArenaState {
    /// Takes `size` bytes from the next block that has them, or from a new one. Nil when that
    /// would pass `limit`, or the system has no memory.
    mutating func grow(by size: Int, limit: Int) -> UnsafeMutableRawPointer? {
        guard size >= 0, size <= Int.max / 4 else { return nil }
        let need = (size + 15) & ~7
        let used = usedBytes
        guard need <= limit, used <= limit - need else { return nil }
        let next = current.map { $0.pointee.next } ?? first
        let block: UnsafeMutablePointer<ArenaBlock>
        if let next, next.pointee.capacity >= need {
            block = next
        } else {
            let doubled = current.map { min($0.pointee.capacity * 2, 1 << 24) } ?? firstBlockBytes
            guard let made = ArenaBlock.make(capacity: max(need, doubled)) else { return nil }
            made.pointee.next = next
            if let current { current.pointee.next = made } else { first = made }
            reservedBytes += made.pointee.capacity
            block = made
        }
        usedBefore = used
        enter(block)
        let here = cursor
        cursor = here + need
        here.storeBytes(of: size, as: Int.self)
        return here + 8
    }

    /// Goes on in `block`.
    @usableFromInline
    mutating func enter(_ block: UnsafeMutablePointer<ArenaBlock>) {
        current = block
        cursor = block.pointee.start(block)
        end = cursor + block.pointee.capacity
        decodingEnd = cursor + min(block.pointee.capacity, max(limit - usedBefore, 0))
    }

    /// Frees the blocks past those that `retainedBytes` allows.
    @usableFromInline @inline(never)
    mutating func trim() {
        var kept = 0
        var last: UnsafeMutablePointer<ArenaBlock>?
        var block = first
        while let here = block, last == nil || kept + here.pointee.capacity <= retainedBytes {
            kept += here.pointee.capacity
            last = here
            block = here.pointee.next
        }
        freeBlocks(after: last)
        reservedBytes = kept
    }

    /// Frees the blocks after `block`, or all of them.
    mutating func freeBlocks(after block: UnsafeMutablePointer<ArenaBlock>?) {
        var next = block.map { $0.pointee.next } ?? first
        if let block { block.pointee.next = nil } else { first = nil }
        while let here = next {
            next = here.pointee.next
            free(here)
        }
    }

    /// Overwrites what was allocated, for debug builds: a view that is used too late then shows.
    @usableFromInline @inline(never)
    func poison() {
        var block = first
        while let here = block {
            let start = here.pointee.start(here)
            let used = here == current ? cursor - start : here.pointee.capacity
            memset(start, 0xDD, used)
            if here == current { break }
            block = here.pointee.next
        }
    }
}

/// A piece of the heap that an arena deals out: this header, then `capacity` bytes.
@frozen @usableFromInline
struct ArenaBlock {
    @usableFromInline var next: UnsafeMutablePointer<ArenaBlock>?
    @usableFromInline let capacity: Int

    @inlinable
    func start(_ address: UnsafeMutablePointer<ArenaBlock>) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(address) + MemoryLayout<ArenaBlock>.size
    }

    static func make(capacity: Int) -> UnsafeMutablePointer<ArenaBlock>? {
        guard let memory = malloc(capacity + MemoryLayout<ArenaBlock>.size) else { return nil }
        let block = memory.bindMemory(to: ArenaBlock.self, capacity: 1)
        block.initialize(to: ArenaBlock(next: nil, capacity: capacity))
        return block
    }
}

/// protobuf-c's `alloc`: nil past the arena's limit, which makes protobuf-c give up the message.
/// The memory belongs to the arena; protobuf-c's `free` does nothing.
private func arenaAllocate(_ data: UnsafeMutableRawPointer?, _ size: Int)
    -> UnsafeMutableRawPointer?
{
    guard let data else { return nil }
    let state = data.assumingMemoryBound(to: ArenaState.self)
    // A size of 2^62 or more comes from no message; the sum below must not wrap.
    guard size >= 0, size < Int.max / 4 else {
        state.pointee.limitExceeded = true
        return nil
    }
    let need = (size &+ 15) & ~7
    let here = state.pointee.cursor
    if need <= state.pointee.decodingEnd - here {
        state.pointee.cursor = here + need
        here.storeBytes(of: size, as: Int.self)
        return here + 8
    }
    let memory = state.pointee.grow(by: size, limit: state.pointee.limit)
    if memory == nil { state.pointee.limitExceeded = true }
    return memory
}
