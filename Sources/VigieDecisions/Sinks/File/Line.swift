import VigieCrypto

/// One line of a file log: `{"seq":…,"prev":"…","hash":"…","record":{…},"features":…}`.
enum Line {
    private static let middle = Array("\",\"record\":".utf8)
    private static let sideKey = Array(",\"features\":".utf8)

    /// Appends a line.
    /// - Returns: where the chain ends then.
    static func append(
        _ record: ArraySlice<UInt8>, side: ArraySlice<UInt8>, after end: ChainEnd,
        to bytes: inout [UInt8]
    ) -> ChainEnd {
        let next = record.withUnsafeBytes { end.appending($0.bytes) }
        bytes += Array("{\"seq\":\(next.sequence),\"prev\":\"".utf8)
        bytes += Array(end.hash.utf8)
        bytes += Array("\",\"hash\":\"".utf8)
        bytes += Array(next.hash.utf8)
        bytes += middle
        bytes += record
        bytes += sideKey
        bytes += side
        bytes += [UInt8(ascii: "}"), UInt8(ascii: "\n")]
        return next
    }

    /// Reads a line without its end; nil when it is none.
    static func parse(_ line: ArraySlice<UInt8>, place: String) -> StoredRecord? {
        var rest = line
        guard skip("{\"seq\":", &rest), let seq = digits(&rest), skip(",\"prev\":\"", &rest)
        else { return nil }
        let prev = String(decoding: rest.prefix(64), as: UTF8.self)
        rest = rest.dropFirst(64)
        guard skip("\",\"hash\":\"", &rest) else { return nil }
        let hash = String(decoding: rest.prefix(64), as: UTF8.self)
        rest = rest.dropFirst(64)
        guard skip("\",\"record\":", &rest), let end = objectEnd(rest) else { return nil }
        let record = rest[rest.startIndex..<end]
        rest = rest[end...]
        guard skip(",\"features\":", &rest), rest.last == UInt8(ascii: "}") else { return nil }
        let side = Array(rest.dropLast())
        return StoredRecord(
            chain: "", sequence: seq, previous: prev, hash: hash, record: Array(record),
            side: side == Array("null".utf8) ? nil : side, place: place)
    }

    /// The line without what stands beside its record.
    static func withoutSide(_ line: ArraySlice<UInt8>, _ record: StoredRecord) -> [UInt8] {
        let side = record.side ?? Array("null".utf8)
        return line.dropLast(side.count + 1) + Array("null}".utf8)
    }

    private static func skip(_ text: StaticString, _ rest: inout ArraySlice<UInt8>) -> Bool {
        let matches = text.withUTF8Buffer { rest.starts(with: $0) }
        if matches { rest = rest.dropFirst(text.utf8CodeUnitCount) }
        return matches
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        let digits = rest.prefix { (48...57).contains($0) }
        rest = rest.dropFirst(digits.count)
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    /// Behind the object that `bytes` begins with.
    private static func objectEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        var depth = 0
        var isText = false
        var isEscaped = false
        for index in bytes.indices {
            let byte = bytes[index]
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            default: if depth == 0 { return nil }
            }
        }
        return nil
    }
}
