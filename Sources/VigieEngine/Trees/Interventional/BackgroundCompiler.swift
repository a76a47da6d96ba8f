import CVigieKernels

/// Lays a builder's trees out for `vigie_background_explain`.
struct BackgroundCompiler {
    private let source: TreeEnsembleBuilder
    private let columns: TreeColumns

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

    init(_ source: TreeEnsembleBuilder, _ columns: TreeColumns) {
        self.source = source
        self.columns = columns
    }

    mutating func add(tree: Int) throws(LoadError) {
        let walk = try source.walk(tree: tree)
        let start = source.nodeRange(ofTree: tree).lowerBound
        let first = nodes.count
        let count = walk.order.count
        var places = [UInt32](repeating: 0, count: source.nodeRange(ofTree: tree).count)
        for (place, index) in walk.order.enumerated() { places[Int(index)] = UInt32(place) }
        var parents = [Int](repeating: -1, count: count)
        supersededFor = Array(repeating: -1, count: count)
        nodes.append(contentsOf: repeatElement(vigie_background_node(), count: count))
        var target: Int32?
        var isShared = false

        for (place, index) in walk.order.enumerated() {
            let node = source.nodes[start + Int(index)]
            guard let test = node.test else {
                for weight in source.leafWeights[node.items] {
                    if target != nil, target != weight.target { isShared = true }
                    target = weight.target
                }
                try addLeaf(node, at: place, first, parents)
                continue
            }
            let isTrueRight = try addTest(node, test, at: first + place)
            let (ifTrue, ifFalse) = (places[Int(node.ifTrue)], places[Int(node.ifFalse)])
            nodes[first + place].child = isTrueRight ? (ifFalse, ifTrue) : (ifTrue, ifFalse)
            for child in [Int(ifTrue), Int(ifFalse)] {
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
                first: UInt32(first), count: UInt32(count), target: isShared ? -1 : target ?? -1))
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
        for weight in source.leafWeights[node.items] {
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

    /// - Returns: whether the child for "true" is the right one.
    private mutating func addTest(
        _ node: TreeNode, _ test: TreeTest, at place: Int
    ) throws(LoadError) -> Bool {
        let feature = Int(node.feature)
        if test == .inCategories {
            let set = try sets.add(
                source.categories[node.items], missingIsMember: node.missingIsTrue,
                of: columns.categorical(feature: feature))
            nodes[place].key = Int32(set)
            nodes[place].column =
                columns.categoryColumn(feature: feature) | UInt32(VIGIE_CATEGORICAL)
            return true
        }
        let cuts = TreeCuts(test, node.threshold, source.precision)
        guard cuts.upper == nil else {
            throw LoadError(.unsupported, "tests of equality are not explained")
        }
        nodes[place].key = columns.key(feature: feature, cut: cuts.cut)
        nodes[place].column = columns.column(
            feature: feature, missingIsBelow: node.missingIsTrue == cuts.belowIsTrue)
        return !cuts.belowIsTrue
    }
}
