/// Reads one tree of an XGBoost file.
struct XGBoostTreeReader {
    /// A tree's columns, whose memory serves one tree after the other.
    struct Columns {
        var left: [Int] = []
        var right: [Int] = []
        var features: [Int] = []
        var conditions: [Double] = []
        var defaultLeft: [Double] = []
        var covers: [Double] = []
        var types: [Int] = []
    }

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
        _ columns: inout Columns
    ) throws(LoadError) {
        let parameters = try field["tree_param"]
        try field["left_children"].read(into: &columns.left)
        let count = columns.left.count
        guard try parameters["num_nodes"].integer == count else {
            throw parameters.fail("num_nodes does not agree with \(count) nodes")
        }
        try field["right_children"].read(into: &columns.right, count: count)
        try field["split_indices"].read(into: &columns.features, count: count)
        try field["split_conditions"].read(into: &columns.conditions, count: count)
        try field["default_left"].read(into: &columns.defaultLeft, count: count)
        try field["sum_hessian"].read(into: &columns.covers, count: count)
        columns.types.removeAll(keepingCapacity: true)
        try field.optional("split_type")?.read(into: &columns.types, count: count)
        let categories = try readCategories()
        let vectors = try VectorLeaves(
            field, nodeCount: count, size: parameters.optional("size_leaf_vector")?.integer ?? 1,
            targetCount: builder.targetCount)

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
            switch columns.types.isEmpty ? 0 : columns.types[node] {
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
