/// The leaves of a tree that answers with a number for each target (`multi_strategy`
/// `multi_output_tree`).
///
/// Since 3.1 they are `leaf_weights`, a leaf after the other, and a leaf's number stands where its
/// right child would; before, a node's are among all nodes' `base_weights`.
struct VectorLeaves {
    private let field: ModelField
    private let size: Int
    private let weights: [Double]
    /// Whether ``weights`` are those of the leaves only.
    private let isByLeaf: Bool

    /// Nil for a tree whose leaves are single numbers.
    init?(
        _ field: ModelField, nodeCount: Int, size: Int, targetCount: Int
    ) throws(LoadError) {
        guard size > 1 else { return nil }
        guard size == targetCount else {
            throw field.fail("leaves of \(size) values for \(targetCount) targets")
        }
        self.field = field
        self.size = size
        if let leafWeights = try field.optional("leaf_weights") {
            weights = try leafWeights.numbers()
            isByLeaf = true
        } else {
            let (count, isTooMuch) = nodeCount.multipliedReportingOverflow(by: size)
            guard !isTooMuch else { throw field.fail("too many leaves", .limit) }
            weights = try field["base_weights"].numbers(count: count)
            isByLeaf = false
        }
    }

    /// - Parameters:
    ///   - leaf: what stands for the node's right child.
    ///   - factor: what weights are multiplied with, in `Float` (dart).
    func weights(
        ofNode node: Int, leaf: Int, times factor: Float
    ) throws(LoadError) -> [(target: Int, weight: Double)] {
        let index = isByLeaf ? leaf : node
        guard index >= 0, index < weights.count / size else {
            throw field.fail("node \(node): there are no weights of leaf \(index)")
        }
        return (0..<size).map { ($0, Double(factor * Float(weights[index * size + $0]))) }
    }
}
