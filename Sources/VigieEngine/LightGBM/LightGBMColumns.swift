/// How the trees of a LightGBM file read each feature: what decides how rows are read.
struct LightGBMColumns {
    /// What has been seen of one feature.
    private struct Column {
        var isCategorical = false
        var isNumeric = false
        /// A branch takes 0 for missing.
        var hasZero = false
        /// A branch sends NaN and 0 different ways.
        var tellsZeroFromNaN = false
    }

    private var columns: [Column]
    /// Bits of all sets of categories.
    private var categoryCount = 0

    /// Members of all sets of categories together: 256 MB of them.
    private static let categoryCountMax = 1 << 26

    init(featureCount: Int) { columns = Array(repeating: Column(), count: featureCount) }

    mutating func note(_ tree: LightGBMTree) throws(LoadError) {
        for (branch, feature) in tree.features.enumerated() {
            guard columns.indices.contains(feature) else {
                throw try tree.block["split_feature"].fail("feature \(feature) is out of range")
            }
            if tree.isCategorical(branch) {
                columns[feature].isCategorical = true
                continue
            }
            columns[feature].isNumeric = true
            switch try tree.missingType(branch) {
            case .none: break
            case .zero: columns[feature].hasZero = true
            case .nan:
                let zeroIsLeft = 0 <= tree.thresholds[branch]
                if zeroIsLeft != tree.missingIsLeft(branch) {
                    columns[feature].tellsZeroFromNaN = true
                }
            }
        }
    }

    /// - Throws: `limit` when the sets have become too many.
    mutating func note(categoryCount count: Int) throws(LoadError) {
        categoryCount += count
        guard categoryCount <= Self.categoryCountMax else {
            throw LoadError(.limit, "more than \(Self.categoryCountMax) categories in all sets")
        }
    }

    func isCategorical(_ feature: Int) -> Bool { columns[feature].isCategorical }

    /// - Parameter isLinear: whether leaves compute with the values themselves.
    func reading(isLinear: Bool) throws(LoadError) -> RowReading {
        var rules: [RowReading.Rule] = []
        for (feature, column) in columns.enumerated() {
            guard !(column.isCategorical && column.isNumeric) else {
                throw LoadError(
                    .corrupt, "feature \(feature) is a category in one branch, a number in another")
            }
            if column.hasZero, column.tellsZeroFromNaN || isLinear {
                throw LoadError(
                    .unsupported,
                    "feature \(feature): 0 is a missing value in one place (zero_as_missing) and a "
                        + "number in another")
            }
            rules.append(
                column.isCategorical
                    ? .truncated : column.hasZero ? .nearZeroIsMissing : .nearZeroIsZero)
        }
        return RowReading(rules: rules, rounds: false)
    }
}
