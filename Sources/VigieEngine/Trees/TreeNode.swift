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

/// One node of a tree as its builder holds it: 32 bytes, for there are a hundred thousand.
struct TreeNode: Sendable {
    /// How much training data came this way (XGBoost's `sum_hessian`); NaN when not known.
    let cover: Double
    /// The bits of a threshold or of a leaf's one weight, or where ``items`` begin and how many they
    /// are, 32 bits each.
    private let payload: UInt64
    /// What a branch asks about; the target of a leaf's one weight.
    var feature: Int32 = 0
    /// The children's indices in the tree.
    private(set) var ifTrue: Int32 = 0
    private(set) var ifFalse: Int32 = 0
    /// Nil in a leaf.
    let test: TreeTest?
    /// Where a missing value (NaN) goes; in a leaf, whether it has one weight.
    private(set) var missingIsTrue = false

    /// A leaf of one weight.
    @inline(__always)
    init(_ weight: LeafWeight, cover: Double) {
        self.cover = cover
        payload = weight.weight.bitPattern
        feature = weight.target
        test = nil
        missingIsTrue = true
    }

    /// A leaf of no weight, or of several.
    /// - Parameter items: they in ``TreeEnsembleBuilder/leafWeights``.
    init(items: Range<Int>, cover: Double) {
        self.cover = cover
        payload = Self.packed(items)
        test = nil
    }

    /// A branch that compares.
    @inline(__always)
    init(
        feature: Int32, _ test: TreeTest, threshold: Double, ifTrue: Int32, ifFalse: Int32,
        missingIsTrue: Bool, cover: Double
    ) {
        self.cover = cover
        payload = threshold.bitPattern
        self.feature = feature
        (self.ifTrue, self.ifFalse) = (ifTrue, ifFalse)
        self.test = test
        self.missingIsTrue = missingIsTrue
    }

    /// A branch that looks for the value's category.
    /// - Parameter items: the categories in ``TreeEnsembleBuilder/categories``.
    init(
        feature: Int32, items: Range<Int>, ifTrue: Int32, ifFalse: Int32, missingIsTrue: Bool,
        cover: Double
    ) {
        self.cover = cover
        payload = Self.packed(items)
        self.feature = feature
        (self.ifTrue, self.ifFalse) = (ifTrue, ifFalse)
        test = .inCategories
        self.missingIsTrue = missingIsTrue
    }

    /// Cut off what 32 bits do not hold, which ``TreeEnsembleBuilder/checkCounts()`` refuses.
    private static func packed(_ items: Range<Int>) -> UInt64 {
        UInt64(UInt32(truncatingIfNeeded: items.lowerBound)) << 32
            | UInt64(UInt32(truncatingIfNeeded: items.count))
    }

    var isLeaf: Bool { test == nil }

    /// Of a branch that compares.
    var threshold: Double { Double(bitPattern: payload) }

    /// Of a leaf that has just one.
    var weight: LeafWeight? {
        isLeaf && missingIsTrue
            ? LeafWeight(target: feature, weight: Double(bitPattern: payload)) : nil
    }

    /// Of a test of categories, or of a leaf without ``weight``.
    var items: Range<Int> {
        let first = Int(payload >> 32)
        return first..<first + Int(payload & 0xFFFF_FFFF)
    }
}

/// What a leaf adds to one of the ensemble's outputs.
struct LeafWeight: Sendable, Equatable {
    var target: Int32
    var weight: Double
}
