/// What an expression's value is.
public enum ValueType: String, Sendable, CaseIterable {
    /// A real number; infinities are values, NaN is a missing one.
    case number
    /// A whole number of at most 2^53.
    case integer
    /// True, false, or unknown.
    case boolean
    /// UTF-8.
    case text
    /// Milliseconds since 1970-01-01T00:00:00Z.
    case timestamp
    /// Milliseconds.
    case duration

    /// Whether values are kept as a `Double`: all but texts are.
    var isScalar: Bool { self != .text }

    /// Whether it can be calculated with as a number.
    var isNumeric: Bool { self == .number || self == .integer }

    /// "a number", "an integer".
    var withArticle: String { self == .integer ? "an integer" : "a \(rawValue)" }
}
