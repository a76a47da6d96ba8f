import TestRandom
import Testing

@testable import VigieEngine

/// A tree with covers, and Shapley values by their definition: over all subsets of the features.
private struct CoveredTree {
    struct Node {
        var feature = 0
        var threshold = 0.0
        var members: Set<Int>?
        var missingIsTrue = false
        var ifTrue = 0
        var ifFalse = 0
        var weight = 0.0
        var cover = 0.0
        var isLeaf: Bool { ifTrue == 0 }
    }

    var nodes: [Node] = []

    /// A random tree; with `emptyChance`, all of a node's training data goes to one side.
    init(
        featureCount: Int, depth: Int, stopChance: Double, emptyChance: Double,
        _ random: inout SplitMix
    ) {
        nodes.append(Node(cover: 1024))
        var queue = [(index: 0, depth: depth)]
        while let (index, depth) = queue.popLast() {
            if depth == 0 || Double.random(in: 0..<1, using: &random) < stopChance {
                nodes[index].weight = Double(Float.random(in: -2...2, using: &random))
                continue
            }
            var ratio = Double.random(in: 0.01...0.99, using: &random)
            if Double.random(in: 0..<1, using: &random) < emptyChance {
                ratio = Bool.random(using: &random) ? 0 : 1
            }
            nodes[index].feature = Int.random(in: 0..<featureCount, using: &random)
            nodes[index].threshold = Double(Int.random(in: -3...3, using: &random))
            if nodes[index].feature % 3 == 2 {
                nodes[index].members = Set((0..<5).filter { _ in Bool.random(using: &random) })
            }
            nodes[index].missingIsTrue = Bool.random(using: &random)
            nodes[index].ifTrue = nodes.count
            nodes[index].ifFalse = nodes.count + 1
            nodes.append(Node(cover: nodes[index].cover * ratio))
            nodes.append(Node(cover: nodes[index].cover * (1 - ratio)))
            queue.append((nodes.count - 2, depth - 1))
            queue.append((nodes.count - 1, depth - 1))
        }
    }

    func add(to builder: inout TreeEnsembleBuilder) {
        builder.beginTree()
        for node in nodes {
            if node.isLeaf {
                builder.addLeaf(weight: node.weight, cover: node.cover)
            } else if let members = node.members {
                builder.addCategoryBranch(
                    feature: node.feature, members: members, ifTrue: node.ifTrue,
                    ifFalse: node.ifFalse, missingIsTrue: node.missingIsTrue, cover: node.cover)
            } else {
                builder.addBranch(
                    feature: node.feature, .less, node.threshold, ifTrue: node.ifTrue,
                    ifFalse: node.ifFalse, missingIsTrue: node.missingIsTrue, cover: node.cover)
            }
        }
    }

    /// The mean answer when only the features in `known` (as bits) are known.
    func expectation(_ row: [Float], known: Int, at index: Int = 0) -> Double {
        let node = nodes[index]
        if node.isLeaf { return node.weight }
        guard known >> node.feature & 1 == 1 else {
            let share = node.cover > 0 ? nodes[node.ifTrue].cover / node.cover : 0.5
            return share * expectation(row, known: known, at: node.ifTrue)
                + (1 - share) * expectation(row, known: known, at: node.ifFalse)
        }
        let value = row[node.feature]
        let isTrue =
            if value.isNaN {
                node.missingIsTrue
            } else if let members = node.members {
                value >= 0 && members.contains(Int(value))
            } else {
                Double(value) < node.threshold
            }
        return expectation(row, known: known, at: isTrue ? node.ifTrue : node.ifFalse)
    }
}

