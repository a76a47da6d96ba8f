/// Reads one tree of an XGBoost file.
struct XGBoostTreeReader {
    private let field: ModelField

    init(_ field: ModelField) { self.field = field }

    /// Nodes that the tree seems to have, unchecked: to reserve memory.
    var nodeCount: Int { field.value["left_children"]?.numbers?.count ?? 0 }

    /// - Parameters:
    ///   - group: the sum that the tree adds to.
    ///   - weight: what its leaves are multiplied with, in `Float` as XGBoost does (dart).
    func read(
        into builder: inout TreeEnsembleBuilder, group: Int, weight: Float
    ) throws(LoadError) {
        let parameters = try field["tree_param"]
        let left = try field["left_children"].integers()
        let count = left.count
        guard try parameters["num_nodes"].integer == count else {
            throw parameters.fail("num_nodes does not agree with \(count) nodes")
        }
        let right = try field["right_children"].integers(count: count)
        let features = try field["split_indices"].integers(count: count)
        let conditions = try field["split_conditions"].numbers(count: count)
        let defaultLeft = try field["default_left"].numbers(count: count)
        let covers = try field["sum_hessian"].numbers(count: count)
        let types = try field.optional("split_type")?.integers(count: count)
        let categories = try readCategories()
        let vectors = try VectorLeaves(
            field, nodeCount: count, size: parameters.optional("size_leaf_vector")?.integer ?? 1,
            targetCount: builder.targetCount)

        builder.beginTree()
        for node in 0..<count {
            guard left[node] != -1 else {
                if let vectors {
                    builder.addLeaf(
                        weights: try vectors.weights(
                            ofNode: node, leaf: right[node], times: weight),
                        cover: covers[node])
                    continue
                }
                builder.addLeaf(
                    target: group, weight: Double(weight * Float(conditions[node])),
                    cover: covers[node])
                continue
            }
            switch types?[node] ?? 0 {
            case 0:
                builder.addBranch(
                    feature: features[node], .less, conditions[node], ifTrue: left[node],
                    ifFalse: right[node], missingIsTrue: defaultLeft[node] != 0,
                    cover: covers[node])
            case 1:
                guard let members = categories[node] else {
                    throw field.fail("node \(node) has no categories")
                }
                // The categories of a split go right.
                builder.addCategoryBranch(
                    feature: features[node], members: members, ifTrue: right[node],
                    ifFalse: left[node], missingIsTrue: defaultLeft[node] == 0,
                    cover: covers[node])
            case let type:
                throw field.fail("node \(node) has split type \(type)", .unsupported)
            }
        }
    }

    /// Each categorical node's categories.
    private func readCategories() throws(LoadError) -> [Int: ArraySlice<Int>] {
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
