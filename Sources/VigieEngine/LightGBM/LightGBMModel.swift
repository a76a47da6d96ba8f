/// A LightGBM model as its text file describes it (`Booster.save_model`; versions 2 to 4).
///
/// Values and thresholds are doubles. `Tree::NumericalDecision` and `CategoricalDecision` of
/// LightGBM's include/LightGBM/tree.h say what a branch does: a value goes left when it is not above
/// the threshold; NaN is 0 where the feature had no missing values in training; a category is cut
/// to a whole number, and NaN and what is below 0 go right. Values up to ±1e-35 are 0.
struct LightGBMModel {
    private let text: LightGBMText
    private let featureCount: Int
    /// Sums a row: trees of a boosting round.
    private let outputCount: Int
    private let objective: LightGBMObjective
    /// Random forests: sums are divided by the number of rounds.
    private let isAveraged: Bool

    /// - Throws: what is wrong and where: "line 12: threshold: 'x' is not a number".
    init(_ bytes: [UInt8]) throws(LoadError) {
        text = try LightGBMText(bytes)
        let header = text.header
        let version = try header["version"]
        guard ["v2", "v3", "v4"].contains(try version.text) else {
            throw version.fail("'\(try version.text.prefix(40))', known are v2 to v4", .unsupported)
        }
        featureCount =
            try header["max_feature_idx"].integer(0...TreeLimits.featureCountMax - 1) + 1
        outputCount =
            try header["num_tree_per_iteration"].integer(1...TreeLimits.targetCountMax)
        objective = try LightGBMObjective(header.fields["objective"])
        isAveraged = header.fields["average_output"] != nil
        guard text.trees.count.isMultiple(of: outputCount) else {
            throw LoadError(
                .corrupt, "\(text.trees.count) trees, which are no rounds of \(outputCount)")
        }
        if let sizes = header.fields["tree_sizes"], sizes.parts.count != text.trees.count {
            throw sizes.fail("\(sizes.parts.count) sizes for \(text.trees.count) trees")
        }
    }

    /// The trees and what is done with them.
    func trees() throws(LoadError) -> ScoredTrees {
        var columns = LightGBMColumns(featureCount: featureCount)
        var trees: [LightGBMTree] = []
        for block in text.trees {
            let tree = try LightGBMTree(block, featureCount: featureCount)
            try columns.note(tree)
            trees.append(tree)
        }
        let isLinear = trees.contains { $0.formulas != nil }
        var builder = LightGBMTreeCompiler.builder(featureCount, outputCount)
        var leaves = LightGBMTreeCompiler.builder(featureCount, max(trees.count, 1))
        for (index, tree) in trees.enumerated() {
            let compiler = LightGBMTreeCompiler(tree)
            try compiler.add(to: &builder, target: index % outputCount, &columns)
            if isLinear {
                try compiler.add(to: &leaves, target: index, &columns, weight: { Double($0) })
            }
        }
        var formulas: LeafFormulas?
        if isLinear {
            formulas = LeafFormulas(
                leaves: try leaves.compile(),
                formulas: trees.map { tree in
                    tree.formulas
                        ?? tree.leafValues.map {
                            LeafFormulas.Formula(constant: $0, fallback: $0, terms: [])
                        }
                }, targets: trees.indices.map { $0 % outputCount })
        }
        let rounds = trees.count / outputCount
        return ScoredTrees(
            builder: builder, base: Array(repeating: 0, count: outputCount),
            divisor: isAveraged ? Double(max(rounds, 1)) : 1, scale: objective.scale,
            response: objective.response, inputType: .float64,
            reading: try columns.reading(isLinear: isLinear),
            features: try LightGBMFeatures(text, count: featureCount).match(columns),
            formulas: formulas)
    }
}
