import TestRandom
import Testing

@testable import VigieEngine

/// Interventional Shapley values against their definition: over all subsets of the features, with
/// the mean over the background of what the trees say of mixed rows.
@Suite struct InterventionalExplainerTests {
    @Test(arguments: [1, 3, 64, 65, 129, 256], [TreeEnsembleBuilder.Precision.float32, .float64])
    func values_are_those_of_the_definition(
        rowCount: Int, precision: TreeEnsembleBuilder.Precision
    ) throws {
        var random = SplitMix(seed: UInt64(rowCount))
        let kinds = RandomTrees(
            featureCount: 6, targetCount: 2,
            tests: [.less, .lessOrEqual, .greater, .greaterOrEqual, .inCategories], depthMax: 5,
            manyWeights: true)
        let trees = (0..<4).map { _ in kinds.tree(&random) }
        var builder = TreeEnsembleBuilder(featureCount: 6, targetCount: 2, precision: precision)
        for tree in trees { tree.add(to: &builder, &random) }
        let ensemble = try builder.compile()
        let background = (0..<rowCount).map { _ in kinds.row(&random) }
        let explainer = try InterventionalExplainer(
            builder, ensemble, rowCount: rowCount,
            fill: { fill(ensemble, background[$0], $1) })
        let (keys, scratch) = (ensemble.makeScratch(), explainer.makeScratch())
        for round in 0..<4 {
            // A row of the background itself differs in fewer features.
            let row = round == 0 ? background[0] : kinds.row(&random)
            for target in 0..<2 {
                let subsets = (0..<1 << 6).map { known in
                    background.reduce(0.0) { sum, other in
                        let mixed = (0..<6).map { known >> $0 & 1 == 1 ? row[$0] : other[$0] }
                        return sum + answer(trees, mixed, target)
                    } / Double(rowCount)
                }
                fill(ensemble, row, keys)
                let contributions = contributions(explainer, keys, target, scratch)
                for feature in 0..<6 {
                    #expect(abs(contributions[feature] - shapley(subsets, feature)) < 1e-12)
                }
                let sum = contributions.reduce(subsets[0], +)
                #expect(abs(sum - subsets[subsets.count - 1]) < 1e-12)
            }
        }
    }

    private func fill(_ ensemble: TreeEnsemble, _ row: [Double], _ scratch: TreeScratch) {
        if ensemble.precision == .float64 {
            ensemble.fillKeys(of: row.span, scratch)
        } else {
            let floats = row.map { Float($0) }
            ensemble.fillKeys(of: floats.span, scratch)
        }
    }

    private func contributions(
        _ explainer: InterventionalExplainer, _ keys: TreeScratch, _ target: Int,
        _ scratch: InterventionalScratch, count: Int = 6
    ) -> [Double] {
        var contributions = [Double](repeating: .nan, count: count)
        var span = contributions.mutableSpan
        explainer.explain(keys, target: target, into: &span, scratch)
        return contributions
    }

    private func answer(_ trees: [ReferenceTree], _ row: [Double], _ target: Int) -> Double {
        trees.reduce(0) { sum, tree in
            tree.answer(row).reduce(sum) { $0 + ($1.target == target ? $1.weight : 0) }
        }
    }

    private func shapley(_ subsets: [Double], _ feature: Int) -> Double {
        let count = subsets.count.trailingZeroBitCount
        var value = 0.0
        for known in subsets.indices where known >> feature & 1 == 0 {
            var weight = 1 / Double(count)
            for step in 0..<known.nonzeroBitCount {
                weight *= Double(step + 1) / Double(count - 1 - step)
            }
            value += weight * (subsets[known | 1 << feature] - subsets[known])
        }
        return value
    }

    /// More features on a path than any table has been made for by hand.
    @Test func long_paths_add_up() throws {
        var builder = TreeEnsembleBuilder(featureCount: 60, targetCount: 1, precision: .float32)
        builder.beginTree()
        for feature in 0..<60 {
            builder.addBranch(
                feature: feature, .less, 0, ifTrue: 2 * feature + 1, ifFalse: 2 * feature + 2,
                missingIsTrue: false)
            builder.addLeaf(weight: Double(feature % 7))
        }
        builder.addLeaf(weight: 100)
        let ensemble = try builder.compile()
        let low = [Double](repeating: -1, count: 60)
        let explainer = try InterventionalExplainer(
            builder, ensemble, rowCount: 1, fill: { fill(ensemble, low, $1) })
        let (keys, scratch) = (ensemble.makeScratch(), explainer.makeScratch())
        fill(ensemble, [Double](repeating: 1, count: 60), keys)
        let contributions = contributions(explainer, keys, 0, scratch, count: 60)
        // From the first leaf, which says 0, to the last.
        #expect(abs(contributions.reduce(0, +) - 100) < 1e-9)
    }
}
