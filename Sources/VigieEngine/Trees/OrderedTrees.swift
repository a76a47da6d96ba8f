/// A builder's trees, checked, in the order and in the terms in which every compiler reads them.
///
/// What a model answers and what explains it are laid out from the same trees; that they are sound,
/// and what each branch compares, is found out once.
struct OrderedTrees: Sendable {
    /// A node of a tree, after its parent, beside its sibling.
    struct Node: Sendable {
        /// Of a branch that compares: right when `keys[column]` is at or above it.
        var key: Int32 = 0
        var column: UInt32 = 0
        /// The left child's place in the tree, before the right one's; 0 in a leaf. Left is what is
        /// below the cut, outside a test of equality, or in none of a test's categories.
        var left: Int32 = 0
        /// The node in ``TreeEnsembleBuilder/nodes``.
        var index: Int32
    }

    struct Tree: Sendable {
        /// The root in ``OrderedTrees/nodes``.
        var first: Int
        /// Nodes that the root leads to.
        var count: Int
        /// Branches on the longest path.
        var depth: Int
        /// The kinds of tests in it.
        var tests: TreeTestSet
        /// The output that every leaf gives one weight for; nil when they are not so.
        var target: Int32?
    }

    let source: TreeEnsembleBuilder
    let columns: TreeColumns
    let nodes: [Node]
    let trees: [Tree]

    /// - Throws: what is wrong with which node, see ``TreeEnsembleBuilder/compile()``.
    init(_ source: TreeEnsembleBuilder) throws(LoadError) {
        try source.checkCounts()
        self.source = source
        let columns = TreeColumns(source)
        self.columns = columns
        let largest = (0..<source.treeCount).reduce(0) {
            max($0, source.nodeRange(ofTree: $1).count)
        }
        var marks = [Int32](repeating: 0, count: largest)
        var reached = marks.mutableSpan
        var memory = [Node](repeating: Node(index: 0), count: source.nodes.count)
        var nodes = memory.mutableSpan
        var trees: [Tree] = []
        trees.reserveCapacity(source.treeCount)
        var count = 0
        try source.nodes.withUnsafeBufferPointer { (facts) throws(LoadError) in
            for tree in 0..<source.treeCount {
                let made = try Self.order(
                    tree, source, facts, columns, &nodes, from: count, &reached)
                trees.append(made)
                count += made.count
            }
        }
        memory.removeLast(memory.count - count)
        self.nodes = memory
        self.trees = trees
    }

    /// Whether each leaf has one weight, and all of a tree's leaves the same target.
    var isSimple: Bool { trees.allSatisfy { $0.target != nil } }

    /// Goes through a tree and checks every node on the way; each may be reached only once, so that
    /// this ends. Nodes that nothing leads to are left out.
    /// - Parameters:
    ///   - first: where the tree's nodes go.
    ///   - reached: by node of a tree, one more than the last tree in which it was reached.
    private static func order(
        _ tree: Int, _ source: TreeEnsembleBuilder, _ facts: UnsafeBufferPointer<TreeNode>,
        _ columns: TreeColumns, _ nodes: inout MutableSpan<Node>, from first: Int,
        _ reached: inout MutableSpan<Int32>
    ) throws(LoadError) -> Tree {
        let range = source.nodeRange(ofTree: tree)
        guard !range.isEmpty else { throw LoadError(.corrupt, "tree \(tree) has no nodes") }
        let mark = Int32(truncatingIfNeeded: tree + 1)
        reached[0] = mark
        nodes[first] = Node(index: Int32(range.lowerBound))
        var count = 1
        var depth = 0
        var tests = TreeTestSet()
        var target = LeafTarget()
        // Where the next level begins.
        var levelEnd = 1
        var place = 0
        while place < count {
            if place == levelEnd {
                depth += 1
                levelEnd = count
            }
            let index = Int(nodes[first + place].index)
            let node = facts[index]
            if !source.isPlain(node), let problem = source.problem(of: node) {
                throw error(problem.reason, tree, index - range.lowerBound, problem.what)
            }
            guard let test = node.test else {
                target.meet(node)
                place += 1
                continue
            }
            tests.insert(TreeTestSet(test))
            guard depth < TreeLimits.depthMax else {
                throw error(
                    .limit, tree, index - range.lowerBound,
                    "deeper than \(TreeLimits.depthMax) branches")
            }
            var made = Node(index: Int32(truncatingIfNeeded: index))
            let isTrueLeft = columns.setTest(of: node, test, to: &made)
            made.left = Int32(truncatingIfNeeded: count)
            nodes[first + place] = made
            let (left, right) =
                isTrueLeft ? (node.ifTrue, node.ifFalse) : (node.ifFalse, node.ifTrue)
            for side in 0..<2 {
                let child = side == 0 ? left : right
                guard child >= 0, Int(child) < range.count else {
                    throw error(.corrupt, tree, index - range.lowerBound, "a child is out of range")
                }
                guard reached[Int(child)] != mark else {
                    throw error(
                        .corrupt, tree, index - range.lowerBound,
                        "child \(child) is reached twice")
                }
                reached[Int(child)] = mark
                nodes[first + count] = Node(
                    index: Int32(truncatingIfNeeded: range.lowerBound) + child)
                count += 1
            }
            place += 1
        }
        return Tree(first: first, count: count, depth: depth, tests: tests, target: target.only)
    }

