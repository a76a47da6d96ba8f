import CVigieKernels

/// Lays a builder's trees out for `vigie_background_explain`.
struct BackgroundCompiler {
    private let ordered: OrderedTrees
    private let source: TreeEnsembleBuilder

    private(set) var trees: [vigie_background_tree] = []
    private(set) var nodes: [vigie_background_node] = []
    private(set) var sets = CategorySets()
    private(set) var paths: [UInt32] = []
    /// `targetCount` for each leaf.
    private(set) var weights: [Double] = []
    /// Nodes of the largest tree, and features on the longest path.
    private(set) var nodeCountMax = 0
    private(set) var order = 0
    /// By node: the last leaf below which the node's feature leads on to a later node.
    private var supersededFor: [Int] = []

    /// Weights of leaves and entries of paths: 512 MB of the former.
    private static let countMax = 1 << 26

    init(_ ordered: OrderedTrees) {
        self.ordered = ordered
        source = ordered.source
    }

    mutating func add(tree: Int) throws(LoadError) {
        let tree = ordered.trees[tree]
        let first = nodes.count
        let count = tree.count
        var parents = [Int](repeating: -1, count: count)
        supersededFor = Array(repeating: -1, count: count)
        nodes.append(contentsOf: repeatElement(vigie_background_node(), count: count))
        for place in 0..<count {
            let shape = ordered.nodes[tree.first + place]
            let node = source.nodes[Int(shape.index)]
            guard shape.left != 0 else {
                try addLeaf(node, at: place, first, parents)
                continue
            }
            try addTest(shape, node, at: first + place)
            let left = Int(shape.left)
            for child in left...left + 1 {
                parents[child] = place
                var before = place
                while before > 0, nodes[first + before].feature != UInt32(node.feature) {
                    before = parents[before]
                }
                nodes[first + child].feature = UInt32(node.feature)
                nodes[first + child].before = UInt32(before > 0 ? before : child)
            }
        }
        trees.append(
            vigie_background_tree(
                first: UInt32(first), count: UInt32(count), target: tree.target ?? -1))
        nodeCountMax = max(nodeCountMax, count)
    }

    /// A leaf's weights, and the last node of each feature on its way.
    private mutating func addLeaf(
        _ node: TreeNode, at place: Int, _ first: Int, _ parents: [Int]
    ) throws(LoadError) {
        nodes[first + place].leaf = UInt32(weights.count / source.targetCount)
        nodes[first + place].path = UInt32(paths.count)
        let begin = weights.count
        weights.append(contentsOf: repeatElement(0, count: source.targetCount))
        source.forEachWeight(of: node) { weight in
            weights[begin + Int(weight.target)] +=
                source.precision == .float32 ? Double(Float(weight.weight)) : weight.weight
        }
        var step = place
        var length = 0
        while step > 0 {
            if supersededFor[step] != place {
                paths.append(UInt32(step))
                length += 1
            }
            let before = Int(nodes[first + step].before)
            if before != step { supersededFor[before] = place }
            step = parents[step]
        }
        nodes[first + place].length = UInt32(length)
        order = max(order, length)
        guard paths.count <= Self.countMax, weights.count <= Self.countMax else {
            throw LoadError(.limit, "the trees are too large for interventional explanations")
        }
    }

    private mutating func addTest(
        _ shape: OrderedTrees.Node, _ node: TreeNode, at place: Int
    ) throws(LoadError) {
        nodes[place].key = shape.key
        nodes[place].column = shape.column
        nodes[place].child = (UInt32(shape.left), UInt32(shape.left) + 1)
        switch node.test {
        case .inCategories:
            let set = try sets.add(
                source.categories[node.items], missingIsMember: node.missingIsTrue,
                of: ordered.columns.categorical(feature: Int(node.feature)))
            nodes[place].key = Int32(set)
            nodes[place].column |= UInt32(VIGIE_CATEGORICAL)
        case .equal, .notEqual:
            throw LoadError(.unsupported, "tests of equality are not explained")
        default: break
        }
    }
}
