/// Whether the bytes of a string field may become a C string.
enum TextCheck {
    enum Verdict { case valid, containsNUL, invalid }

    /// Eight bytes at a time while they are ASCII, as nearly all names and values are.
    static func classify(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        guard let start = bytes.baseAddress else { return .valid }
        var position = 0
        while position + 8 <= bytes.count {
            let word = start.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            // A high bit means not ASCII; without one, subtracting 1 borrows only from a 0 byte.
            let suspicious = (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080
            if suspicious != 0 { return classifySlowly(bytes) }
            position += 8
        }
        while position < bytes.count {
            let byte = start.load(fromByteOffset: position, as: UInt8.self)
            if byte == 0 || byte >= 0x80 { return classifySlowly(bytes) }
            position += 1
        }
        return .valid
    }

    @inline(never)
    private static func classifySlowly(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        if bytes.contains(0) { return .containsNUL }
        let utf8 = Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
        return (try? UTF8Span(validating: utf8)) == nil ? .invalid : .valid
    }
}
