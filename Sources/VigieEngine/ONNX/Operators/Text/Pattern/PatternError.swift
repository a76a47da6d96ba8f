/// Why a regular expression was refused.
struct PatternError: Error {
    let message: String

    /// - Parameter position: of the code point in the pattern, from 0.
    init(_ message: String, at position: Int? = nil) {
        self.message = position.map { "\(message) at position \($0)" } ?? message
    }
}

/// The bounds of a regular expression, so that a hostile one ends in an error.
enum PatternLimits {
    /// Code points of a pattern; tokenizers' have tens.
    static let lengthMax = 4_096
    /// Groups inside each other.
    static let depthMax = 64
    /// The most repetitions that can be asked for, as in RE2.
    static let repeatMax = 1_000
    /// Nodes of the automaton before it is made deterministic.
    static let nodesMax = 20_000
    /// States after that. A state has a word for each class of bytes.
    static let statesMax = 2_000
}
