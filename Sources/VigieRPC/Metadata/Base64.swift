/// Base 64 of RFC 4648 §4 for `-bin` metadata: written without padding, read with or without.
package enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity((bytes.count * 4 + 2) / 3)
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                encoded.append(alphabet[Int(buffer >> bits & 63)])
            }
        }
        if bits > 0 { encoded.append(alphabet[Int(buffer << (6 - bits) & 63)]) }
        return encoded
    }

    /// Nil when a character is not of the alphabet or the length is impossible.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var digits = Array(text)
        while digits.last == UInt8(ascii: "=") && digits.count % 4 <= text.count % 4 + 3 {
            digits.removeLast()
            if text.count - digits.count > 2 { return nil }
        }
        if digits.count % 4 == 1 { return nil }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(digits.count * 3 / 4)
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for digit in digits {
            guard let value = value(digit) else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                decoded.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        return decoded
    }

    /// Decodes into `bytes` without allocating.
    /// - Returns: how many bytes there are; 0 when a character is not of the alphabet, or there is no
    ///   room.
    static func decode(_ text: RawSpan, into bytes: inout InlineArray<32, UInt8>) -> Int {
        var end = text.byteCount
        while end > 0, text.byteCount - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        guard end % 4 != 1, end * 3 / 4 <= bytes.count else { return 0 }
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        var count = 0
        for index in 0..<end {
            guard let value = value(text[index]) else { return 0 }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes[count] = UInt8(truncatingIfNeeded: buffer >> bits)
                count += 1
            }
        }
        return count
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
