/// A text in a ``TextArena``; a missing one begins before 0.
struct TextRange: BitwiseCopyable {
    var start: Int32
    var end: Int32

    static let missing = TextRange(start: -1, end: -1)
    var isMissing: Bool { start < 0 }
    var bounds: Range<Int> { Int(start)..<Int(end) }
}

/// The bytes of all texts that one row's evaluation touches, used again row by row.
struct TextArena {
    private(set) var bytes: [UInt8] = []
    private var constantsEnd = 0
    /// Whether a row's texts were more than ``ExpressionLimits/rowTextBytesMax``: what was computed
    /// from them counts for nothing.
    private(set) var isFull = false

    /// Takes a text that stays.
    mutating func addConstant(_ text: String) -> TextRange {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        constantsEnd = bytes.count
        return TextRange(start: Int32(clamping: start), end: Int32(clamping: bytes.count))
    }

    /// Forgets all texts but the constants.
    mutating func beginRow() {
        if bytes.count > constantsEnd { bytes.removeSubrange(constantsEnd...) }
        isFull = false
    }

    mutating func append(_ text: Span<UInt8>) -> TextRange {
        append(text.bytes)
    }

    mutating func append(_ text: [UInt8]) -> TextRange { append(text.span.bytes) }

    mutating func append(_ text: RawSpan) -> TextRange {
        let start = bytes.count
        guard hasRoom(text.byteCount) else { return .missing }
        text.withUnsafeBytes { bytes.append(contentsOf: $0) }
        return TextRange(start: Int32(clamping: start), end: Int32(clamping: bytes.count))
    }

    /// Calls `body` with the bytes of a text that is not missing.
    @inline(__always)
    func withText<Result>(_ range: TextRange, _ body: (Span<UInt8>) -> Result) -> Result {
        body(bytes.span.extracting(range.bounds))
    }

    func equal(_ a: TextRange, _ b: TextRange) -> Bool {
        guard a.end - a.start == b.end - b.start else { return false }
        return hasPrefix(a, b)
    }

    func hasPrefix(_ text: TextRange, _ prefix: TextRange) -> Bool {
        matches(text, at: 0, prefix)
    }

    func hasSuffix(_ text: TextRange, _ suffix: TextRange) -> Bool {
        matches(text, at: text.bounds.count - suffix.bounds.count, suffix)
    }

    /// Whether `part` lies in `text` from `offset` on.
    private func matches(_ text: TextRange, at offset: Int, _ part: TextRange) -> Bool {
        let count = part.bounds.count
        guard offset >= 0, offset + count <= text.bounds.count else { return false }
        let start = Int(text.start) + offset
        for index in 0..<count where bytes[start + index] != bytes[Int(part.start) + index] {
            return false
        }
        return true
    }

    /// Time grows with the product of the lengths, which ``ExpressionLimits/valueBytesMax`` bounds.
    func contains(_ text: TextRange, _ part: TextRange) -> Bool {
        let last = text.bounds.count - part.bounds.count
        guard last >= 0 else { return false }
        for offset in 0...last where matches(text, at: offset, part) { return true }
        return false
    }

    /// By bytes, which for UTF-8 is the order of the characters' code points.
    func less(_ a: TextRange, _ b: TextRange) -> Bool {
        let common = min(a.bounds.count, b.bounds.count)
        for index in 0..<common {
            let x = bytes[Int(a.start) + index]
            let y = bytes[Int(b.start) + index]
            if x != y { return x < y }
        }
        return a.bounds.count < b.bounds.count
    }

    /// Unicode scalars; bytes that are not UTF-8 count by their lead.
    func length(_ text: TextRange) -> Int {
        var count = 0
        for index in text.bounds where bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// Another text, in lower or upper case: ASCII letters by themselves, others as Unicode's full
    /// mapping has them, without regard to language or neighbours.
    mutating func changeCase(_ text: TextRange, isLower: Bool) -> TextRange {
        let start = bytes.count
        // Case mapping makes a text at most three times as long.
        guard hasRoom(3 * text.bounds.count) else { return .missing }
        if isASCII(text) {
            for index in text.bounds {
                let byte = bytes[index]
                let isLetter = (byte & 0xDF) &- UInt8(ascii: "A") < 26
                bytes.append(isLetter ? (isLower ? byte | 0x20 : byte & 0xDF) : byte)
            }
        } else {
            let source = String(decoding: bytes[text.bounds], as: UTF8.self)
            for scalar in source.unicodeScalars {
                let properties = scalar.properties
                let mapped =
                    isLower ? properties.lowercaseMapping : properties.uppercaseMapping
                bytes.append(contentsOf: mapped.utf8)
            }
        }
        return TextRange(start: Int32(clamping: start), end: Int32(clamping: bytes.count))
    }

    private mutating func hasRoom(_ count: Int) -> Bool {
        guard bytes.count - constantsEnd + count <= ExpressionLimits.rowTextBytesMax else {
            isFull = true
            return false
        }
        return true
    }

    private func isASCII(_ text: TextRange) -> Bool {
        for index in text.bounds where bytes[index] >= 0x80 { return false }
        return true
    }
}
