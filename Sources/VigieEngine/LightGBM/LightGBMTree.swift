/// One tree's block of a LightGBM file, its arrays read and their lengths checked.
///
/// Node i < leafCount - 1 is a branch; a child below 0 is leaf ~child.
struct LightGBMTree {
    /// What stands for a missing value at a branch.
    enum MissingType: Int {
        /// Nothing does: a missing value is 0.
        case none = 0
        /// 0, and what is missing with it.
        case zero = 1
        case nan = 2
    }

    let leafCount: Int
    let features: [Int]
    let thresholds: [Double]
    let left: [Int]
    let right: [Int]
    let leafValues: [Double]
    /// By branch and by leaf; empty when the file has none.
    let branchCounts: [Double]
    let leafCounts: [Double]
    private let decisions: [Int]
    private let categoryStarts: [Int]
    private let categoryWords: [Int]
    /// Nil unless the leaves are linear.
    let formulas: [LeafFormulas.Formula]?

    let block: LightGBMText.Block

    init(_ block: LightGBMText.Block, featureCount: Int) throws(LoadError) {
        self.block = block
        leafCount = try block["num_leaves"].integer(1...TreeLimits.nodeCountMax)
        let branchCount = leafCount - 1
        leafValues = try block["leaf_value"].numbers(count: leafCount)
        if branchCount > 0 {
            features = try block["split_feature"].integers(count: branchCount)
            thresholds = try block["threshold"].numbers(count: branchCount)
            left = try block["left_child"].integers(count: branchCount)
            right = try block["right_child"].integers(count: branchCount)
            decisions = try block["decision_type"].integers(count: branchCount)
        } else {
            (features, thresholds, left, right, decisions) = ([], [], [], [], [])
        }
        let counts = branchCount > 0 ? block.fields["internal_count"] : nil
        branchCounts = try counts?.numbers(count: branchCount) ?? []
        leafCounts =
            branchCounts.isEmpty ? [] : try block["leaf_count"].numbers(count: leafCount)
        let setCount = try block.fields["num_cat"]?.integer(0...TreeLimits.nodeCountMax) ?? 0
        if setCount > 0 {
            categoryStarts = try block["cat_boundaries"].integers(count: setCount + 1)
            let wordCount = categoryStarts[setCount]
            categoryWords = try block["cat_threshold"].integers(count: max(wordCount, 0))
        } else {
            (categoryStarts, categoryWords) = ([], [])
        }
        let isLinear = try block.fields["is_linear"]?.integer(0...1) == 1
        formulas = isLinear ? try Self.formulas(block, leafValues, featureCount) : nil
    }

    func isCategorical(_ branch: Int) -> Bool { decisions[branch] & 1 != 0 }

    func missingIsLeft(_ branch: Int) -> Bool { decisions[branch] & 2 != 0 }

    func missingType(_ branch: Int) throws(LoadError) -> MissingType {
        guard let type = MissingType(rawValue: decisions[branch] >> 2 & 3) else {
            throw try block["decision_type"].fail("branch \(branch): missing type 3 is unknown")
        }
        return type
    }

    /// The categories that go left at a branch.
    func categories(_ branch: Int) throws(LoadError) -> [Int] {
        guard let set = Int(exactly: thresholds[branch]), set >= 0,
            set + 1 < categoryStarts.count
        else { throw try block["threshold"].fail("branch \(branch) names no set of categories") }
        let (start, end) = (categoryStarts[set], categoryStarts[set + 1])
        guard start >= 0, start <= end, end <= categoryWords.count else {
            throw try block["cat_boundaries"].fail("set \(set) is out of range")
        }
        var categories: [Int] = []
        for (index, word) in categoryWords[start..<end].enumerated() {
            guard let word = UInt32(exactly: word) else {
                throw try block["cat_threshold"].fail("'\(word)' is no word of 32 bits")
            }
            for bit in 0..<32 where word >> UInt32(bit) & 1 != 0 {
                categories.append(index * 32 + bit)
            }
        }
        return categories
    }

    private static func formulas(
        _ block: LightGBMText.Block, _ leafValues: [Double], _ featureCount: Int
    ) throws(LoadError) -> [LeafFormulas.Formula] {
        let constants = try block["leaf_const"].numbers(count: leafValues.count)
        let termCounts = try block["num_features"].integers(count: leafValues.count)
        var total = 0
        for count in termCounts {
            guard (0...featureCount).contains(count) else {
                throw try block["num_features"].fail("\(count) terms of \(featureCount) features")
            }
            total += count
        }
        let columns = try block["leaf_features"].integers(count: total)
        let coefficients = try block["leaf_coeff"].numbers(count: total)
        guard columns.allSatisfy({ (0..<featureCount).contains($0) }) else {
            throw try block["leaf_features"].fail("a feature is out of range")
        }
        for (key, numbers) in [("leaf_const", constants), ("leaf_coeff", coefficients)]
        where !numbers.allSatisfy(\.isFinite) {
            throw try block[key].fail("a number is not finite")
        }
        var formulas: [LeafFormulas.Formula] = []
        var first = 0
        for (leaf, count) in termCounts.enumerated() {
            let terms = (first..<first + count).map { (columns[$0], coefficients[$0]) }
            formulas.append(
                LeafFormulas.Formula(
                    constant: constants[leaf], fallback: leafValues[leaf], terms: terms))
            first += count
        }
        return formulas
    }
}
