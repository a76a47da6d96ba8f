extension JSONReader {
    /// Reads from the opening quotation mark to the closing one.
    mutating func readString() throws(JSONError) -> String {
        let start = position
        position += 1
        let plainStart = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return try text(bytes[plainStart..<position], from: start)
            case UInt8(ascii: "\\"):
                return try readEscaped(from: start, after: plainStart)
            case 0..<0x20:
                throw error("a control character in a string")
            default: position += 1
            }
        }
        throw error("a string without end", at: start)
    }

    private mutating func readEscaped(from start: Int, after plainStart: Int) throws(JSONError)
        -> String
    {
        var decoded = [UInt8](bytes[plainStart..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return try text(decoded[...], from: start)
            case UInt8(ascii: "\\"):
                position += 1
                try readEscape(into: &decoded)
            case 0..<0x20:
                throw error("a control character in a string")
            default:
                decoded.append(byte)
                position += 1
            }
        }
        throw error("a string without end", at: start)
    }

    private mutating func readEscape(into decoded: inout [UInt8]) throws(JSONError) {
        guard position < bytes.count else { throw error("a string without end") }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(letter)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded.append(contentsOf: String(try readScalar()).utf8)
        default: throw error("unknown escape in a string", at: position - 1)
        }
    }

    /// The hexadecimal digits after `\u`, and the other half of a surrogate pair.
    private mutating func readScalar() throws(JSONError) -> Character {
        let start = position
        var code = try readHexadecimal()
        if code >= 0xD800, code < 0xDC00, take(word: "\\u") {
            let low = try readHexadecimal()
            guard low >= 0xDC00, low < 0xE000 else {
                throw error("half a surrogate pair in a string", at: start)
            }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw error("half a surrogate pair in a string", at: start)
        }
        return Character(scalar)
    }

    private mutating func readHexadecimal() throws(JSONError) -> UInt32 {
        guard bytes.count - position >= 4 else { throw error("expected four hexadecimal digits") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw error("expected four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private func text(_ bytes: ArraySlice<UInt8>, from start: Int) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw error("a string is not UTF-8", at: start)
        }
        return text
    }
}
