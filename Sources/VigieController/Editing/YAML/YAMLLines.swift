import VigieEngine
import Yams

/// The lines of a YAML file, some of which change while all others stay as they are.
struct YAMLLines {
    private(set) var lines: [String]
    /// What lines end with before the line feed.
    private let ending: String

    init(_ text: String) {
        lines = text.unicodeScalars
            .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        ending = lines.first?.unicodeScalars.last == "\r" ? "\r" : ""
    }

    var text: String { lines.joined(separator: "\n") }

    /// The lines of the document in which a line stands, without the marks around it.
    func document(around line: Int) -> Range<Int> {
        var (start, end) = (min(line, lines.count), min(line, lines.count))
        while start > 0, !Self.isBorder(lines[start - 1]) { start -= 1 }
        while end < lines.count, !Self.isBorder(lines[end]) { end += 1 }
        // The end of the last line is no line of its own.
        if end == lines.count, end > start, lines[end - 1].isEmpty { end -= 1 }
        return start..<end
    }

    /// `---` or `...`: at a line's beginning they are never part of a value (YAML 1.2, rule 206).
    static func isBorder(_ line: String) -> Bool {
        (line.hasPrefix("---") || line.hasPrefix("..."))
            && (line.unicodeScalars.dropFirst(3).first?.properties.isWhitespace ?? true)
    }

    mutating func replace(_ range: Range<Int>, with text: String) {
        lines.replaceSubrange(range, with: Self.lines(of: text).map { $0 + ending })
    }

    private static func lines(of text: String) -> [String] {
        var lines = text.unicodeScalars
            .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// The lines of an entry of a block mapping.
    /// - Parameter next: where the next entry's key stands; nil for the last one.
    /// - Returns: nil for a key that does not begin its line.
    func entry(_ key: Mark, next: Mark?) -> Range<Int>? {
        let (start, indent) = (key.line - 1, key.column - 1)
        guard lines.indices.contains(start), Self.indent(lines[start]) == indent else { return nil }
        var end = start + 1
        let limit = min(next.map { $0.line - 1 } ?? lines.count, lines.count)
        for index in stride(from: end, to: limit, by: 1) {
            let line = lines[index]
            let content = line.drop { $0.isWhitespace }
            if content.isEmpty || content.first == "#" { continue }
            if Self.isBorder(line) { break }
            let own = Self.indent(line)
            let closes = own == indent && content.first.map { "-]}".contains($0) } == true
            guard own > indent || closes else { break }
            end = index + 1
        }
        return start..<end
    }

    /// What stands behind a value of one line: " # why".
    func comment(behind value: Mark) -> String {
        guard lines.indices.contains(value.line - 1) else { return "" }
        var rest = lines[value.line - 1].unicodeScalars.dropFirst(value.column - 1)
        if let quote = rest.first, quote == "\"" || quote == "'" {
            rest = rest.dropFirst().drop { $0 != quote }.dropFirst()
        }
        var last: Unicode.Scalar = "x"
        while let scalar = rest.first {
            if scalar == "#", last == " " || last == "\t" {
                return "  " + String(rest.filter { $0 != "\r" })
            }
            last = scalar
            rest = rest.dropFirst()
        }
        return ""
    }

    private static func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }
}
