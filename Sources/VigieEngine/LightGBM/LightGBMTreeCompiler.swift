/// Adds a LightGBM tree to a builder: branches first, then leaves.
struct LightGBMTreeCompiler {
    private let tree: LightGBMTree

    init(_ tree: LightGBMTree) { self.tree = tree }

    static func builder(_ featureCount: Int, _ targetCount: Int) -> TreeEnsembleBuilder {
        TreeEnsembleBuilder(
            featureCount: featureCount, targetCount: targetCount, precision: .float64)
    }

    /// - Parameter weight: what a leaf adds; nil adds its value.
    func add(
        to builder: inout TreeEnsembleBuilder, target: Int, _ columns: inout LightGBMColumns,
        weight: ((Int) -> Double)? = nil
    ) throws(LoadError) {
        builder.beginTree()
        let branchCount = tree.leafCount - 1
        for branch in 0..<branchCount {
            let left = try child(tree.left[branch], "left_child")
            let right = try child(tree.right[branch], "right_child")
            let cover = tree.branchCounts.isEmpty ? Double.nan : tree.branchCounts[branch]
            if tree.isCategorical(branch) {
                let members = try tree.categories(branch)
                try columns.note(categoryCount: members.count)
                builder.addCategoryBranch(
                    feature: tree.features[branch], members: members, ifTrue: left,
                    ifFalse: right, missingIsTrue: false, cover: cover)
            } else {
                let threshold = tree.thresholds[branch]
                let isZero = try tree.missingType(branch) == .none
                builder.addBranch(
                    feature: tree.features[branch], .lessOrEqual, threshold, ifTrue: left,
                    ifFalse: right,
                    missingIsTrue: isZero ? 0 <= threshold : tree.missingIsLeft(branch),
                    cover: cover)
            }
        }
        for leaf in 0..<tree.leafCount {
            // A tree of one leaf has had everything.
            let cover =
                branchCount == 0 ? 1 : tree.leafCounts.isEmpty ? Double.nan : tree.leafCounts[leaf]
            builder.addLeaf(
                target: target, weight: weight?(leaf) ?? tree.leafValues[leaf], cover: cover)
        }
    }

    /// A child's index among branches and leaves.
    private func child(_ index: Int, _ key: String) throws(LoadError) -> Int {
        let branchCount = tree.leafCount - 1
        let node = index >= 0 ? index : branchCount + ~index
        guard index < branchCount, node < branchCount + tree.leafCount else {
            throw try tree.block[key].fail("\(index) is no node of \(tree.leafCount) leaves")
        }
        return node
    }
}
