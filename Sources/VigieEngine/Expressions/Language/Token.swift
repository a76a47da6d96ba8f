/// A word of an expression.
struct Token {
    enum Kind: Equatable {
        case number(Double, isInteger: Bool)
        /// In milliseconds.
        case duration(Double)
        case text(String)
        /// Plain, or in backticks.
        case name(String, isQuoted: Bool)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, CaseIterable {
        case plus = "+", minus = "-", times = "*", divide = "/", remainder = "%"
        case equal = "==", notEqual = "!=", lessOrEqual = "<=", less = "<"
        case greaterOrEqual = ">=", greater = ">"
        case openParenthesis = "(", closeParenthesis = ")"
        case openBracket = "[", closeBracket = "]"
        case comma = ",", question = "?", colon = ":", range = ".."
    }

    var kind: Kind
    /// Bytes of the text.
    var place: Range<Int>

    /// For messages: "'>='", "the end".
    var description: String {
        switch kind {
        case .number(let value, true): "'\(Int(exactly: value) ?? 0)'"
        case .number(let value, false): "'\(value)'"
        case .duration: "a duration"
        case .text(let text): "the text '\(text.prefix(24))'"
        case .name(let name, _): "'\(name.prefix(48))'"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .end: "the end"
        }
    }
}

/// Names that the language keeps for itself; an input of such a name is written in backticks.
enum Keyword: String, CaseIterable {
    case and, or, not, `in`, between, `is`, missing, `if`, then, `else`, `true`, `false`

    /// For messages: what somebody may have meant who wrote `name` as another language has it; "" if
    /// nothing comes to mind.
    static func suggestion(for name: String) -> String {
        let small = name.lowercased()
        if ["null", "nil", "none", "nan", "na", "empty"].contains(small) {
            return "; a missing value is asked for with 'is missing'"
        }
        guard small != name, let word = Keyword(rawValue: small) else { return "" }
        return "; words of the language are written in small letters: '\(word.rawValue)'"
    }
}
