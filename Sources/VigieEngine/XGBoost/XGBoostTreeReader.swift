/// Reads one tree of an XGBoost file.
struct XGBoostTreeReader {
    private let field: ModelField

    init(_ field: ModelField) { self.field = field }

    /// Nodes that the tree seems to have, unchecked: to reserve memory.
    var nodeCount: Int {
        switch field.value["left_children"] {
        case .numbers(let numbers): numbers.count
        case .packed(let packed): packed.count
        default: 0
        }
    }

    /// - Parameters:
    ///   - group: the sum that the tree adds to.
    ///   - weight: what its leaves are multiplied with, in `Float` as XGBoost does (dart).
    func read(
        into builder: inout TreeEnsembleBuilder, group: Int, weight: Float,
        _ columns: inout XGBoostTreeColumns
    ) throws(LoadError) {
        try columns.read(field)
        let count = columns.count
        try checkNodeCount(count)
        let categories = try readCategories()
        let vectors = try readVectors(count, targetCount: builder.targetCount)

        builder.beginTree()
        for node in 0..<count {
            guard columns.left[node] != -1 else {
                if let vectors {
                    builder.addLeaf(
                        weights: try vectors.weights(
                            ofNode: node, leaf: columns.right[node], times: weight),
                        cover: columns.covers[node])
                    continue
                }
                builder.addLeaf(
                    target: group, weight: Double(weight * Float(columns.conditions[node])),
                    cover: columns.covers[node])
                continue
            }
            switch columns.hasTypes ? columns.types[node] : 0 {
            case 0:
                builder.addBranch(
                    feature: columns.features[node], .less, columns.conditions[node],
                    ifTrue: columns.left[node],
                    ifFalse: columns.right[node], missingIsTrue: columns.defaultLeft[node] != 0,
                    cover: columns.covers[node])
            case 1:
                guard let members = categories[node] else {
                    throw field.fail("node \(node) has no categories")
                }
                // The categories of a split go right.
                builder.addCategoryBranch(
                    feature: columns.features[node], members: members, ifTrue: columns.right[node],
                    ifFalse: columns.left[node], missingIsTrue: columns.defaultLeft[node] == 0,
                    cover: columns.covers[node])
            case let type:
                throw field.fail("node \(node) has split type \(type)", .unsupported)
            }
        }
    }

    // A model has as many of these parameters as trees; the way to one, for an error, costs more than
    // the number, so that it is put together only when the number is not as it should be.

    private func checkNodeCount(_ count: Int) throws(LoadError) {
        guard field.value["tree_param"]?["num_nodes"]?.wholeNumber != count else { return }
        let parameters = try field["tree_param"]
        _ = try parameters["num_nodes"].integer
        throw parameters.fail("num_nodes does not agree with \(count) nodes")
    }

    private func readVectors(
        _ nodeCount: Int, targetCount: Int
    ) throws(LoadError) -> VectorLeaves? {
        guard field.value["tree_param"]?["size_leaf_vector"]?.wholeNumber != 1 else { return nil }
        let size = try field["tree_param"].optional("size_leaf_vector")?.integer ?? 1
        return try VectorLeaves(
            field, nodeCount: nodeCount, size: size, targetCount: targetCount)
    }

    /// Each categorical node's categories.
    private func readCategories() throws(LoadError) -> [Int: ArraySlice<Int>] {
        if case .array(let nodes)? = field.value["categories_nodes"], nodes.isEmpty { return [:] }
        guard let nodesField = try field.optional("categories_nodes") else { return [:] }
        let nodes = try nodesField.integers()
        guard !nodes.isEmpty else { return [:] }
        let segments = try field["categories_segments"].integers(count: nodes.count)
        let sizes = try field["categories_sizes"].integers(count: nodes.count)
        let all = try field["categories"].integers()
        var categories: [Int: ArraySlice<Int>] = [:]
        for (index, node) in nodes.enumerated() {
            let (start, size) = (segments[index], sizes[index])
            guard start >= 0, size >= 0, start <= all.count, size <= all.count - start else {
                throw nodesField.fail("the categories of node \(node) are out of range")
            }
            guard categories.updateValue(all[start..<start + size], forKey: node) == nil else {
                throw nodesField.fail("node \(node) appears twice")
            }
        }
        return categories
    }
}
