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
    private(set) var nodes: [Node] = []
    private(set) var trees: [Tree] = []
    /// By node of a tree: one more than the last tree in which it was reached.
    private var reached: [Int32] = []

    /// - Throws: what is wrong with which node, see ``TreeEnsembleBuilder/compile()``.
    init(_ source: TreeEnsembleBuilder) throws(LoadError) {
        try source.checkCounts()
        self.source = source
        columns = TreeColumns(source)
        nodes.reserveCapacity(source.nodes.count)
        trees.reserveCapacity(source.treeCount)
        for tree in 0..<source.treeCount { try add(tree: tree) }
        reached = []
    }

    /// Whether each leaf has one weight, and all of a tree's leaves the same target.
    var isSimple: Bool { trees.allSatisfy { $0.target != nil } }

    /// Goes through a tree and checks every node on the way; each may be reached only once, so that
    /// this ends. Nodes that nothing leads to are left out.
    private mutating func add(tree: Int) throws(LoadError) {
        let range = source.nodeRange(ofTree: tree)
        guard !range.isEmpty else { throw LoadError(.corrupt, "tree \(tree) has no nodes") }
        if reached.count < range.count {
            reached.append(contentsOf: repeatElement(0, count: range.count - reached.count))
        }
        let mark = Int32(truncatingIfNeeded: tree + 1)
        reached[0] = mark
        var made = Tree(first: nodes.count, count: 1, depth: 0, tests: [], target: nil)
        var target = LeafTarget.unknown
        // Where the next level begins.
        var levelEnd = made.first + 1
        nodes.append(Node(index: Int32(range.lowerBound)))
        var place = made.first
        while place < nodes.count {
            if place == levelEnd {
                made.depth += 1
                levelEnd = nodes.count
            }
            let index = Int(nodes[place].index)
            let node = source.nodes[index]
            if let problem = source.problem(of: node) {
                throw Self.error(problem.reason, tree, index - range.lowerBound, problem.what)
            }
            guard let test = node.test else {
                target.meet(source, node)
                place += 1
                continue
            }
            made.tests.insert(TreeTestSet(test))
            guard made.depth < TreeLimits.depthMax else {
                throw Self.error(
                    .limit, tree, index - range.lowerBound,
                    "deeper than \(TreeLimits.depthMax) branches")
            }
            let isTrueLeft = addTest(node, test, at: place)
            nodes[place].left = Int32(truncatingIfNeeded: nodes.count - made.first)
            for side in 0..<2 {
                let child = (side == 0) == isTrueLeft ? node.ifTrue : node.ifFalse
                guard child >= 0, Int(child) < range.count else {
                    throw Self.error(
                        .corrupt, tree, index - range.lowerBound, "a child is out of range")
                }
                guard reached[Int(child)] != mark else {
                    throw Self.error(
                        .corrupt, tree, index - range.lowerBound,
                        "child \(child) is reached twice")
                }
                reached[Int(child)] = mark
                nodes.append(Node(index: Int32(range.lowerBound) + child))
            }
            place += 1
        }
        made.count = nodes.count - made.first
        made.target = target.only
        trees.append(made)
    }

    /// - Returns: whether the child for "true" is the left one.
    @inline(__always)
    private mutating func addTest(_ node: TreeNode, _ test: TreeTest, at place: Int) -> Bool {
        let feature = Int(node.feature)
        if test == .inCategories {
            nodes[place].column = columns.categoryColumn(feature: feature)
            return false
        }
        let cuts = TreeCuts(test, node.threshold, source.precision)
        nodes[place].key = columns.key(feature: feature, cut: cuts.cut)
        nodes[place].column = columns.column(
            feature: feature, missingIsBelow: node.missingIsTrue == cuts.belowIsTrue)
        return cuts.belowIsTrue
    }

    private static func error(
        _ reason: LoadError.Reason, _ tree: Int, _ node: Int, _ what: String
    ) -> LoadError {
        LoadError(reason, "tree \(tree), node \(node): \(what)")
    }

    /// What the leaves met so far speak of.
    private enum LeafTarget {
        case unknown
        case one(Int32)
        case many

        var only: Int32? { if case .one(let target) = self { target } else { nil } }

        mutating func meet(_ source: TreeEnsembleBuilder, _ leaf: TreeNode) {
            let items = leaf.items
            guard items.count == 1 else {
                self = .many
                return
            }
            let target = source.leafWeights[items.lowerBound].target
            switch self {
            case .unknown: self = .one(target)
            case .one(target), .many: return
            case .one: self = .many
            }
        }
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
                for leaf in source.leafWeights[source.nodes[Int(node.index)].items]
                where found[Int(leaf.target)].last != index {
                    found[Int(leaf.target)].append(index)
                }
            }
        }
        return found
    }
}
