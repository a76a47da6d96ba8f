/// What is wrong with an expression, and where.
public struct ExpressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What, and what to do: "there is nothing called 'amont'; did you mean 'amount'?".
    public let problem: String
    /// From 1.
    public let line: Int
    /// In characters (Unicode scalars), from 1.
    public let column: Int
    /// The line in question, cut to what fits a terminal, and one with carets under the place.
    public let excerpt: String
    /// Whether a bound was passed, rather than a rule of the language broken.
    public let isLimit: Bool

    /// - Parameters:
    ///   - text: the whole expression.
    ///   - place: the bytes that are to blame.
    init(_ problem: String, in text: [UInt8], at place: Range<Int>, isLimit: Bool = false) {
        self.problem = problem
        self.isLimit = isLimit
        let start = min(place.lowerBound, text.count)
        let lineStart = text[..<start].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let lineEnd = text[start...].firstIndex(of: 0x0A) ?? text.count
        line = 1 + text[..<start].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        let before = Array(String(decoding: text[lineStart..<start], as: UTF8.self).unicodeScalars)
        column = before.count + 1
        let end = max(start, min(place.upperBound, lineEnd))
        let marked = String(decoding: text[start..<end], as: UTF8.self).unicodeScalars.count
        let rest = Array(String(decoding: text[start..<lineEnd], as: UTF8.self).unicodeScalars)
        // A long line shows what is around the place.
        let shownBefore = before.suffix(Self.contextMax)
        let shownRest = rest.prefix(Self.contextMax)
        let line = Self.plain(shownBefore) + Self.plain(shownRest)
        let carets = String(repeating: "^", count: max(1, min(marked, shownRest.count)))
        excerpt = "    \(line)\n    \(String(repeating: " ", count: shownBefore.count))\(carets)"
    }

    /// Characters shown before the place, and from it on.
    private static let contextMax = 48

    /// Control characters as spaces: one column each.
    private static func plain(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        for scalar in scalars { text.append(scalar.value < 0x20 ? " " : scalar) }
        return String(text)
    }

    /// "line 1, column 5: …" and the excerpt.
    public var description: String { "line \(line), column \(column): \(problem)\n\(excerpt)" }
}
