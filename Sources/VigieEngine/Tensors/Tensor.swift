import Glibc

/// A tensor's memory, used again by request after request: it grows to the largest tensor it has
/// held and allocates nothing after that. Row-major, native byte order, 64-byte aligned.
///
/// It belongs to one ``Workspace``, and like it to one thread at a time.
public final class Tensor {
    /// The type of the elements.
    public let type: ElementType
    /// The extents, as ``reshape(_:)`` set them.
    public private(set) var shape = TensorShape([0])
    /// Elements that ``shape`` has.
    public private(set) var count = 0
    /// Whether it holds no tensor at all, not even an empty one: an optional input that a request
    /// left out. True until it is given a shape.
    public private(set) var isAbsent = true

    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    /// Strings: where element i ends in ``text``; it begins where i-1 ends.
    private var ends: [Int] = []
    private var text: [UInt8] = []

    /// An empty tensor; it takes memory when it is given a shape.
    public init(type: ElementType) { self.type = type }

    deinit { free(base) }

    /// Gives the tensor a shape. Elements are uninitialised; strings are none, and are then
    /// appended in row-major order.
    /// - Parameter shape: its ``TensorShape/elementCount`` must not be nil.
    public func reshape(_ shape: TensorShape) {
        guard let count = shape.elementCount else { preconditionFailure("impossible shape") }
        self.shape = shape
        self.count = count
        isAbsent = false
        if type == .string {
            ends.removeAll(keepingCapacity: true)
            text.removeAll(keepingCapacity: true)
        } else {
            reserve(count * type.byteCount)
        }
    }

    /// Makes an optional input one that the request left out. Its memory stays for the next.
    public func setAbsent() {
        reshape(TensorShape([0]))
        isAbsent = true
    }

    private func reserve(_ bytes: Int) {
        guard bytes > capacity else { return }
        free(base)
        let wanted = (max(bytes, 64) + 63) & ~63
        base = aligned_alloc(64, wanted)
        // Out of memory has no recovery here: the process ends, as with any Swift allocation.
        precondition(base != nil, "out of memory for a tensor")
        capacity = wanted
    }

    /// The elements' bytes; none for strings.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = UnsafeRawBufferPointer(start: base, count: count * type.byteCount).bytes
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// Calls `body` with the elements' bytes, to be written.
    public func withMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeMutableRawBufferPointer(start: base, count: count * type.byteCount))
    }

    /// Calls `body` with the elements, which must be of the tensor's type.
    @inline(__always)
    public func withElements<Element: BitwiseCopyable, Result, Failure: Error>(
        of element: Element.Type,
        _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(MemoryLayout<Element>.stride == type.byteCount, "wrong element type")
        return try body(
            UnsafeMutableBufferPointer(
                start: base?.assumingMemoryBound(to: Element.self), count: count))
    }

    /// Adds the next string element.
    public func appendString(_ bytes: RawSpan) {
        precondition(type == .string && ends.count < count, "no room for a string")
        bytes.withUnsafeBytes { text.append(contentsOf: $0) }
        ends.append(text.count)
    }

    /// Adds a byte to the next string element, which ``endString()`` ends.
    func appendByte(_ byte: UInt8) { text.append(byte) }

    /// Ends a string element that is made of single bytes.
    func endString() {
        precondition(type == .string && ends.count < count, "no room for a string")
        ends.append(text.count)
    }

    /// Adds the next string element.
    public func appendString(_ bytes: [UInt8]) { appendString(bytes.span.bytes) }

    /// Adds the next string element.
    public func appendString(_ string: String) { appendString(string.utf8Span.span.bytes) }

    /// Calls `body` with the bytes of string element `index`.
    public func withString<Result, Failure: Error>(
        at index: Int, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(index >= 0 && index < ends.count, "string index out of range")
        let start = index == 0 ? 0 : ends[index - 1]
        let end = ends[index]
        let text = text
        return try body(text.span.bytes.extracting(start..<end))
    }

    /// String element `index`; what is not UTF-8 becomes U+FFFD.
    public func string(at index: Int) -> String {
        withString(at: index) { bytes in
            bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }
    }
}
