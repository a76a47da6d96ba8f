/// The normal form of names, by which they are compared: decomposed (NFKD), case-folded, without
/// marks and invisible characters, punctuation and symbols as spaces, single spaces between words and
/// none at the ends. "José  O'Brien-Müller" is "jose o brien muller".
///
/// Each character is mapped by a table of its own (`NameFolding+Table.swift`), of one version of
/// Unicode, so that the normal form of a name does not change with the compiler. Words keep their
/// order; letters that do not decompose ("ø", "ł") and other scripts stay.
public struct NameFolding: Sendable {
    /// What a run of characters becomes.
    private enum Target {
        /// All of them the same text.
        case text(start: Int, end: Int)
        /// One after the other, from this one on.
        case sequence(UInt32)
    }

    /// By run, ascending.
    private let firsts: [UInt32]
    private let lasts: [UInt32]
    private let targets: [Target]
    /// UTF-8 of all texts of runs.
    private let texts: [UInt8]

    /// Read from the table once.
    public static let shared = NameFolding()

    private init() {
        var firsts: [UInt32] = []
        var lasts: [UInt32] = []
        var targets: [Target] = []
        var texts: [UInt8] = []
        let table = Self.table.withUTF8Buffer { [UInt8]($0) }
        for entry in table.split(separator: UInt8(ascii: ";")) {
            let isSign: (UInt8) -> Bool = { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ">") }
            guard let sign = entry.firstIndex(where: isSign) else { continue }
            let span = entry[..<sign].split(separator: UInt8(ascii: "-")).map(Self.code)
            guard let first = span.first, let last = span.last else { continue }
            let text = entry[(sign + 1)...]
            firsts.append(first)
            lasts.append(last)
            if entry[sign] == UInt8(ascii: ">") {
                targets.append(.sequence(Self.code(text)))
            } else {
                let start = texts.count
                texts += text.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: " ") : $0 }
                targets.append(.text(start: start, end: texts.count))
            }
        }
        self.firsts = firsts
        self.lasts = lasts
        self.targets = targets
        self.texts = texts
    }

    private static func code(_ digits: ArraySlice<UInt8>) -> UInt32 {
        digits.reduce(0) { code, digit in
            code << 4 | UInt32(digit >= UInt8(ascii: "A") ? digit - 55 : digit - 48)
        }
    }

    /// The normal form of a name.
    public func fold(_ name: String) -> String {
        var bytes: [UInt8] = []
        fold(name.utf8Span.span, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the normal form of a name in UTF-8; bytes that are no UTF-8 count as spaces. Allocates
    /// nothing but room in `result`.
    func fold(_ name: Span<UInt8>, into result: inout [UInt8]) {
        let start = result.count
        var position = 0
        while position < name.count {
            let byte = name[position]
            if byte < 0x80 {
                position += 1
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    result.append(byte)
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): result.append(byte | 0x20)
                case 0..<0x09, 0x0E..<0x20, 0x7F: break
                default: space(&result, after: start)
                }
            } else if let (code, length) = Self.decode(name, position) {
                position += length
                append(code, to: &result, after: start)
            } else {
                position += 1
                space(&result, after: start)
            }
        }
        if result.count > start, result[result.count - 1] == 0x20 { result.removeLast() }
    }

    /// A space, unless there is one or nothing before it.
    private func space(_ result: inout [UInt8], after start: Int) {
        if result.count > start, result[result.count - 1] != 0x20 { result.append(0x20) }
    }

    private func append(_ code: UInt32, to result: inout [UInt8], after start: Int) {
        if code >= 0xAC00, code <= 0xD7A3 {
            // A Hangul syllable is two or three letters (Unicode, section 3.12).
            let index = code - 0xAC00
            encode(0x1100 + index / 588, &result)
            encode(0x1161 + index % 588 / 28, &result)
            if index % 28 > 0 { encode(0x11A7 + index % 28, &result) }
            return
        }
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = (low + high) / 2
            if firsts[middle] <= code { low = middle + 1 } else { high = middle }
        }
        guard low > 0, code <= lasts[low - 1] else { return encode(code, &result) }
        switch targets[low - 1] {
        case .sequence(let first): encode(first + code - firsts[low - 1], &result)
        case .text(let textStart, let textEnd):
            for index in textStart..<textEnd {
                let byte = texts[index]
                if byte == 0x20 { space(&result, after: start) } else { result.append(byte) }
            }
        }
    }

    private func encode(_ code: UInt32, _ result: inout [UInt8]) {
        switch code {
        case 0..<0x80: result.append(UInt8(code))
        case 0..<0x800:
            result.append(UInt8(0xC0 | code >> 6))
            result.append(UInt8(0x80 | code & 0x3F))
        case 0..<0x10000:
            result.append(UInt8(0xE0 | code >> 12))
            result.append(UInt8(0x80 | code >> 6 & 0x3F))
            result.append(UInt8(0x80 | code & 0x3F))
        default:
            result.append(UInt8(truncatingIfNeeded: 0xF0 | code >> 18))
            result.append(UInt8(0x80 | code >> 12 & 0x3F))
            result.append(UInt8(0x80 | code >> 6 & 0x3F))
            result.append(UInt8(0x80 | code & 0x3F))
        }
    }

    /// The character at a place and its bytes; nil when they are no UTF-8 (RFC 3629 §4).
    private static func decode(_ text: Span<UInt8>, _ position: Int) -> (UInt32, Int)? {
        let lead = text[position]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard lead >= 0xC2, lead <= 0xF4, position + length <= text.count else { return nil }
        var code = UInt32(lead) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
        for offset in 1..<length {
            let byte = text[position + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            code = code << 6 | UInt32(byte & 0x3F)
        }
        let isShortest = length == 2 || code >= (length == 3 ? 0x800 : 0x10000)
        guard isShortest, code <= 0x10FFFF, code < 0xD800 || code > 0xDFFF else { return nil }
        return (code, length)
    }
}
