import CVigieKernels

/// Lays a builder's trees out for `vigie_shap_explain`.
struct ExplainerCompiler {
    private let source: OrderedTrees
    private let target: Int

    private(set) var trees: [vigie_shap_tree] = []
    private(set) var sets = CategorySets()
    private(set) var points: [Double] = []
    private(set) var weights: [Double] = []
    private(set) var baseValue = 0.0
    /// Distinct features on a path of the last tree.
    private var featuresMax: Int32 = 0
    /// Doubles of scratch for the largest tree, and its nodes.
    private(set) var productCount = 0
    private(set) var nodeCountMax = 0
    /// Where the rule of so many points begins.
    private var rules: [Int: Int] = [:]

    init(_ source: OrderedTrees, target: Int) {
        self.source = source
        self.target = target
    }

    /// A node's way from the root.
    private struct Path {
        /// Distinct features that are tested on it.
        var featureCount: Int32 = 0
        /// Place of the node above it.
        var parent: Int32 = 0
        /// The share of the training data that comes here.
        var reach = 1.0
        /// A bit for each feature that is tested on it, and for others that are the same modulo 64:
        /// where it is not set, nobody need look for the feature.
        var seen: UInt64 = 0
    }

    /// Lays out these trees.
    /// - Parameter nodes: room for all of the trees' nodes.
    mutating func add(
        _ added: [Int], to nodes: UnsafeMutablePointer<vigie_shap_node>
    ) throws(LoadError) {
        let countMax = added.reduce(0) { max($0, source.trees[$1].count) }
        var memory = [Path](repeating: Path(), count: countMax)
        var paths = memory.mutableSpan
        let all = source
        var first = 0
        try all.source.nodes.withUnsafeBufferPointer { (facts) throws(LoadError) in
            try all.nodes.withUnsafeBufferPointer { (shapes) throws(LoadError) in
                for tree in added {
                    let ordered = all.trees[tree]
                    let shapes = UnsafeBufferPointer(
                        rebasing: shapes[ordered.first..<ordered.first + ordered.count])
                    try add(tree, shapes, facts, to: nodes + first, &paths)
                    addTree(
                        first: first, count: ordered.count, featureCount: Int(featuresMax))
                    first += ordered.count
                }
            }
        }
    }

    /// - Parameters:
    ///   - shapes: the tree's nodes in order.
    ///   - facts: the builder's, of all trees.
    private mutating func add(
        _ tree: Int, _ shapes: UnsafeBufferPointer<OrderedTrees.Node>,
        _ facts: UnsafeBufferPointer<TreeNode>, to nodes: UnsafeMutablePointer<vigie_shap_node>,
        _ paths: inout MutableSpan<Path>
    ) throws(LoadError) {
        paths[0] = Path()
        nodes.initialize(to: vigie_shap_node())
        featuresMax = 0
        for place in shapes.indices {
            let shape = shapes[place]
            let node = facts[Int(shape.index)]
            guard shape.left != 0 else {
                let weight = weight(of: node)
                nodes[place].weight = weight
                baseValue += weight * paths[place].reach
                featuresMax = max(featuresMax, paths[place].featureCount)
                continue
            }
            try addTest(shape, node, to: &nodes[place])
            let feature = UInt32(truncatingIfNeeded: node.feature)
            var path = paths[place]
            // The nearest node above that this feature leads to.
            let bit: UInt64 = 1 << UInt64(feature % 64)
            var before = path.seen & bit == 0 ? 0 : place
            while before > 0, nodes[before].feature != feature {
                before = Int(paths[before].parent)
            }
            let shareBefore = before > 0 ? nodes[before].share : 1
            path.seen |= bit
            path.parent = Int32(truncatingIfNeeded: place)
            if before == 0 { path.featureCount += 1 }
            let reach = path.reach
            for child in Int(shape.left)...Int(shape.left) + 1 {
                let cover = facts[Int(shapes[child].index)].cover
                let ratio = try share(of: cover, in: node.cover, tree, shape)
                path.reach = reach * ratio
                paths[child] = path
                (nodes + child).initialize(
                    to: vigie_shap_node(
                        key: 0, column: 0, child: (0, 0), feature: feature,
                        before: UInt32(truncatingIfNeeded: before > 0 ? before : child),
                        share: shareBefore * ratio, weight: 0))
            }
        }
    }

    /// What a leaf says of the target.
    @inline(__always)
    private func weight(of leaf: TreeNode) -> Double {
        var weight = 0.0
        source.source.forEachWeight(of: leaf) { leaf in
            if Int(leaf.target) == target { weight += leaf.weight }
        }
        return weight
    }

    private mutating func addTree(first: Int, count: Int, featureCount: Int) {
        let step = Int(VIGIE_POINTS)
        // m features need m / 2 points; more are as exact.
        let pointCount = max((featureCount + 2 * step - 1) / (2 * step), 1) * step
        if rules[pointCount] == nil {
            let rule = GaussLegendre(count: pointCount)
            rules[pointCount] = points.count
            points += rule.points
            weights += rule.weights
        }
        trees.append(
            vigie_shap_tree(
                first: UInt32(first), count: UInt32(count), points: UInt32(pointCount),
                rule: UInt32(rules[pointCount] ?? 0)))
        productCount = max(productCount, 2 * count * pointCount)
        nodeCountMax = max(nodeCountMax, count)
    }

    @inline(__always)
    private mutating func addTest(
        _ ordered: OrderedTrees.Node, _ node: TreeNode, to made: inout vigie_shap_node
    ) throws(LoadError) {
        made.key = ordered.key
        made.column = ordered.column
        let left = UInt32(truncatingIfNeeded: ordered.left)
        made.child = (left, left + 1)
        switch node.test {
        case .inCategories:
            let set = try sets.add(
                source.source.categories[node.items], missingIsMember: node.missingIsTrue,
                of: source.columns.categorical(feature: Int(node.feature)))
            made.key = Int32(set)
            made.column |= UInt32(VIGIE_CATEGORICAL)
        case .equal, .notEqual:
            throw LoadError(.unsupported, "tests of equality are not explained")
        default: break
        }
    }

    @inline(__always)
    private func share(
        of cover: Double, in parent: Double, _ tree: Int, _ node: OrderedTrees.Node
    ) throws(LoadError) -> Double {
        if cover >= 0, cover <= parent, parent.isFinite, parent > 0 { return cover / parent }
        guard cover >= 0, parent >= 0, parent.isFinite, cover <= parent * 1.001 + 1e-6 else {
            let index = Int(node.index) - source.source.nodeRange(ofTree: tree).lowerBound
            throw LoadError(
                .unsupported,
                "tree \(tree), node \(index): the covers are not those of training data")
        }
        // Where no data came, either side is as likely.
        return parent > 0 ? min(cover / parent, 1) : 0.5
    }
}
