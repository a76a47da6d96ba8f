/// A value in a JSON line of the log.
package enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    /// ECS wants some of its fields as lists.
    case list([String])

    package var json: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to bytes: inout [UInt8]) {
        switch self {
        case .integer(let number): bytes += String(number).utf8
        case .text(let text): Self.append(text, to: &bytes)
        case .list(let texts):
            bytes.append(UInt8(ascii: "["))
            for (index, text) in texts.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(text, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }

    /// A JSON string (RFC 8259 §7), byte by byte: what is not to be escaped is UTF-8 already.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\r"): bytes += "\\r".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case 0..<0x20, 0x7F: bytes += "\\u\(Hex.text(UInt64(byte), digits: 4))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
