import CVigieKernels
import Glibc

/// Exact interventional Shapley values of an ensemble's outputs against a background of rows:
/// what `shap.TreeExplainer(model, data, feature_perturbation="interventional")` gives, in `Double`.
/// Immutable; any number of threads may explain, each with a scratch of its own.
///
/// A feature's contribution is what its value adds to the output on average when it takes the place
/// of a background row's, over all orders in which features do (Lundberg 2020; Janzing 2020). The
/// base value is the mean output of the background. Covers are not needed.
package final class InterventionalExplainer: @unchecked Sendable {
    let memoryBytes: Int
    private let featureCount: Int
    private let targetCount: Int
    private let rowCount: Int
    private let words: Int
    private let order: Int
    private let nodeCountMax: Int
    private let trees: FlatArray<vigie_background_tree>
    private let nodes: FlatArray<vigie_background_node>
    private let categoryBits: FlatArray<UInt32>
    private let paths: FlatArray<UInt32>
    private let weights: FlatArray<Double>
    private let shares: FlatArray<Double>
    /// Which background rows fit each node. Written only while it is being made.
    private let fits: UnsafeMutablePointer<UInt64>

    /// Rows of a background.
    package static let rowCountMax = 256
    private static let fitBytesMax = 1 << 29

    /// - Parameters:
    ///   - source: what `ensemble` was compiled from. Tests must be of order or of categories.
    ///   - rowCount: rows of the background, at least 1.
    ///   - fill: writes the comparison keys of a background row to the scratch
    ///     (``TreeEnsemble/fillKeys(of:_:)``).
    /// - Throws: `unsupported` for tests of equality, `limit` for too many rows or too large trees.
    package convenience init(
        _ source: TreeEnsembleBuilder, _ ensemble: TreeEnsemble, rowCount: Int,
        fill: (_ row: Int, TreeScratch) -> Void
    ) throws(LoadError) {
        try self.init(try OrderedTrees(source), ensemble, rowCount: rowCount, fill: fill)
    }

    /// As the other, of trees that are in order already.
    init(
        _ source: OrderedTrees, _ ensemble: TreeEnsemble, rowCount: Int,
        fill: (_ row: Int, TreeScratch) -> Void
    ) throws(LoadError) {
        guard (1...Self.rowCountMax).contains(rowCount) else {
            throw LoadError(
                .limit, "a background of \(rowCount) rows; it may have 1 to \(Self.rowCountMax)")
        }
        var compiler = BackgroundCompiler(source)
        for tree in source.trees.indices { try compiler.add(tree: tree) }
        // The kernel has forms for 1, 2 and 4 words.
        words = rowCount <= 64 ? 1 : rowCount <= 128 ? 2 : 4
        let fitCount = max(compiler.nodes.count, 1) * words
        guard fitCount * 8 <= Self.fitBytesMax else {
            throw LoadError(.limit, "the trees are too large for interventional explanations")
        }
        self.rowCount = rowCount
        featureCount = ensemble.featureCount
        targetCount = ensemble.targetCount
        order = compiler.order
        nodeCountMax = compiler.nodeCountMax
        trees = FlatArray(compiler.trees)
        nodes = FlatArray(compiler.nodes)
        categoryBits = FlatArray(compiler.sets.words)
        paths = FlatArray(compiler.paths)
        weights = FlatArray(compiler.weights)
        shares = FlatArray(Self.shares(order: compiler.order))
        fits = .allocate(capacity: fitCount)
        fits.initialize(repeating: 0, count: fitCount)
        memoryBytes =
            trees.byteCount + nodes.byteCount + categoryBits.byteCount + paths.byteCount
            + weights.byteCount + shares.byteCount + fitCount * 8
        var background = kernelView
        let scratch = ensemble.makeScratch()
        for row in 0..<rowCount {
            fill(row, scratch)
            vigie_background_mark(&background, scratch.keys, row)
        }
    }

    deinit { fits.deallocate() }

    private var kernelView: vigie_background {
        vigie_background(
            trees: trees.base, tree_count: trees.count, nodes: nodes.base,
            category_bits: categoryBits.base, paths: paths.base, fits: fits, weights: weights.base,
            shares: shares.base, target_count: targetCount, words: words, rows: rowCount,
            order: order)
    }

    /// [u][v] = (u - 1)! v! / (u + v)!: what each of u features gets that only one row has, where v
    /// are the other row's; 0 for u = 0.
    private static func shares(order: Int) -> [Double] {
        let stride = order + 1
        var shares = [Double](repeating: 0, count: stride * stride)
        for v in 0..<stride where order > 0 {
            var share = 1 / Double(v + 1)
            for u in 1..<stride {
                shares[u * stride + v] = share
                share *= Double(u) / Double(u + v + 1)
            }
        }
        return shares
    }

    /// Memory for one thread's explanations.
    package func makeScratch() -> InterventionalScratch {
        InterventionalScratch(
            nodeCount: nodeCountMax, setCount: nodeCountMax * words, countCount: (order + 1) * words
        )
    }

    /// - Parameters:
    ///   - keys: a scratch of the ensemble that holds a row's keys.
    ///   - target: the output to explain.
    ///   - contributions: one for each feature, overwritten.
    package func explain(
        _ keys: TreeScratch, target: Int, into contributions: inout MutableSpan<Double>,
        _ scratch: InterventionalScratch
    ) {
        precondition(contributions.count == featureCount, "one contribution a feature")
        for index in contributions.indices { contributions[index] = 0 }
        contributions.withUnsafeMutableBufferPointer { contributions in
            guard let base = contributions.baseAddress else { return }
            var background = kernelView
            vigie_background_explain(
                &background, keys.keys, target, base, scratch.hits, scratch.sets, scratch.counts)
        }
        for index in contributions.indices { contributions[index] /= Double(rowCount) }
    }
}

/// One thread's memory for explanations by one ``InterventionalExplainer``.
package final class InterventionalScratch {
    let hits: UnsafeMutablePointer<UInt8>
    let sets: UnsafeMutablePointer<UInt64>
    let counts: UnsafeMutablePointer<UInt64>

    init(nodeCount: Int, setCount: Int, countCount: Int) {
        hits = .allocate(capacity: max(nodeCount, 1))
        hits.initialize(repeating: 0, count: max(nodeCount, 1))
        sets = .allocate(capacity: max(setCount, 4))
        sets.initialize(repeating: 0, count: max(setCount, 4))
        counts = .allocate(capacity: max(countCount, 4))
        counts.initialize(repeating: 0, count: max(countCount, 4))
    }

    deinit {
        hits.deallocate()
        sets.deallocate()
        counts.deallocate()
    }
}
