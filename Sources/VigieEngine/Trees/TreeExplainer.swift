import CVigieKernels

/// Exact path-dependent Shapley values (Lundberg 2020, algorithm 2) of one output of an ensemble,
/// in `Double`. Immutable; any number of threads may explain, each with a scratch of its own.
///
/// Time is linear in the nodes times half the features on a path; see `shap.c` for how.
package final class TreeExplainer: @unchecked Sendable {
    /// The trees' mean answer over their training data, dart's weights included, start values not.
    package let baseValue: Double
    let memoryBytes: Int

    private let trees: FlatArray<vigie_shap_tree>
    private let nodes: FlatArray<vigie_shap_node>
    private let categoryBits: FlatArray<UInt32>
    private let points: FlatArray<Double>
    private let weights: FlatArray<Double>
    private let featureCount: Int
    private let kernels: KernelLevel
    let productCount: Int
    let nodeCountMax: Int

    /// Bytes of one scratch; a forest of deeper and wider trees is not explained.
    private static let scratchBytesMax = 1 << 28

    /// - Parameters:
    ///   - source: what `ensemble` was compiled from. Tests must be of order or of categories.
    ///   - target: the output to explain.
    ///   - trees: those that speak of it.
    /// - Throws: `unsupported` for covers that are no shares of a whole and for tests of equality,
    ///   `limit` for trees that would take too much memory.
    init(
        _ source: OrderedTrees, _ ensemble: TreeEnsemble, target: Int, trees: [Int]
    ) throws(LoadError) {
        var compiler = ExplainerCompiler(source, target: target)
        nodes = try FlatArray(
            count: trees.reduce(0) { $0 + source.trees[$1].count }
        ) { nodes throws(LoadError) in try compiler.add(trees, to: nodes) }
        guard compiler.productCount * 8 <= Self.scratchBytesMax else {
            throw LoadError(.limit, "the trees are too large to be explained")
        }
        baseValue = compiler.baseValue
        featureCount = ensemble.featureCount
        kernels = ensemble.kernels
        productCount = compiler.productCount
        nodeCountMax = compiler.nodeCountMax
        self.trees = FlatArray(compiler.trees)
        categoryBits = FlatArray(compiler.sets.words)
        points = FlatArray(compiler.points)
        weights = FlatArray(compiler.weights)
        memoryBytes =
            self.trees.byteCount + nodes.byteCount + categoryBits.byteCount + points.byteCount
            + weights.byteCount
    }

    /// As the other, of trees that nobody has put in order yet.
    package convenience init(
        _ source: TreeEnsembleBuilder, _ ensemble: TreeEnsemble, target: Int
    ) throws(LoadError) {
        let ordered = try OrderedTrees(source)
        try self.init(
            ordered, ensemble, target: target, trees: ordered.treesByTarget()[target])
    }

    /// Memory for one thread's explanations.
    package func makeScratch() -> TreeExplainerScratch {
        TreeExplainerScratch(productCount: productCount, nodeCount: nodeCountMax)
    }

    /// - Parameters:
    ///   - keys: a scratch of the ensemble that holds a row (``TreeEnsemble/fillKeys(of:_:)``).
    ///   - contributions: one for each feature, overwritten.
    package func explain(
        _ keys: TreeScratch, into contributions: inout MutableSpan<Double>,
        _ scratch: TreeExplainerScratch
    ) {
        precondition(contributions.count == featureCount, "one contribution a feature")
        for index in contributions.indices { contributions[index] = 0 }
        contributions.withUnsafeMutableBufferPointer { contributions in
            var shap = vigie_shap(
                trees: trees.base, tree_count: trees.count, nodes: nodes.base,
                category_bits: categoryBits.base, points: points.base, weights: weights.base)
            guard let base = contributions.baseAddress else { return }
            vigie_shap_explain(
                &shap, kernels.cpu, keys.keys, base, scratch.products, scratch.hits)
        }
    }
}

/// One thread's memory for explanations by one ``TreeExplainer``.
package final class TreeExplainerScratch {
    let products: UnsafeMutablePointer<Double>
    let hits: UnsafeMutablePointer<UInt8>

    init(productCount: Int, nodeCount: Int) {
        products = .allocate(capacity: max(productCount, 1))
        products.initialize(repeating: 0, count: max(productCount, 1))
        hits = .allocate(capacity: max(nodeCount, 1))
        hits.initialize(repeating: 0, count: max(nodeCount, 1))
    }

    deinit {
        products.deallocate()
        hits.deallocate()
    }
}
