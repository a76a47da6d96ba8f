/// A strict reader of the XML that S3 servers answer with: elements and text, one event a call.
///
/// Attributes are skipped. What an answer of S3 never has is refused: document types, and so entities
/// of one's own; processing instructions but the declaration; CDATA; comments.
struct XMLPullParser {
    enum Event: Equatable {
        /// The name without a prefix.
        case start(String)
        case text(String)
        case end(String)
    }

    struct Failure: Error, CustomStringConvertible {
        let offset: Int
        let problem: String
        var description: String { "no XML of S3's at byte \(offset): \(problem)" }
    }

    /// Elements within elements: S3's answers need 5.
    static let depthMax = 16
    /// Bytes of a name.
    static let nameBytesMax = 128

    private let bytes: [UInt8]
    private var offset = 0
    private var open: [String] = []
    private var hasEnded = false
    /// The end of an element that was written as `<a/>`.
    private var pendingEnd = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next event; nil at the document's end.
    mutating func next() throws(Failure) -> Event? {
        if pendingEnd {
            pendingEnd = false
            return .end(try close())
        }
        while true {
            if open.isEmpty { skipSpace() }
            guard offset < bytes.count else {
                guard hasEnded, open.isEmpty else { throw failure("it ends too early") }
                return nil
            }
            guard bytes[offset] == UInt8(ascii: "<") else {
                guard !open.isEmpty else { throw failure("there is text outside of all elements") }
                return .text(try text())
            }
            if starts(with: "<?xml ") && offset == 0 {
                try skip(past: "?>")
            } else if starts(with: "</") {
                return .end(try endTag())
            } else {
                return .start(try startTag())
            }
        }
    }

    // MARK: Tags

    private mutating func startTag() throws(Failure) -> String {
        guard !hasEnded else { throw failure("there is a second document") }
        offset += 1
        let name = try name()
        guard open.count < Self.depthMax else { throw failure("elements are nested too deep") }
        open.append(name)
        while true {
            skipSpace()
            guard offset < bytes.count else { throw failure("it ends within a tag") }
            switch bytes[offset] {
            case UInt8(ascii: ">"):
                offset += 1
                return name
            case UInt8(ascii: "/"):
                guard starts(with: "/>") else { throw failure("a '/' within a tag") }
                offset += 2
                pendingEnd = true
                return name
            default: try skipAttribute()
            }
        }
    }

    private mutating func endTag() throws(Failure) -> String {
        offset += 2
        let name = try name()
        skipSpace()
        guard starts(with: ">") else { throw failure("an end tag that does not end") }
        offset += 1
        guard open.last == name else { throw failure("'\(name)' ends and was not open") }
        return try close()
    }

    private mutating func close() throws(Failure) -> String {
        guard let name = open.popLast() else { throw failure("an end without a start") }
        if open.isEmpty { hasEnded = true }
        return name
    }

    private mutating func skipAttribute() throws(Failure) {
        _ = try name()
        skipSpace()
        guard starts(with: "=") else { throw failure("an attribute without a value") }
        offset += 1
        skipSpace()
        guard offset < bytes.count,
            bytes[offset] == UInt8(ascii: "\"") || bytes[offset] == UInt8(ascii: "'")
        else { throw failure("an attribute's value without quotes") }
        let quote = bytes[offset]
        offset += 1
        guard let end = bytes[offset...].firstIndex(of: quote) else {
            throw failure("an attribute's value without an end")
        }
        offset = end + 1
    }

    private mutating func name() throws(Failure) -> String {
        let start = offset
        while offset < bytes.count, Self.isNamePart(bytes[offset]) { offset += 1 }
        guard offset > start, offset - start <= Self.nameBytesMax else {
            throw failure("a name is missing or too long")
        }
        let name = bytes[start..<offset]
        let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[(name.index(after: $0))...] }
        return String(decoding: local ?? name, as: UTF8.self)
    }

    // MARK: Text

    private mutating func text() throws(Failure) -> String {
        var text: [UInt8] = []
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "<") {
            if bytes[offset] == UInt8(ascii: "&") {
                text += try reference()
            } else {
                text.append(bytes[offset])
                offset += 1
            }
        }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw failure("text that is no UTF-8")
        }
        return string
    }

    /// One of the five entities that need no definition, or a character by number.
    private mutating func reference() throws(Failure) -> [UInt8] {
        let start = offset + 1
        guard let end = bytes[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
            throw failure("a '&' that begins no reference")
        }
        let name = String(decoding: bytes[start..<end], as: UTF8.self)
        offset = end + 1
        switch name {
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "amp": return [UInt8(ascii: "&")]
        case "quot": return [UInt8(ascii: "\"")]
        case "apos": return [UInt8(ascii: "'")]
        default:
            let number =
                name.hasPrefix("#x")
                ? UInt32(name.dropFirst(2), radix: 16)
                : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
            guard let number, let scalar = Unicode.Scalar(number), number > 0 else {
                throw failure("an unknown reference '&\(name);'")
            }
            return Array(String(Character(scalar)).utf8)
        }
    }

    // MARK: Helpers

    private func failure(_ problem: String) -> Failure { Failure(offset: offset, problem: problem) }

    private func starts(with text: StaticString) -> Bool {
        let end = offset + text.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        return bytes[offset..<end].elementsEqual(text.description.utf8)
    }

    private mutating func skip(past text: StaticString) throws(Failure) {
        while offset < bytes.count {
            if starts(with: text) {
                offset += text.utf8CodeUnitCount
                return
            }
            offset += 1
        }
        throw failure("a '\(text)' is missing")
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) { offset += 1 }
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
