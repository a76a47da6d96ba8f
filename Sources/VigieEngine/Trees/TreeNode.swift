/// What a branch of a tree asks.
package enum TreeTest: UInt8, Sendable {
    /// value < threshold: XGBoost's question.
    case less
    /// value ≤ threshold: scikit-learn's and LightGBM's.
    case lessOrEqual
    case greater
    case greaterOrEqual
    case equal
    case notEqual
    /// The value, cut to a whole number, is one of a set of categories. What is negative or in no
    /// category that the set knows is not.
    case inCategories
}

/// One node of a tree as its builder holds it.
struct TreeNode: Sendable {
    /// Nil in a leaf.
    var test: TreeTest?
    var feature: Int32 = 0
    var threshold = 0.0
    /// The children's indices in the tree.
    var ifTrue: Int32 = 0
    var ifFalse: Int32 = 0
    /// Where a missing value (NaN) goes.
    var missingIsTrue = false
    /// A leaf's weights in ``TreeEnsembleBuilder/leafWeights``, or a test's categories in
    /// ``TreeEnsembleBuilder/categories``.
    var items: Range<Int> = 0..<0
    /// How much training data came this way (XGBoost's `sum_hessian`); NaN when not known.
    var cover: Double

    var isLeaf: Bool { test == nil }
}

/// What a leaf adds to one of the ensemble's outputs.
struct LeafWeight: Sendable, Equatable {
    var target: Int32
    var weight: Double
}
