/// A named, typed input of a rule file or a pipeline; see ``InputReader`` for how files declare it.
struct InputDeclaration: Sendable {
    var name: String
    var type: ValueType
    /// Whether a request may leave values, or all of it, out.
    var allowsMissing: Bool
    /// Texts: the values that there are, which makes it a category in the row view; else empty.
    var values: [String]
    /// For people.
    var unit: String
    var description: String
}
