public import CVigieProtos
import Glibc

/// What a repeated field can hold, and how protobuf-c stores one of it.
public protocol RepeatedElement {
    /// The element in protobuf-c's array.
    ///
    /// All are BitwiseCopyable, but saying so would break importers: Swift 6.3 does not find that
    /// conformance of a C structure again when another module reads this one's conformances.
    associatedtype Slot
    init(_slot: Slot, _arena: ArenaPointer)
}

/// A repeated field: a view of protobuf-c's array in an arena, valid until the arena is reset, or
/// the field is appended to.
@frozen
public struct Repeated<Element: RepeatedElement>: RandomAccessCollection {
    @usableFromInline let base: UnsafeMutablePointer<Element.Slot>?

    /// The number of elements.
    public let count: Int

    @usableFromInline let arena: ArenaPointer

    @inlinable
    init(_ base: UnsafeMutablePointer<Element.Slot>?, _ count: Int, _ arena: ArenaPointer) {
        self.base = base
        self.count = base == nil ? 0 : count
        self.arena = arena
    }

    /// Always 0.
    @inlinable public var startIndex: Int { 0 }

    /// Always `count`.
    @inlinable public var endIndex: Int { count }

    /// The element at `position`, which must be in range.
    @inlinable
    public subscript(position: Int) -> Element {
        precondition(position >= 0 && position < count, "index of a repeated field out of range")
        return Element(_slot: base.unsafelyUnwrapped[position], _arena: arena)
    }
}

extension Repeated where Element == Element.Slot {
    /// The elements, which lie one after the other.
    @inlinable public var span: Span<Element> {
        @_lifetime(borrow self)
        get {
            let span = Span(_unsafeElements: UnsafeBufferPointer(start: base, count: count))
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the elements.
    @inlinable
    public func withUnsafeBufferPointer<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeBufferPointer(start: base, count: count))
    }

    /// Calls `body` with the elements.
    @inlinable
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
        try body(UnsafeBufferPointer(start: base, count: count))
    }
}

extension RepeatedElement where Slot == Self {
    /// The element in protobuf-c's array.
    @inlinable
    public init(_slot: Slot, _arena: ArenaPointer) { self = _slot }
}

extension Int32: RepeatedElement {
    /// protobuf-c stores the number itself.
    public typealias Slot = Int32
}

extension Int64: RepeatedElement {
    /// protobuf-c stores the number itself.
    public typealias Slot = Int64
}

extension UInt32: RepeatedElement {
    /// protobuf-c stores the number itself.
    public typealias Slot = UInt32
}

extension UInt64: RepeatedElement {
    /// protobuf-c stores the number itself.
    public typealias Slot = UInt64
}

extension Float: RepeatedElement {
    /// protobuf-c stores the number itself.
    public typealias Slot = Float
}

extension Double: RepeatedElement {
    /// protobuf-c stores the number itself.
    public typealias Slot = Double
}

extension Bool: RepeatedElement {
    /// The element in protobuf-c's array.
    @inlinable
    public init(_slot: protobuf_c_boolean, _arena: ArenaPointer) { self = _slot != 0 }
}

extension Text: RepeatedElement {
    /// The element in protobuf-c's array.
    @inlinable
    public init(_slot: UnsafeMutablePointer<CChar>?, _arena: ArenaPointer) { self.init(_slot) }
}

extension Bytes: RepeatedElement {
    /// The element in protobuf-c's array.
    @inlinable
    public init(_slot: ProtobufCBinaryData, _arena: ArenaPointer) { self.init(_slot) }
}
