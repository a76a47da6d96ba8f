/// A regular expression, parsed.
indirect enum PatternNode {
    case nothing
    /// One code point of a set.
    case set(CodeSet)
    case assertion(Assertion)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// `most` nil is without bound.
    case repetition(PatternNode, least: Int, most: Int?)

    /// What must hold between two bytes. Words are of ASCII letters, digits and underscores.
    enum Assertion {
        case start, end, wordBoundary, noWordBoundary
    }
}
