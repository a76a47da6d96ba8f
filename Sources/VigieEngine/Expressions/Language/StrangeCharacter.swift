/// A character that is no part of the language: what to say of it, and what it may have been meant
/// to be. Expressions come out of e-mails, spreadsheets and word processors.
enum StrangeCharacter {
    private static let written: [Unicode.Scalar: String] = [
        "≥": ">=", "≤": "<=", "≠": "!=", "–": "-", "—": "-", "−": "-", "×": "*", "÷": "/",
        "∧": "and", "∨": "or", "¬": "not", "∈": "in", "…": "..",
    ]
    private static let quotes: Set<Unicode.Scalar> = ["‘", "’", "‚", "“", "”", "„", "«", "»", "´"]

    static func problem(_ scalar: Unicode.Scalar) -> String {
        if let word = written[scalar] { return "'\(scalar)' is written '\(word)'" }
        if quotes.contains(scalar) { return "a text stands between ' or \", not \(scalar)" }
        if scalar == "^" { return "a power is written 'pow(x, y)'" }
        if scalar == "." { return "a number has digits on both sides of its point, as 0.5" }
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator:
            let code = String(scalar.value, radix: 16, uppercase: true)
            let padding = String(repeating: "0", count: max(0, 4 - code.count))
            return "U+\(padding)\(code), which nobody sees, is no part of the language"
        default: break
        }
        return "'\(scalar)' is no part of the language"
            + (scalar.properties.isAlphabetic ? "; names with other letters stand in `…`" : "")
    }
}
