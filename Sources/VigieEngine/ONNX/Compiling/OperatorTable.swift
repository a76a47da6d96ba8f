/// The operators that are compiled, by operator set and name.
enum OperatorTable {
    typealias Builder = @Sendable (NodeBuilder) throws(LoadError) -> Void

    static let standard: [String: Builder] = elementwise.merging(shaping) { first, _ in first }
        .merging(reducing) { first, _ in first }
        .merging(linear) { first, _ in first }

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
