/// JSON as bytes, members in the order in which they are added: the canonical form of a record is
/// what this writes.
struct JSONBytes {
    var bytes: [UInt8] = []
    private var needsComma = false

    var count: Int { bytes.count }

    mutating func open(_ bracket: Unicode.Scalar) {
        comma()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    mutating func key(_ name: StaticString) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func string(_ text: String) { string(Array(text.utf8)[...]) }

    mutating func string(_ text: ArraySlice<UInt8>) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20, 0x7F:
                bytes += Array("\\u00".utf8)
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Text that may be no UTF-8, which becomes U+FFFD.
    mutating func text(_ bytes: ArraySlice<UInt8>) {
        string(String(decoding: bytes, as: UTF8.self))
    }

    mutating func hex(_ data: some Sequence<UInt8>) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        for byte in data {
            bytes.append(Self.digits[Int(byte >> 4)])
            bytes.append(Self.digits[Int(byte & 15)])
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// The shortest text that reads as the same number; what JSON has none for is a string.
    mutating func number(_ value: Double) {
        guard value.isFinite else {
            return string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
        }
        comma()
        if value == value.rounded(.towardZero), abs(value) < 0x1p53,
            value != 0 || value.sign == .plus
        {
            bytes += Array(String(Int(value)).utf8)
        } else {
            bytes += Array(value.description.utf8)
        }
        needsComma = true
    }

    /// A whole number; one beyond 2^53, which readers of JSON may round, is a string.
    mutating func integer(_ value: some FixedWidthInteger) {
        guard value.magnitude < 1 << 53 else { return string(String(value)) }
        comma()
        bytes += Array(String(value).utf8)
        needsComma = true
    }

    mutating func bool(_ value: Bool) { word(value ? "true" : "false") }
    mutating func null() { word("null") }

    private mutating func word(_ word: StaticString) {
        comma()
        word.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    /// A value of its own follows, as after a line's end.
    mutating func restart() { needsComma = false }

    private static let digits = Array("0123456789abcdef".utf8)
}
