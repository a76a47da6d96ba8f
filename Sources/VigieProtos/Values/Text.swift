import Glibc

/// The text of a string field: a view of UTF-8 in an arena, or of a string literal. It costs no
/// allocation and no reference count, and is valid until the arena is reset.
///
/// Decoded text is always valid UTF-8 without NUL. Comparison is byte for byte, not by Unicode
/// equivalence.
@frozen
public struct Text: BitwiseCopyable {
    /// The first byte; the text ends with a NUL after `count` bytes.
    @usableFromInline let base: UnsafePointer<UInt8>

    /// Bytes of UTF-8.
    public let count: Int

    @inlinable
    init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    /// The text at a C string of protobuf-c; none is the empty text.
    @inlinable
    init(_ cString: UnsafeMutablePointer<CChar>?) {
        guard let cString else {
            self = ""
            return
        }
        let bytes = UnsafeRawPointer(cString).assumingMemoryBound(to: UInt8.self)
        self.init(base: bytes, count: cString.pointee == 0 ? 0 : strlen(cString))
    }

    /// What protobuf-c's structures hold. It is never written through.
    @inlinable var cString: UnsafeMutablePointer<CChar> {
        UnsafeMutablePointer(
            mutating: UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self))
    }

    /// A copy of `string` in `arena`. A NUL character, which protobuf-c's strings cannot hold,
    /// becomes U+FFFD.
    @inlinable
    public init(copying string: String, in arena: Arena) {
        self.init(copying: string, in: arena.state)
    }

    @inlinable
    init(copying string: String, in arena: ArenaPointer) {
        var string = string
        self = string.withUTF8 { Text(copying: $0, in: arena) }
    }

    /// A copy of `utf8`, which must be valid UTF-8, in `arena`.
    @inlinable
    public init(copyingUTF8 utf8: RawSpan, in arena: Arena) {
        self = utf8.withUnsafeBytes {
            Text(copying: $0.assumingMemoryBound(to: UInt8.self), in: arena.state)
        }
    }

    @inlinable
    init(copying utf8: UnsafeBufferPointer<UInt8>, in arena: ArenaPointer) {
        guard let source = utf8.baseAddress, utf8.count > 0 else {
            self = ""
            return
        }
        if memchr(source, 0, utf8.count) != nil {
            self = Text.withoutNUL(utf8, in: arena)
            return
        }
        let bytes = arena.pointee.take(utf8.count + 1).assumingMemoryBound(to: UInt8.self)
        memcpy(bytes, source, utf8.count)
        bytes[utf8.count] = 0
        self.init(base: UnsafePointer(bytes), count: utf8.count)
    }

    /// Three bytes of U+FFFD for each NUL.
    @usableFromInline
    static func withoutNUL(_ utf8: UnsafeBufferPointer<UInt8>, in arena: ArenaPointer) -> Text {
        var copy: [UInt8] = []
        for byte in utf8 {
            if byte == 0 { copy += [0xEF, 0xBF, 0xBD] } else { copy.append(byte) }
        }
        return copy.withUnsafeBufferPointer { Text(copying: $0, in: arena) }
    }

    /// Whether there is no text.
    @inlinable public var isEmpty: Bool { count == 0 }

    /// The bytes of UTF-8.
    @inlinable public var utf8Span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let span = Span(_unsafeStart: base, count: count)
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the bytes of UTF-8.
    @inlinable
    public func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(Span(_unsafeStart: base, count: count))
    }

    /// Calls `body` with the bytes of UTF-8.
    @inlinable
    package func withUTF8<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeBufferPointer(start: base, count: count))
    }
}

extension Text: Hashable {
    /// Byte for byte.
    @inlinable
    public static func == (left: Text, right: Text) -> Bool {
        left.count == right.count && memcmp(left.base, right.base, left.count) == 0
    }

    /// Byte for byte, without a copy.
    @_disfavoredOverload @inlinable
    public static func == (left: Text, right: String) -> Bool {
        var right = right
        return right.withUTF8 { utf8 in
            guard utf8.count == left.count else { return false }
            guard let other = utf8.baseAddress else { return true }
            return memcmp(left.base, other, left.count) == 0
        }
    }

    /// Byte for byte, without a copy.
    @_disfavoredOverload @inlinable
    public static func == (left: String, right: Text) -> Bool { right == left }

    /// Byte for byte, without a copy.
    @_disfavoredOverload @inlinable
    public static func != (left: Text, right: String) -> Bool { !(left == right) }

    /// Byte for byte, without a copy.
    @_disfavoredOverload @inlinable
    public static func != (left: String, right: Text) -> Bool { !(right == left) }

    /// Hashes the bytes; not the hash of a `String` with the same text.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: UnsafeRawBufferPointer(start: base, count: count))
        hasher.combine(0xFF as UInt8)
    }
}

extension Text: ExpressibleByStringLiteral {
    /// The literal's own static bytes, without a copy.
    @inlinable
    public init(stringLiteral value: StaticString) {
        self.init(value)
    }

    /// The string's own static bytes, without a copy.
    @inlinable
    public init(_ value: StaticString) {
        precondition(value.hasPointerRepresentation, "a text literal of one scalar only")
        self.init(base: value.utf8Start, count: value.utf8CodeUnitCount)
    }
}

extension Text: CustomStringConvertible, CustomDebugStringConvertible {
    /// A copy of the text.
    public var description: String { String(self) }

    /// A copy of the text, in quotation marks.
    public var debugDescription: String { String(self).debugDescription }
}

extension String {
    /// A copy of `text`.
    @inlinable
    public init(_ text: Text) {
        self = String(
            decoding: UnsafeBufferPointer(start: text.base, count: text.count), as: UTF8.self)
    }
}
