/// The operators that are compiled, by operator set and name.
enum OperatorTable {
    typealias Builder = @Sendable (NodeBuilder) throws(LoadError) -> Void

    static let standard: [String: Builder] = [
        elementwise, curves, activations, shaping, reducing, linear, recurrent, convolution,
        normalizing, indexing, control, text,
    ].reduce(into: [:]) { all, family in all.merge(family) { first, _ in first } }

    /// By operator set.
    static let sets: [String: [String: Builder]] = [
        "": standard, Opsets.mlDomain: learning, Opsets.microsoftDomain: microsoft,
    ]

    static func build(_ node: NodeBuilder) throws(LoadError) {
        let table = sets[node.domain]
        guard let builder = table?[node.op] else {
            let known = (table ?? [:]).keys.sorted().joined(separator: ", ")
            throw LoadError(
                .unsupported, "\(node.place) is not supported; supported are \(known)")
        }
        try builder(node)
    }
}
