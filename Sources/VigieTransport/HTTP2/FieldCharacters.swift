/// Which bytes names and values of header fields may have (RFC 9110 §5.1, §5.5; RFC 9113 §8.2.1; RFC 3986
/// §3 for `:authority` and `:scheme`), read eight at a time where that is possible.
enum FieldCharacters {
    /// Whether a field's name is a token in lower case; without the colon of a pseudo-header.
    @inline(__always)
    static func isName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 8 else { return bytes.count > 0 && isEach(bytes, of: name) }
        return eights(bytes, isLetterOrDash) || isEach(bytes, of: name)
    }

    /// Whether a field's value is printable, and neither begins nor ends with white space.
    @inline(__always)
    static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first, let last = bytes.last else { return true }
        if isSpace(first) || isSpace(last) { return false }
        return isPrintable(bytes, from: 0x20)
            || bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    /// `:path` and its query: anything that can be seen.
    @inline(__always)
    static func isPath(_ bytes: UnsafeRawBufferPointer) -> Bool { isPrintable(bytes, from: 0x21) }

    static func isMethod(_ bytes: UnsafeRawBufferPointer) -> Bool { isEach(bytes, of: token) }

    static func isAuthority(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isEach(bytes, of: authority)
    }

    static func isScheme(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first else { return false }
        return first | 0x20 >= 0x61 && first | 0x20 <= 0x7A && isEach(bytes, of: scheme)
    }

    static func hasUpperCase(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.contains { $0 >= 0x41 && $0 <= 0x5A }
    }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    // MARK: One byte at a time

    /// A bit for each of the first 128 bytes.
    private typealias Set = (low: UInt64, high: UInt64)

    private static var name: Set { (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C000_0000) }
    private static var token: Set { (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }
    private static var authority: Set { (0x2FFF_7FF2_0000_0000, 0x47FF_FFFE_AFFF_FFFF) }
    /// Letters, digits, and "+-.".
    private static var scheme: Set { (0x03FF_6800_0000_0000, 0x07FF_FFFE_07FF_FFFE) }

    @inline(__always)
    private static func isEach(_ bytes: UnsafeRawBufferPointer, of set: Set) -> Bool {
        for byte in bytes {
            let bits = byte < 64 ? set.low : set.high
            guard byte < 128, bits &>> UInt64(byte & 63) & 1 == 1 else { return false }
        }
        return true
    }

    // MARK: Eight bytes at a time

    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var highs: UInt64 { 0x8080_8080_8080_8080 }

    /// Whether `holds` for each eight bytes; the last eight overlap those before them.
    @inline(__always)
    private static func eights(
        _ bytes: UnsafeRawBufferPointer, _ holds: (UInt64) -> Bool
    ) -> Bool {
        var offset = 0
        while offset &+ 8 < bytes.count {
            if !holds(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) {
                return false
            }
            offset &+= 8
        }
        return holds(bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self))
    }

    /// All bytes are a…z or '-'. Sums stay within their bytes, as the high bits are cleared before.
    @inline(__always)
    private static func isLetterOrDash(_ word: UInt64) -> Bool {
        let seven = word & ~highs
        let letter = (seven &+ ones &* (0x80 - 0x61)) & ~(seven &+ ones &* (0x80 - 0x7B))
        let other = (seven ^ ones &* 0x2D) &+ ones &* 0x7F
        return (letter | ~other) & ~word & highs == highs
    }

    /// No byte is below `least` or 0x7F (DEL); those over 0x7F may be text (`obs-text`).
    @inline(__always)
    private static func isPrintable(_ bytes: UnsafeRawBufferPointer, from least: UInt8) -> Bool {
        guard bytes.count >= 8 else {
            return bytes.allSatisfy { $0 >= least && $0 != 0x7F }
        }
        return eights(bytes) { word in
            let seven = word & ~highs
            let isSeen = seven &+ ones &* UInt64(0x80 - least)
            let isNotDelete = (seven ^ ones &* 0x7F) &+ ones &* 0x7F
            return (isSeen & isNotDelete | word) & highs == highs
        }
    }
}
