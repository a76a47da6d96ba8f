/// Reads Universal Binary JSON (ubjson.org, draft 12), which XGBoost writes as `.ubj`: every type,
/// and containers with a count (`#`) or a type and a count (`$`, `#`). Numbers are big-endian.
///
/// Counts are believed only as far as the bytes that are left could bear them out, nesting is
/// bounded, and keys are unique, so that time and memory are bounded by the file's length.
struct UBJSONReader {
    private let bytes: [UInt8]
    private let depthMax: Int
    private var position = 0
    private var depth = 0
    private var keys = UBJSONKeys()
    /// By depth, the members of the object before: the next one is likely to have as many.
    private var lastCounts: [Int]
    private let keepsPacked: Bool

    /// - Parameter keepsPacked: leave arrays of one type as ``JSONValue/packed(_:)``, for whoever
    ///   needs but few of many.
    static func parse(
        _ bytes: [UInt8], depthMax: Int = JSONParser.depthMaxDefault, keepsPacked: Bool = false
    ) throws(JSONError) -> JSONValue {
        var reader = UBJSONReader(
            bytes: bytes, depthMax: depthMax, keepsPacked: keepsPacked)
        let value = try reader.readValue(try reader.readMarker())
        while reader.take("N") {}
        guard reader.position == bytes.count else { throw reader.error("bytes after the value") }
        return value
    }

    private init(bytes: [UInt8], depthMax: Int, keepsPacked: Bool) {
        self.bytes = bytes
        self.depthMax = depthMax
        self.keepsPacked = keepsPacked
        lastCounts = Array(repeating: 0, count: depthMax + 1)
    }

    private typealias Marker = Unicode.Scalar

    /// The next type marker; no-ops ("N") before it are skipped.
    private mutating func readMarker() throws(JSONError) -> Marker {
        while position < bytes.count {
            let marker = Marker(bytes[position])
            position += 1
            if marker != "N" { return marker }
        }
        throw error("the file ends where a value is expected")
    }

    private mutating func take(_ marker: Marker) -> Bool {
        guard position < bytes.count, Marker(bytes[position]) == marker else { return false }
        position += 1
        return true
    }

    private mutating func readValue(_ marker: Marker) throws(JSONError) -> JSONValue {
        switch marker {
        case "Z": return .null
        case "T": return .bool(true)
        case "F": return .bool(false)
        case "S": return .string(try readString())
        case "C":
            guard let byte = try readBytes(1).first, byte < 0x80 else {
                throw error("a character that is not ASCII")
            }
            return .string(String(Character(Marker(byte))))
        case "H":
            let numeral = try readString()
            var reader = JSONReader([UInt8](numeral.utf8), depthMax: 1)
            guard case .number(let value)? = try? reader.readDocument() else {
                throw error("a high-precision number that is none")
            }
            return .number(value)
        case "[": return try readArray()
        case "{": return .object(try readObject())
        default:
            guard let size = Self.numberSize(marker) else {
                throw error("unknown type marker 0x\(String(marker.value, radix: 16))", back: 1)
            }
            guard bytes.count - position >= size else { throw error("the file ends in a number") }
            defer { position += size }
            return .number(packed(marker, 1, at: position).doubles[0])
        }
    }

    private mutating func readArray() throws(JSONError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        let (type, count) = try readHeader()
        if let type, let count, let size = Self.numberSize(type) {
            guard count <= (bytes.count - position) / size else { throw countError(count) }
            guard count > 0 else { return .array([]) }
            let start = position
            position += count * size
            let packed = packed(type, count, at: start)
            return keepsPacked ? .packed(packed) : .numbers(packed.doubles)
        }
        var values: [JSONValue] = []
        var areNumbers = true
        while true {
            if let count {
                if values.count == count { break }
            } else if try endsContainer("]") {
                break
            }
            let value = try readValue(try elementMarker(type))
            if value.double == nil { areNumbers = false }
            values.append(value)
        }
        return areNumbers && !values.isEmpty
            ? .numbers(values.map { $0.double ?? .nan }) : .array(values)
    }

