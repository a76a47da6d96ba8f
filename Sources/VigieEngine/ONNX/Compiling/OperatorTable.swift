/// The operators that are compiled, by operator set and name.
enum OperatorTable {
    typealias Builder = @Sendable (NodeBuilder) throws(LoadError) -> Void

    static let standard: [String: Builder] = [
        elementwise, activations, shaping, reducing, linear, recurrent, convolution,
        normalizing, indexing, control,
    ].reduce(into: [:]) { all, family in all.merge(family) { first, _ in first } }

    static func build(_ node: NodeBuilder) throws(LoadError) {
        let table = node.domain.isEmpty ? standard : learning
        guard let builder = table[node.op] else {
            let known = table.keys.sorted().joined(separator: ", ")
            throw LoadError(
                .unsupported, "\(node.place) is not supported; supported are \(known)")
        }
        try builder(node)
    }
}