@Suite struct TreeExplainerTests {
    /// Features, depth, chance of early leaves, chance of branches where no data went.
    @Test(arguments: [
        (3, 1, 0.0, 0.0), (4, 4, 0.1, 0.0), (6, 6, 0.2, 0.0), (2, 8, 0.2, 0.0), (5, 6, 0.1, 0.2),
        // More than eight features on a path take a longer quadrature.
        (11, 12, 0.35, 0.0), (10, 14, 0.4, 0.1),
    ])
    func values_are_those_of_the_definition(
        featureCount: Int, depth: Int, stopChance: Double, emptyChance: Double
    ) throws {
        var random = SplitMix(seed: UInt64(featureCount * 100 + depth))
        var trees: [CoveredTree] = []
        while trees.count < 3 {
            let tree = CoveredTree(
                featureCount: featureCount, depth: depth, stopChance: stopChance,
                emptyChance: emptyChance, &random)
            if (2..<1_500).contains(tree.nodes.count) { trees.append(tree) }
        }
        var builder = TreeEnsembleBuilder(
            featureCount: featureCount, targetCount: 1, precision: .float32)
        for tree in trees { tree.add(to: &builder) }
        let ensemble = try builder.compile()
        let explainer = try TreeExplainer(builder, ensemble, target: 0)
        let (keys, scratch) = (ensemble.makeScratch(), explainer.makeScratch())
        for _ in 0..<4 {
            let row = (0..<featureCount).map { _ in
                Int.random(in: 0..<6, using: &random) == 0
                    ? Float.nan : Float(Int.random(in: -4...6, using: &random))
            }
            // The value of every subset, then each feature's weighted gains.
            let subsets = (0..<1 << featureCount).map { known in
                trees.reduce(0.0) { $0 + $1.expectation(row, known: known) }
            }
            var contributions = [Double](repeating: .nan, count: featureCount)
            ensemble.fillKeys(of: row.span, keys)
            var span = contributions.mutableSpan
            explainer.explain(keys, into: &span, scratch)
            for feature in 0..<featureCount {
                var expected = 0.0
                for known in subsets.indices where known >> feature & 1 == 0 {
                    let size = known.nonzeroBitCount
                    expected +=
                        weight(size, of: featureCount)
                        * (subsets[known | 1 << feature] - subsets[known])
                }
                #expect(abs(contributions[feature] - expected) < 1e-12)
            }
            #expect(abs(explainer.baseValue - subsets[0]) < 1e-12)
            let sum = contributions.reduce(explainer.baseValue, +)
            #expect(abs(sum - subsets[subsets.count - 1]) < 1e-12)
        }
    }

    @Test func every_level_of_kernels_gives_the_same_bits() throws {
        var random = SplitMix(seed: 23)
        for (featureCount, depth) in [(3, 1), (6, 6), (11, 12)] {
            var builder = TreeEnsembleBuilder(
                featureCount: featureCount, targetCount: 1, precision: .float32)
            for _ in 0..<20 {
                CoveredTree(
                    featureCount: featureCount, depth: depth, stopChance: 0.3, emptyChance: 0.05,
                    &random
                ).add(to: &builder)
            }
            let rows = (0..<20).map { _ in
                (0..<featureCount).map { _ in
                    Int.random(in: 0..<6, using: &random) == 0
                        ? Float.nan : Float.random(in: -4...6, using: &random)
                }
            }
            var portable: [[Double]] = []
            for level in KernelLevel.available {
                let ensemble = try builder.compile(kernels: level)
                let explainer = try TreeExplainer(builder, ensemble, target: 0)
                let (keys, scratch) = (ensemble.makeScratch(), explainer.makeScratch())
                let found = rows.map { row in
                    var contributions = [Double](repeating: .nan, count: featureCount)
                    ensemble.fillKeys(of: row.span, keys)
                    var span = contributions.mutableSpan
                    explainer.explain(keys, into: &span, scratch)
                    return contributions
                }
                if level == .portable { portable = found }
                #expect(found == portable, "\(level), seed 23")
            }
        }
    }

