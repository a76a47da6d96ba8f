/// UTF-8 (RFC 3629) in memory.
enum UTF8Reader {
    /// The code point at `start` and how many bytes it takes; nil for what is not UTF-8.
    @inline(__always)
    static func decode(
        _ text: UnsafeRawBufferPointer, at start: Int
    ) -> (code: UInt32, length: Int)? {
        let first = text[start]
        let length: Int
        var code: UInt32
        let least: UInt32
        switch first {
        case 0..<0x80: return (UInt32(first), 1)
        case 0xC2...0xDF: (length, code, least) = (2, UInt32(first & 0x1F), 0x80)
        case 0xE0...0xEF: (length, code, least) = (3, UInt32(first & 0x0F), 0x800)
        case 0xF0...0xF4: (length, code, least) = (4, UInt32(first & 0x07), 0x10000)
        default: return nil
        }
        guard text.count - start >= length else { return nil }
        for index in 1..<length {
            let byte = text[start + index]
            guard byte & 0xC0 == 0x80 else { return nil }
            code = code << 6 | UInt32(byte & 0x3F)
        }
        guard code >= least, code <= CodeSet.last, !(0xD800...0xDFFF).contains(code) else {
            return nil
        }
        return (code, length)
    }

    /// Calls `emit` with the bytes of a code point.
    @inline(__always)
    static func encode(_ code: UInt32, _ emit: (UInt8) -> Void) {
        @inline(__always) func tail(_ shift: UInt32) {
            emit(UInt8(truncatingIfNeeded: 0x80 | ((code >> shift) & 0x3F)))
        }
        if code < 0x80 {
            emit(UInt8(truncatingIfNeeded: code))
        } else if code < 0x800 {
            emit(UInt8(truncatingIfNeeded: 0xC0 | (code >> 6)))
            tail(0)
        } else if code < 0x10000 {
            emit(UInt8(truncatingIfNeeded: 0xE0 | (code >> 12)))
            tail(6)
            tail(0)
        } else {
            emit(UInt8(truncatingIfNeeded: 0xF0 | (code >> 18)))
            tail(12)
            tail(6)
            tail(0)
        }
    }

    /// How many code points; nil for what is not UTF-8.
    static func count(_ text: UnsafeRawBufferPointer) -> Int? {
        var (index, count) = (0, 0)
        while index < text.count {
            guard let (_, length) = decode(text, at: index) else { return nil }
            index += length
            count += 1
        }
        return count
    }
}
