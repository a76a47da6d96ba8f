import TestRandom
import Testing
import VigieEngine

/// Every level of kernels that this processor has, on forests that reach every kernel and its edges:
/// ranks of 8 and 16 bits, few and many columns, depths of one to eight, one row and many.
@Suite struct KernelLevelTests {
    struct Forest: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: RandomTrees
        var treeCount = 19
    }

    private static let orders: [TreeTest] = [.less, .lessOrEqual, .greater, .greaterOrEqual]

    /// So many values, each of them a float.
    private static func values(_ count: Int) -> [Double] {
        (0..<count).map { Double($0) / 8 - 20 }
    }

    static let forests: [Forest] = [
        Forest(testDescription: "depth 0", kind: RandomTrees(depthMax: 0)),
        Forest(testDescription: "depth 1", kind: RandomTrees(tests: orders, depthMax: 1)),
        Forest(testDescription: "depth 2", kind: RandomTrees(tests: orders, depthMax: 2)),
        Forest(testDescription: "depth 3", kind: RandomTrees(tests: orders, depthMax: 3)),
        Forest(testDescription: "depth 4", kind: RandomTrees(tests: orders, depthMax: 4)),
        Forest(testDescription: "depth 5", kind: RandomTrees(tests: orders, depthMax: 5)),
        Forest(
            testDescription: "depth 6, three targets",
            kind: RandomTrees(targetCount: 3, tests: orders, depthMax: 6), treeCount: 300),
        Forest(
            testDescription: "depth 7",
            kind: RandomTrees(tests: orders, depthMax: 7, stopChance: 0.02)),
        Forest(
            testDescription: "depth 8",
            kind: RandomTrees(tests: orders, depthMax: 8, stopChance: 0.02)),
        Forest(
            testDescription: "more than 64 columns",
            kind: RandomTrees(featureCount: 50, tests: orders, stopChance: 0.02)),
        Forest(
            testDescription: "more than 128 columns",
            kind: RandomTrees(featureCount: 80, tests: orders, stopChance: 0.02)),
        Forest(
            testDescription: "255 cuts",
            kind: RandomTrees(featureCount: 1, stopChance: 0, values: values(255)), treeCount: 60),
        Forest(
            testDescription: "256 cuts",
            kind: RandomTrees(featureCount: 1, stopChance: 0, values: values(256)), treeCount: 60),
        Forest(
            testDescription: "thousands of cuts",
            kind: RandomTrees(
                featureCount: 2, depthMax: 8, stopChance: 0, values: values(5_000)),
            treeCount: 80),
    ]

    /// One row, then around the sizes at which kernels take turns and passes end.
    private static let batches = [1, 2, 15, 39, 40, 41, 64, 65, 127, 128, 129, 300]

    @Test(arguments: forests)
    func every_level_answers_as_a_textbook_walk_does_whatever_the_batch(
        forest: Forest
    ) throws {
        try check(forest, .float32) { builder, level in
            let ensemble = try builder.compile(kernels: level)
            return { rows, start in
                predict(ensemble, rows.flatMap { $0.map { Float($0) } }, start).map { Double($0) }
            }
        }
    }

    @Test(arguments: forests)
    func every_level_sums_doubles_as_a_textbook_walk_does(forest: Forest) throws {
        try check(forest, .float64) { builder, level in
            let ensemble = try builder.compile(kernels: level)
            return { rows, start in
                let sums = predict(ensemble, rows.flatMap { $0 })
                return sums.enumerated().map { $1 + Double(start[$0 % start.count]) }
            }
        }
    }

    private func check(
        _ forest: Forest, _ precision: TreeEnsembleBuilder.Precision,
        _ make: (TreeEnsembleBuilder, KernelLevel) throws -> ([[Double]], [Float]) -> [Double]
    ) throws {
        let seed: UInt64 = 17
        var random = SplitMix(seed: seed)
        let kind = forest.kind
        var builder = TreeEnsembleBuilder(
            featureCount: kind.featureCount, targetCount: kind.targetCount, precision: precision)
        let trees = (0..<forest.treeCount).map { _ in kind.tree(&random) }
        for tree in trees { tree.add(to: &builder, &random) }
        let rows = (0..<(Self.batches.max() ?? 0)).map { _ in kind.row(&random) }
        let start = [Float](repeating: 0, count: kind.targetCount)
        let expected = rows.map { row in
            var sums = [Double](repeating: 0, count: kind.targetCount)
            for tree in trees {
                for (target, weight) in tree.answer(row) {
                    sums[target] =
                        precision == .float64
                        ? sums[target] + weight
                        : Double(Float(sums[target]) + Float(weight))
                }
            }
            return sums
        }
        for level in KernelLevel.available {
            let answer = try make(builder, level)
            for batch in Self.batches {
                #expect(
                    answer(Array(rows[..<batch]), start) == expected[..<batch].flatMap { $0 },
                    "\(level), \(batch) rows, seed \(seed)")
            }
        }
    }
}