    /// The compiler tells features on a path by their remainder first.
    @Test func features_of_one_remainder_modulo_64_are_told_apart() throws {
        var random = SplitMix(seed: 64)
        let featureCount = 5
        let trees = (0..<20).map { _ in
            CoveredTree(
                featureCount: featureCount, depth: 8, stopChance: 0.1, emptyChance: 0.05, &random)
        }
        let rows = (0..<20).map { _ in
            (0..<featureCount).map { _ in Float.random(in: -4...6, using: &random) }
        }
        let found = try [1, 64].map { stride in
            var builder = TreeEnsembleBuilder(
                featureCount: featureCount * stride, targetCount: 1, precision: .float32)
            for tree in trees {
                var tree = tree
                for node in tree.nodes.indices { tree.nodes[node].feature *= stride }
                tree.add(to: &builder)
            }
            let ensemble = try builder.compile()
            let explainer = try TreeExplainer(builder, ensemble, target: 0)
            let (keys, scratch) = (ensemble.makeScratch(), explainer.makeScratch())
            return rows.map { values in
                var row = [Float](repeating: .nan, count: featureCount * stride)
                for (feature, value) in values.enumerated() { row[feature * stride] = value }
                var contributions = [Double](repeating: .nan, count: row.count)
                ensemble.fillKeys(of: row.span, keys)
                var span = contributions.mutableSpan
                explainer.explain(keys, into: &span, scratch)
                return values.indices.map { contributions[$0 * stride] }
            }
        }
        #expect(found[0] == found[1], "seed 64")
        #expect(found[0].joined().contains { $0 != 0 })
    }

    /// |S|! (n − 1 − |S|)! / n!
    private func weight(_ size: Int, of count: Int) -> Double {
        var weight = 1 / Double(count)
        for step in 0..<size { weight *= Double(step + 1) / Double(count - 1 - step) }
        return weight
    }

    @Test(arguments: XGBoostCase.all.filter { $0.groupCount > 1 && !$0.name.hasPrefix("linear") })
    func each_output_of_a_model_of_many_is_explained_as_XGBoost_does(test: XGBoostCase) throws {
        let model = try XGBoostModel(test.bytes())
        guard case .trees(let builder) = model.booster else {
            Issue.record("not a model of trees")
            return
        }
        let ensemble = try builder.compile()
        let keys = ensemble.makeScratch()
        let expected = try test.expected("contributions")
        let rows = test.explainedRows()
        let (width, groups) = (test.featureCount, test.groupCount)
        #expect(expected.count == test.explainedCount * groups * (width + 1))
        for group in 0..<groups {
            let explainer = try TreeExplainer(builder, ensemble, target: group)
            let scratch = explainer.makeScratch()
            var contributions = [Double](repeating: .nan, count: width)
            for row in 0..<test.explainedCount {
                ensemble.fillKeys(of: rows.span.extracting(row * width..<(row + 1) * width), keys)
                var span = contributions.mutableSpan
                explainer.explain(keys, into: &span, scratch)
                let base = explainer.baseValue + Double(model.startMargins[group])
                let start = (row * groups + group) * (width + 1)
                for (index, our) in (contributions + [base]).enumerated() {
                    let their = Double(expected[start + index])
                    #expect(abs(our - their) <= 1e-5 * max(1, abs(their)))
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4, 8, 12, 64, 512])
    func quadrature_is_exact_for_polynomials(count: Int) {
        let rule = GaussLegendre(count: count)
        for degree in [0, 1, count, 2 * count - 2, 2 * count - 1] {
            var integral = 0.0
            for (point, weight) in zip(rule.points, rule.weights) {
                #expect(point > 0 && point < 1 && weight > 0)
                integral += weight * (0..<degree).reduce(1.0) { power, _ in power * point }
            }
            #expect(abs(integral - 1 / Double(degree + 1)) < 1e-14 * Double(count + 4))
        }
    }

    @Test(arguments: [Double.nan, -1, .infinity, 2_000])
    func covers_that_are_none_are_refused(cover: Double) throws {
        var builder = TreeEnsembleBuilder(featureCount: 1, targetCount: 1, precision: .float32)
        builder.beginTree()
        builder.addBranch(
            feature: 0, .less, 0, ifTrue: 1, ifFalse: 2, missingIsTrue: true, cover: 1_000)
        builder.addLeaf(weight: 1, cover: cover)
        builder.addLeaf(weight: 2, cover: 500)
        let ensemble = try builder.compile()
        #expect {
            try TreeExplainer(builder, ensemble, target: 0)
        } throws: { ($0 as? LoadError)?.reason == .unsupported }
    }
}
