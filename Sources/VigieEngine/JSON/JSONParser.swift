/// Reads JSON as RFC 8259 has it, and strictly: one value, valid UTF-8, no comments, no trailing
/// commas, no key twice. One addition: `NaN`, `Infinity` and `-Infinity` are numbers, as XGBoost
/// and Python's `json` write them.
///
/// Time and memory are bounded by the text's length; nesting by `depthMax`.
public enum JSONParser {
    /// Arrays and objects within each other; no model file of the mission needs more than 12.
    public static let depthMaxDefault = 64

    /// Reads the one value that the bytes hold.
    public static func parse(
        _ bytes: [UInt8], depthMax: Int = depthMaxDefault
    ) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes, depthMax: depthMax)
        return try reader.readDocument()
    }

    /// As ``parse(_:depthMax:)`` of an array, into which it copies the bytes first.
    public static func parse(
        _ bytes: RawSpan, depthMax: Int = depthMaxDefault
    ) throws(JSONError) -> JSONValue {
        try parse(bytes.withUnsafeBytes { [UInt8]($0) }, depthMax: depthMax)
    }

    /// As ``parse(_:depthMax:)`` of the text's UTF-8.
    public static func parse(
        _ text: String, depthMax: Int = depthMaxDefault
    ) throws(JSONError) -> JSONValue {
        try parse([UInt8](text.utf8), depthMax: depthMax)
    }
}

/// The parser's place in a text.
struct JSONReader {
    let bytes: [UInt8]
    let depthMax: Int
    var position = 0
    private var depth = 0

    init(_ bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    mutating func readDocument() throws(JSONError) -> JSONValue {
        let value = try readValue()
        skipSpace()
        guard position == bytes.count else { throw error("text after the value") }
        return value
    }

    private mutating func readValue() throws(JSONError) -> JSONValue {
        skipSpace()
        guard position < bytes.count else { throw error("the text ends where a value is expected") }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            return try nested { (reader) throws(JSONError) in try reader.readObject() }
        case UInt8(ascii: "["):
            return try nested { (reader) throws(JSONError) in try reader.readArray() }
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: return .number(try readNumber())
        }
    }

    private mutating func nested(
        _ read: (inout JSONReader) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        guard depth < depthMax else { throw error("nested deeper than \(depthMax) levels") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return try read(&self)
    }

    private mutating func readArray() throws(JSONError) -> JSONValue {
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        var numbers: [Double] = []
        while startsNumber {
            numbers.append(try readNumber())
            if try endsArray() { return .numbers(numbers) }
        }
        var values = numbers.map { JSONValue.number($0) }
        repeat { values.append(try readValue()) } while try !endsArray()
        return .array(values)
    }

    /// Whether the next byte can begin nothing but a number.
    private var startsNumber: Bool {
        guard position < bytes.count else { return false }
        switch bytes[position] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"),
            UInt8(ascii: "I"):
            return true
        default: return false
        }
    }

    /// After an element: takes "]" (true) or "," and the space after it (false).
    private mutating func endsArray() throws(JSONError) -> Bool {
        skipSpace()
        if take(UInt8(ascii: "]")) { return true }
        guard take(UInt8(ascii: ",")) else { throw error("expected ',' or ']'") }
        skipSpace()
        return false
    }

    private mutating func readObject() throws(JSONError) -> JSONValue {
        let start = position
        var members: [(key: String, value: JSONValue)] = []
        skipSpace()
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                    throw error("expected a key in quotation marks")
                }
                let key = try readString()
                skipSpace()
                guard take(UInt8(ascii: ":")) else { throw error("expected ':'") }
                members.append((key, try readValue()))
                skipSpace()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw error("expected ',' or '}'") }
        }
        guard let object = JSONObject(members) else {
            throw error("an object has a key twice", at: start - 1)
        }
        return .object(object)
    }

    private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONError)
        -> JSONValue
    {
        guard take(word: word) else { throw error("unknown word") }
        return value
    }

    mutating func take(word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        let matches = word.withUTF8Buffer { letters in
            (0..<count).allSatisfy { letters[$0] == bytes[position + $0] }
        }
        if matches { position += count }
        return matches
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// An error here, or at another place; line and column are counted only now.
    func error(_ message: String, at offset: Int? = nil) -> JSONError {
        let offset = min(offset ?? position, bytes.count)
        var line = 1
        var lineStart = 0
        for index in 0..<offset where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONError(message, line: line, column: offset - lineStart + 1, offset: offset)
    }
}
