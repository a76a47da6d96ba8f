public import CVigieProtos
import Glibc

/// The bytes of a bytes field: a view of an arena's memory, or of memory that the program lent,
/// valid until the arena is reset or the loan ends.
@frozen
public struct Bytes: BitwiseCopyable {
    @usableFromInline let base: UnsafeMutablePointer<UInt8>?

    /// The number of bytes.
    public let count: Int

    @inlinable
    init(base: UnsafeMutablePointer<UInt8>?, count: Int) {
        self.base = count == 0 ? nil : base
        self.count = base == nil ? 0 : count
    }

    /// No bytes.
    @inlinable
    public init() {
        self.init(base: nil, count: 0)
    }

    @inlinable
    init(_ data: ProtobufCBinaryData) {
        self.init(base: data.data, count: data.len)
    }

    @inlinable var data: ProtobufCBinaryData { ProtobufCBinaryData(len: count, data: base) }

    /// A copy of `bytes` in `arena`.
    @inlinable
    public init(copying bytes: RawSpan, in arena: Arena) {
        self = bytes.withUnsafeBytes { Bytes(copying: $0, in: arena.state) }
    }

    @inlinable
    init(copying bytes: UnsafeRawBufferPointer, in arena: ArenaPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else {
            self.init()
            return
        }
        let memory = arena.pointee.take(bytes.count)
        memcpy(memory, source, bytes.count)
        self.init(base: memory.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    }

    /// `count` bytes in `arena` that `fill` writes, all of them: they are not initialised before.
    @inlinable
    init(
        count: Int, in arena: ArenaPointer,
        filledBy fill: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        precondition(count >= 0)
        let memory = arena.pointee.take(count)
        fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
        self.init(base: memory.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// A view of memory outside any arena, without a copy. The memory must stay as it is until the
    /// message that this goes into has been encoded.
    @inlinable
    public init(unsafelyBorrowing bytes: UnsafeRawBufferPointer) {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        self.init(base: UnsafeMutablePointer(mutating: start), count: bytes.count)
    }

    /// The bytes as raw memory, to load numbers from.
    @inlinable public var rawSpan: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = RawSpan(
                _unsafeBytes: UnsafeRawBufferPointer(start: base, count: count))
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// The bytes.
    @inlinable public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let span = Span(_unsafeElements: UnsafeBufferPointer(start: base, count: count))
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the bytes.
    @inlinable
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }
}

extension Bytes: RandomAccessCollection {
    /// Always 0.
    @inlinable public var startIndex: Int { 0 }

    /// Always `count`.
    @inlinable public var endIndex: Int { count }

    /// The byte at `position`, which must be in range.
    @inlinable
    public subscript(position: Int) -> UInt8 {
        precondition(position >= 0 && position < count, "byte index out of range")
        return base.unsafelyUnwrapped[position]
    }

    /// Calls `body` with the bytes.
    @inlinable
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try body(UnsafeBufferPointer(start: base, count: count))
    }
}

extension Bytes: Hashable {
    /// Whether both have the same bytes, wherever they lie.
    @inlinable
    public static func == (left: Bytes, right: Bytes) -> Bool {
        guard left.count == right.count else { return false }
        guard let a = left.base, let b = right.base else { return true }
        return memcmp(a, b, left.count) == 0
    }

    /// Hashes the bytes.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