    private static func error(
        _ reason: LoadError.Reason, _ tree: Int, _ node: Int, _ what: String
    ) -> LoadError {
        LoadError(reason, "tree \(tree), node \(node): \(what)")
    }

    /// What the leaves met so far speak of.
    private struct LeafTarget {
        private static let unknown: Int32 = -2
        private static let many: Int32 = -1
        private var value = unknown

        var only: Int32? { value >= 0 ? value : nil }

        @inline(__always)
        mutating func meet(_ leaf: TreeNode) {
            let target = leaf.weight?.target ?? Self.many
            if value == Self.unknown { value = target }
            if value != target { value = Self.many }
        }
    }
}

extension TreeEnsembleBuilder {
    /// Whether nothing is wrong with a node of the most frequent kinds; of the others, and of those
    /// that are wrong, ``problem(of:)`` knows.
    @inline(__always)
    fileprivate func isPlain(_ node: TreeNode) -> Bool {
        if node.test == .less {
            return node.feature >= 0 && node.feature < featureCount && !node.threshold.isNaN
        }
        guard let weight = node.weight else { return false }
        return weight.target >= 0 && weight.target < targetCount && Float(weight.weight).isFinite
    }
}

extension TreeColumns {
    /// Says what a branch compares.
    /// - Returns: whether the child for "true" is the left one.
    @inline(__always)
    fileprivate func setTest(
        of node: TreeNode, _ test: TreeTest, to made: inout OrderedTrees.Node
    ) -> Bool {
        let feature = Int(node.feature)
        if test == .inCategories {
            made.column = categoryColumn(feature: feature)
            return false
        }
        if test == .less, precision == .float32 {
            made.key = ComparisonKeys.key(Float(node.threshold))
            made.column = column(feature: feature, missingIsBelow: node.missingIsTrue)
            return true
        }
        let cuts = TreeCuts(test, node.threshold, precision)
        made.key = key(feature: feature, cut: cuts.cut)
        made.column = column(
            feature: feature, missingIsBelow: node.missingIsTrue == cuts.belowIsTrue)
        return cuts.belowIsTrue
    }
}

extension OrderedTrees {
    /// Lays the trees out for speed.
    /// - Parameter kernels: what the processor is asked to do at most.
    /// - Throws: `limit` for trees that take too much memory.
    func compile(kernels: KernelLevel = .current) throws(LoadError) -> TreeEnsemble {
        try ForestCompiler(self, kernels: kernels).compile()
    }

    /// For each output the trees of which some leaf adds to it, in order.
    func treesByTarget() -> [[Int]] {
        guard source.targetCount > 1 else { return [Array(trees.indices)] }
        var found = [[Int]](repeating: [], count: source.targetCount)
        for (index, tree) in trees.enumerated() {
            if let target = tree.target {
                found[Int(target)].append(index)
                continue
            }
            for node in nodes[tree.first..<tree.first + tree.count] where node.left == 0 {
                source.forEachWeight(of: source.nodes[Int(node.index)]) { leaf in
                    if found[Int(leaf.target)].last != index {
                        found[Int(leaf.target)].append(index)
                    }
                }
            }
        }
        return found
    }
}
