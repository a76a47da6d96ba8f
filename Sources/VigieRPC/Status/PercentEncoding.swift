/// `grpc-message`'s encoding: UTF-8 with everything outside 0x20 … 0x7E, and `%`, as `%XX`
/// (grpc/grpc doc/PROTOCOL-HTTP2.md).
package enum PercentEncoding {
    ///
    /// - Parameter limit: most bytes of the result; what is longer ends with "...".
    package static func encode(_ text: String, limit: Int = .max) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(min(text.utf8.count, limit))
        // Where it can be cut: not within a character, nor within an escape.
        var cut = 0
        for scalar in text.unicodeScalars {
            if encoded.count <= limit - 3 { cut = encoded.count }
            for byte in UTF8.encode(scalar).unsafelyUnwrapped {
                if byte >= 0x20, byte <= 0x7E, byte != UInt8(ascii: "%") {
                    encoded.append(byte)
                } else {
                    encoded.append(UInt8(ascii: "%"))
                    encoded.append(digit(byte >> 4))
                    encoded.append(digit(byte & 0xF))
                }
            }
            if encoded.count > limit { return encoded[..<cut] + Array("...".utf8) }
        }
        // Allowed within, but HTTP fields do not begin or end with a space (RFC 9113 §8.2.1).
        let escaped = Array("%20".utf8)
        if encoded.last == 0x20 { encoded = encoded.dropLast() + escaped }
        if encoded.first == 0x20 { encoded = escaped + encoded.dropFirst() }
        return encoded
    }

    /// Never fails, as the protocol asks: what is not a valid escape stays as it is, and bytes that
    /// are not UTF-8 become U+FFFD.
    package static func decode(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
                let high = value(bytes[position + 1]), let low = value(bytes[position + 2])
            {
                decoded.append(high << 4 | low)
                position += 3
            } else {
                decoded.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