    private mutating func readObject() throws(JSONError) -> JSONObject {
        try enter()
        let start = position
        let (type, count) = try readHeader()
        var members: [(key: String, value: JSONValue)] = []
        members.reserveCapacity(lastCounts[depth])
        defer {
            lastCounts[depth] = members.count
            depth -= 1
        }
        // Keys that have been met before are told apart by their numbers.
        var met: UInt64 = 0
        var areTold = true
        while true {
            if let count {
                if members.count == count { break }
            } else if try endsContainer("}") {
                break
            }
            let length = try readLength()
            guard length <= bytes.count - position else { throw error("the file ends in a string") }
            guard let (key, number) = keys.key(in: bytes, position..<position + length) else {
                position += length
                throw error("a string is not UTF-8", back: length)
            }
            position += length
            if let number, number < UInt64.bitWidth {
                guard met & 1 << UInt64(number) == 0 else {
                    throw error("an object has a key twice", back: position - start)
                }
                met |= 1 << UInt64(number)
            } else {
                areTold = false
            }
            members.append((key, try readValue(try elementMarker(type))))
        }
        if areTold { return JSONObject(distinct: members) }
        guard let object = JSONObject(members) else {
            throw error("an object has a key twice", back: position - start)
        }
        return object
    }

    /// A container's own type, or the one before the element.
    private mutating func elementMarker(_ type: Marker?) throws(JSONError) -> Marker {
        if let type { return type }
        return try readMarker()
    }

    /// In a container without a count: takes its end, if that is what comes next.
    private mutating func endsContainer(_ end: Marker) throws(JSONError) -> Bool {
        while take("N") {}
        guard position < bytes.count else { throw error("the file ends in a container") }
        return take(end)
    }

    private mutating func enter() throws(JSONError) {
        guard depth < depthMax else { throw error("nested deeper than \(depthMax) levels") }
        depth += 1
    }

    /// A container's optional type and count.
    private mutating func readHeader() throws(JSONError) -> (type: Marker?, count: Int?) {
        var type: Marker?
        if take("$") {
            guard position < bytes.count else { throw error("the file ends in a container") }
            type = Marker(bytes[position])
            position += 1
            guard position < bytes.count, Marker(bytes[position]) == "#" else {
                throw error("a container with a type has no count")
            }
        }
        guard take("#") else { return (type, nil) }
        let count = try readLength()
        // Every element and every key takes a byte at least; values of no bytes (null, true) in
        // typed containers are held to the same.
        guard count <= bytes.count - position else { throw countError(count) }
        return (type, count)
    }

    /// A count or length: any of the integer types, not negative.
    @inline(__always)
    private mutating func readLength() throws(JSONError) -> Int {
        // Eight bytes are what XGBoost writes, whatever the length.
        if bytes.count - position > 8, bytes[position] == UInt8(ascii: "L") {
            let bits = bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: position + 1, as: UInt64.self)
            }
            if let length = Int(exactly: UInt64(bigEndian: bits)) {
                position += 9
                return length
            }
        }
        return try readAnyLength()
    }

    private mutating func readAnyLength() throws(JSONError) -> Int {
        let marker = try readMarker()
        guard marker != "d", marker != "D", let size = Self.numberSize(marker),
            bytes.count - position >= size
        else { throw error("expected a length") }
        var bits: UInt64 = 0
        for index in position..<position + size { bits = bits << 8 | UInt64(bytes[index]) }
        let length =
            marker == "U"
            ? Int64(bits) : Int64(bitPattern: bits << (64 - 8 * size)) >> (64 - 8 * size)
        guard length >= 0 else { throw error("a negative length") }
        position += size
        return Int(length)
    }

    /// Strings that are no longer than that take no memory of their own.
    private static let shortMax = 15

    private mutating func readString() throws(JSONError) -> String {
        let length = try readLength()
        if length <= Self.shortMax, length <= bytes.count - position {
            let end = position + length
            var all: UInt8 = 0
            for index in position..<end { all |= bytes[index] }
            if all < 0x80 {
                defer { position = end }
                return String(unsafeUninitializedCapacity: length) { text in
                    for index in 0..<length { text[index] = bytes[position + index] }
                    return length
                }
            }
        }
        guard let text = String(validating: try readBytes(length), as: UTF8.self) else {
            throw error("a string is not UTF-8", back: length)
        }
        return text
    }

    private mutating func readBytes(_ count: Int) throws(JSONError) -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw error("the file ends in a string") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private static func numberSize(_ marker: Marker) -> Int? {
        PackedNumbers.Kind(rawValue: UInt8(truncatingIfNeeded: marker.value))?.byteCount
    }

    /// So many numbers of a type, whose bytes are known to be there.
    private func packed(_ marker: Marker, _ count: Int, at offset: Int) -> PackedNumbers {
        let kind = PackedNumbers.Kind(rawValue: UInt8(truncatingIfNeeded: marker.value))
        return PackedNumbers(bytes, at: offset, count: count, kind ?? .float64)
    }

    private func countError(_ count: Int) -> JSONError {
        error("a container of \(count) elements, more than the file has bytes for")
    }

    private func error(_ message: String, back: Int = 0) -> JSONError {
        JSONError(message, offset: position - back)
    }
}
