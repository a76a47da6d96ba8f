import CVigieKernels

/// Lays a builder's trees out for `vigie_shap_explain`.
struct ExplainerCompiler {
    private let source: TreeEnsembleBuilder
    private let columns: TreeColumns
    private let target: Int

    private(set) var trees: [vigie_shap_tree] = []
    private(set) var nodes: [vigie_shap_node] = []
    private(set) var sets = CategorySets()
    private(set) var points: [Double] = []
    private(set) var weights: [Double] = []
    private(set) var baseValue = 0.0
    /// Doubles of scratch for the largest tree, and its nodes.
    private(set) var productCount = 0
    private(set) var nodeCountMax = 0
    /// Where the rule of so many points begins.
    private var rules: [Int: Int] = [:]

    init(_ source: TreeEnsembleBuilder, _ columns: TreeColumns, target: Int) {
        self.source = source
        self.columns = columns
        self.target = target
        nodes.reserveCapacity(source.nodes.count)
    }

    /// A node's way from the root.
    private struct Path {
        /// Distinct features that are tested on it.
        var featureCount = 0
        /// The share of the training data that comes here.
        var reach = 1.0
    }

    mutating func add(tree: Int) throws(LoadError) {
        let walk = try source.walk(tree: tree)
        let start = source.nodeRange(ofTree: tree).lowerBound
        let first = nodes.count
        var places = [UInt32](repeating: 0, count: source.nodeRange(ofTree: tree).count)
        for (place, index) in walk.order.enumerated() { places[Int(index)] = UInt32(place) }
        var paths = [Path](repeating: Path(), count: walk.order.count)
        var parents = [Int](repeating: -1, count: walk.order.count)
        nodes.append(contentsOf: repeatElement(vigie_shap_node(), count: walk.order.count))
        var featuresMax = 0

        for (place, index) in walk.order.enumerated() {
            let node = source.nodes[start + Int(index)]
            guard let test = node.test else {
                var weight = 0.0
                for index in node.items where Int(source.leafWeights[index].target) == target {
                    weight += source.leafWeights[index].weight
                }
                nodes[first + place].weight = weight
                baseValue += weight * paths[place].reach
                featuresMax = max(featuresMax, paths[place].featureCount)
                continue
            }
            let isTrueRight = try addTest(node, test, at: first + place)
            let ifTrue = Int(places[Int(node.ifTrue)])
            let ifFalse = Int(places[Int(node.ifFalse)])
            nodes[first + place].child =
                isTrueRight
                ? (UInt32(ifFalse), UInt32(ifTrue)) : (UInt32(ifTrue), UInt32(ifFalse))
            for side in 0..<2 {
                let child = side == 0 ? ifTrue : ifFalse
                let childIndex = side == 0 ? node.ifTrue : node.ifFalse
                parents[child] = place
                let ratio = try share(
                    of: source.nodes[start + Int(childIndex)].cover, in: node.cover, tree, index)
                paths[child] = paths[place]
                paths[child].reach *= ratio
                // The nearest node above that this feature leads to.
                var before = place
                while before > 0, nodes[first + before].feature != UInt32(node.feature) {
                    before = parents[before]
                }
                nodes[first + child].feature = UInt32(node.feature)
                nodes[first + child].before = UInt32(before > 0 ? before : child)
                nodes[first + child].share =
                    before > 0 ? nodes[first + before].share * ratio : ratio
                if before == 0 { paths[child].featureCount += 1 }
            }
        }
        addTree(first: first, count: walk.order.count, featureCount: featuresMax)
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

    private func share(
        of cover: Double, in parent: Double, _ tree: Int, _ node: Int32
    ) throws(LoadError) -> Double {
        guard cover >= 0, parent >= 0, parent.isFinite, cover <= parent * 1.001 + 1e-6 else {
            throw LoadError(
                .unsupported,
                "tree \(tree), node \(node): the covers are not those of training data")
        }
        // Where no data came, either side is as likely.
        return parent > 0 ? min(cover / parent, 1) : 0.5
    }
}
