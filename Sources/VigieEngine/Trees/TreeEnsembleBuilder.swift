/// Trees as a file describes them, one node after the other: what every reader of a tree format
/// (XGBoost, ONNX) writes and ``compile()`` turns into a ``TreeEnsemble``.
///
/// ```swift
/// var builder = TreeEnsembleBuilder(featureCount: 2, targetCount: 1, precision: .float32)
/// builder.beginTree()
/// builder.addBranch(feature: 1, .less, 0.5, ifTrue: 1, ifFalse: 2, missingIsTrue: true)
/// builder.addLeaf(weight: -1)
/// builder.addLeaf(weight: 1)
/// let ensemble = try builder.compile()
/// ```
///
/// A node's index is its place in its tree, from 0, which is the root. Children may be named before
/// they are added. Nothing is checked before ``compile()``, which then checks everything: a reader
/// may pass on whatever a hostile file says.
package struct TreeEnsembleBuilder: Sendable {
    /// In what type values meet thresholds, and outputs are summed.
    package enum Precision: Sendable {
        case float32, float64
    }

    /// How the trees' answers become one.
    package enum Aggregate: Sendable {
        case sum
        /// The sum divided by the number of trees.
        case average
        /// Over the leaves that speak of a target; a target that none speaks of is 0.
        case minimum, maximum
    }

    let featureCount: Int
    let targetCount: Int
    let precision: Precision
    let aggregate: Aggregate
    var nodes: [TreeNode] = []
    /// Where each tree's nodes begin in ``nodes``.
    var treeStarts: [Int] = []
    /// Of leaves that have several; a single one is in the node itself.
    var leafWeights: [LeafWeight] = []
    var categories: [Int32] = []
    /// Whether any node asks for categories.
    private(set) var hasCategories = false

    /// - Parameters:
    ///   - featureCount: values in a row.
    ///   - targetCount: outputs for a row.
    package init(
        featureCount: Int, targetCount: Int, precision: Precision, aggregate: Aggregate = .sum
    ) {
        self.featureCount = featureCount
        self.targetCount = targetCount
        self.precision = precision
        self.aggregate = aggregate
    }

    /// Makes room for so many nodes.
    package mutating func reserve(nodes count: Int) { nodes.reserveCapacity(count) }

    /// Goes through what a leaf says.
    @inline(__always)
    func forEachWeight(of leaf: TreeNode, _ body: (LeafWeight) -> Void) {
        if let weight = leaf.weight {
            body(weight)
        } else {
            for index in leaf.items { body(leafWeights[index]) }
        }
    }

    /// Trees begun so far.
    package var treeCount: Int { treeStarts.count }

    /// What follows is the next tree, in the order in which answers are added up.
    package mutating func beginTree() { treeStarts.append(nodes.count) }

    /// Adds a node that asks.
    /// - Parameters:
    ///   - threshold: for `float32` precision it is rounded to a `Float`.
    ///   - missingIsTrue: where NaN goes, whatever the test (ONNX's `missing_value_tracks_true`).
    ///   - cover: the node's share of the training data in any unit; needed to explain, not to score.
    @inline(__always)
    package mutating func addBranch(
        feature: Int, _ test: TreeTest, _ threshold: Double, ifTrue: Int, ifFalse: Int,
        missingIsTrue: Bool, cover: Double = .nan
    ) {
        nodes.append(
            TreeNode(
                feature: Self.narrow(feature), test, threshold: threshold,
                ifTrue: Self.narrow(ifTrue), ifFalse: Self.narrow(ifFalse),
                missingIsTrue: missingIsTrue, cover: cover))
    }

    /// Adds a node that asks whether the feature's category is one of `members`.
    package mutating func addCategoryBranch(
        feature: Int, members: some Sequence<Int>, ifTrue: Int, ifFalse: Int, missingIsTrue: Bool,
        cover: Double = .nan
    ) {
        hasCategories = true
        let start = categories.count
        for member in members { categories.append(Self.narrow(member)) }
        nodes.append(
            TreeNode(
                feature: Self.narrow(feature), items: start..<categories.count,
                ifTrue: Self.narrow(ifTrue), ifFalse: Self.narrow(ifFalse),
                missingIsTrue: missingIsTrue, cover: cover))
    }

    /// Adds a node that answers with one number.
    @inline(__always)
    package mutating func addLeaf(target: Int = 0, weight: Double, cover: Double = .nan) {
        nodes.append(
            TreeNode(LeafWeight(target: Self.narrow(target), weight: weight), cover: cover))
    }

    /// Adds a node that answers with a number for each of some targets, or for none.
    package mutating func addLeaf(
        weights: some Sequence<(target: Int, weight: Double)>, cover: Double = .nan
    ) {
        let start = leafWeights.count
        for (target, weight) in weights {
            leafWeights.append(LeafWeight(target: Self.narrow(target), weight: weight))
        }
        if leafWeights.count == start + 1, let only = leafWeights.popLast() {
            nodes.append(TreeNode(only, cover: cover))
        } else {
            nodes.append(TreeNode(items: start..<leafWeights.count, cover: cover))
        }
    }

    /// Checks everything and lays the trees out for speed.
    /// - Throws: `corrupt` for indices out of range, cycles, shared children, thresholds or weights
    ///   that are no numbers; `limit` for depth or size; both say which tree and node.
    package func compile() throws(LoadError) -> TreeEnsemble {
        try compile(kernels: .current)
    }

    /// As ``compile()``, for kernels of a level that the processor has; tests compare them.
    package func compile(kernels: KernelLevel) throws(LoadError) -> TreeEnsemble {
        try OrderedTrees(self).compile(kernels: kernels)
    }

    /// An index that does not fit stays one that no check lets pass.
    private static func narrow(_ index: Int) -> Int32 { Int32(exactly: index) ?? -1 }
}
