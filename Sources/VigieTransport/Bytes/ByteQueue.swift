import Glibc

/// A first-in first-out run of bytes in one growing block.
///
/// It keeps its block when it empties, so that a queue reused by request after request stops
/// allocating; blocks over ``keptBytes`` are given back, so that one large message does not stay.
public struct ByteQueue: ~Copyable {
    /// The largest block that an empty queue keeps by default, in bytes.
    @inlinable public static var keptBytes: Int { 32 * 1024 }
    @usableFromInline let keptBytes: Int

    @usableFromInline var base: UnsafeMutableRawPointer?
    @usableFromInline var capacity = 0
    @usableFromInline var head = 0
    @usableFromInline var tail = 0

    /// An empty queue.
    /// - Parameter keptBytes: the largest block that it keeps while it is empty.
    public init(keeping keptBytes: Int = Self.keptBytes) { self.keptBytes = keptBytes }

    deinit { free(base) }

    /// How many bytes wait.
    @inlinable public var count: Int { tail &- head }
    /// Whether no byte waits.
    @inlinable public var isEmpty: Bool { tail == head }
    /// How many bytes of memory the queue holds, used or not.
    package var reservedBytes: Int { capacity }

    /// What of that its bytes keep from being given back: the whole block once it is a large one.
    @inline(__always) var heldBytes: Int { capacity > keptBytes ? capacity : count }

    /// The bytes that wait, in order; valid until the queue changes.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        @inlinable
        get {
            let span = UnsafeRawBufferPointer(start: base.map { $0 + head }, count: count).bytes
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// Appends a copy of the bytes.
    @inlinable
    public mutating func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { append($0) }
    }

    @inlinable
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        memcpy(reserve(bytes.count), source, bytes.count)
        tail &+= bytes.count
    }

    /// Appends up to `count` bytes that `body` writes into the block, and as many as it returns.
    @inlinable
    public mutating func append<Failure: Error>(
        atMost count: Int, writing body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        let room = UnsafeMutableRawBufferPointer(start: reserve(count), count: count)
        let written = try body(room)
        precondition(written >= 0 && written <= count)
        tail &+= written
    }

    /// Drops the first `count` bytes.
    @inlinable
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count)
        head &+= count
        if head == tail { rewind() }
    }

    /// Drops all bytes.
    @inlinable
    public mutating func removeAll() { rewind() }

    /// The unread bytes as C sees them, for calls inside this target.
    @inline(__always) var unread: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { UnsafeRawPointer($0 + head) }, count: count)
    }

    @inlinable
    mutating func rewind() {
        head = 0
        tail = 0
        if capacity > keptBytes { giveBack() }
    }

    @inline(never) @usableFromInline
    mutating func giveBack() {
        free(base)
        base = nil
        capacity = 0
    }

    /// Makes room for `count` bytes behind the tail and returns where they go.
    @inlinable @inline(__always)
    mutating func reserve(_ count: Int) -> UnsafeMutableRawPointer {
        if let base, capacity &- tail >= count { return base + tail }
        return grow(count)
    }

    @inline(never) @usableFromInline
    mutating func grow(_ count: Int) -> UnsafeMutableRawPointer {
        let live = self.count
        if let base, head > 0, capacity &- live >= count, head >= live {
            memcpy(base, base + head, live)
        } else {
            let wanted = max(live + count, capacity * 2, 256)
            // Out of memory has no recovery here: the process ends, as with any Swift allocation.
            if head == 0 {
                // The kernel moves large blocks by their page tables, and copies nothing.
                base = realloc(base, wanted)!
            } else {
                let block = malloc(wanted)!
                if let base { memcpy(block, base + head, live) }
                free(base)
                base = block
            }
            capacity = wanted
        }
        head = 0
        tail = live
        return base! + live
    }
}
