import TestRandom
import Testing
import VigieEngine

@Suite struct TreeEnsembleTests {
    private static let allTests: [TreeTest] = [
        .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .inCategories,
    ]
    private static let orders: [TreeTest] = [.less, .lessOrEqual, .greater, .greaterOrEqual]

    static let kinds: [RandomTrees] = [
        RandomTrees(), RandomTrees(depthMax: 0), RandomTrees(depthMax: 1),
        RandomTrees(targetCount: 3, tests: orders), RandomTrees(tests: orders, depthMax: 8),
        RandomTrees(tests: orders, depthMax: 14, stopChance: 0.35),
        RandomTrees(tests: [.equal, .notEqual]), RandomTrees(tests: [.inCategories, .less]),
        RandomTrees(targetCount: 4, tests: allTests, depthMax: 9, stopChance: 0.25),
        RandomTrees(targetCount: 3, tests: allTests, manyWeights: true),
    ]

    @Test(arguments: kinds.indices)
    func float32_ensembles_answer_as_a_textbook_walk_does(kind: Int) throws {
        let kind = Self.kinds[kind]
        var random = SplitMix(seed: 11)
        for treeCount in [1, 7, 8, 9, 40] {
            var builder = TreeEnsembleBuilder(
                featureCount: kind.featureCount, targetCount: kind.targetCount, precision: .float32)
            let trees = (0..<treeCount).map { _ in kind.tree(&random) }
            for tree in trees { tree.add(to: &builder, &random) }
            let ensemble = try builder.compile()
            let rows = (0..<200).map { _ in kind.row(&random) }
            let start = (0..<kind.targetCount).map { Float($0) + 0.25 }
            var expected: [Float] = []
            for row in rows {
                var sums = start
                for tree in trees {
                    for (target, weight) in tree.answer(row) { sums[target] += Float(weight) }
                }
                expected += sums
            }
            #expect(predict(ensemble, rows.flatMap { $0.map { Float($0) } }, start) == expected)
        }
    }

    @Test(arguments: kinds.indices)
    func float64_ensembles_answer_as_a_textbook_walk_does(kind: Int) throws {
        var kind = Self.kinds[kind]
        // Neighbours that are one value as floats.
        kind.values += [0.1, 0.1.nextUp, 0.1.nextDown, 1e300, -1e-300]
        var random = SplitMix(seed: 12)
        for treeCount in [1, 9, 30] {
            var builder = TreeEnsembleBuilder(
                featureCount: kind.featureCount, targetCount: kind.targetCount, precision: .float64)
            let trees = (0..<treeCount).map { _ in kind.tree(&random) }
            for tree in trees { tree.add(to: &builder, &random) }
            let ensemble = try builder.compile()
            let rows = (0..<200).map { _ in kind.row(&random) }
            var expected: [Double] = []
            for row in rows {
                var sums = [Double](repeating: 0, count: kind.targetCount)
                for tree in trees {
                    for (target, weight) in tree.answer(row) { sums[target] += weight }
                }
                expected += sums
            }
            #expect(predict(ensemble, rows.flatMap { $0 }) == expected)
        }
    }

    @Test(arguments: [
        TreeEnsembleBuilder.Aggregate.average, .minimum, .maximum,
    ])
    func other_aggregates_are_made_over_the_leaves_that_speak(
        aggregate: TreeEnsembleBuilder.Aggregate
    ) throws {
        let kind = RandomTrees(targetCount: 3, tests: Self.orders, manyWeights: true)
        var random = SplitMix(seed: 13)
        var builder = TreeEnsembleBuilder(
            featureCount: kind.featureCount, targetCount: 3, precision: .float64,
            aggregate: aggregate)
        let trees = (0..<11).map { _ in kind.tree(&random) }
        for tree in trees { tree.add(to: &builder, &random) }
        let ensemble = try builder.compile()
        let rows = (0..<300).map { _ in kind.row(&random) }
        let outputs = predict(ensemble, rows.flatMap { $0 }, [10, 20, 30])
        for (index, row) in rows.enumerated() {
            let answers = trees.flatMap { $0.answer(row) }
            for target in 0..<3 {
                let weights = answers.filter { $0.target == target }.map(\.weight)
                let expected =
                    switch aggregate {
                    case .minimum: weights.min() ?? 0
                    case .maximum: weights.max() ?? 0
                    default: weights.reduce(0, +) / 11
                    }
                let start = Double(10 * (target + 1))
                #expect(abs(outputs[index * 3 + target] - start - expected) < 1e-12)
            }
        }
    }

    @Test func an_answer_does_not_depend_on_the_batch() throws {
        let kind = RandomTrees(featureCount: 30, targetCount: 2, tests: Self.orders)
        var random = SplitMix(seed: 14)
        var builder = TreeEnsembleBuilder(featureCount: 30, targetCount: 2, precision: .float32)
        for _ in 0..<50 { kind.tree(&random).add(to: &builder, &random) }
        let ensemble = try builder.compile()
        let rows = (0..<333).map { _ in kind.row(&random).map { Float($0) } }
        let together = predict(ensemble, rows.flatMap { $0 })
        let alone = rows.flatMap { predict(ensemble, $0) }
        #expect(together.map(\.bitPattern) == alone.map(\.bitPattern))
        let backwards = predict(ensemble, rows.reversed().flatMap { $0 })
        #expect(backwards.suffix(2).map(\.bitPattern) == together.prefix(2).map(\.bitPattern))
    }

    @Test func an_ensemble_without_trees_gives_the_start_values() throws {
        let builder = TreeEnsembleBuilder(featureCount: 1, targetCount: 2, precision: .float32)
        let rows: [Float] = [1, 2]
        #expect(predict(try builder.compile(), rows, [0.5, 7]) == [0.5, 7, 0.5, 7])
    }

    @Test func no_rows_give_no_outputs() throws {
        var builder = TreeEnsembleBuilder(featureCount: 3, targetCount: 1, precision: .float32)
        builder.beginTree()
        builder.addLeaf(weight: 1)
        #expect(predict(try builder.compile(), [Float]()) == [])
    }
}
