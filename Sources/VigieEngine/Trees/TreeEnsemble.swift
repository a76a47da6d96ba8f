import CVigieKernels

/// Trees compiled to flat arrays, made by ``TreeEnsembleBuilder/compile()``. Immutable; any number
/// of threads may predict, each with a ``TreeScratch`` of its own.
///
/// A prediction allocates nothing and does the same sums in the same order whatever other rows
/// stand beside it, so that its bits do not depend on the batch.
package final class TreeEnsemble: @unchecked Sendable {
    /// Values in a row.
    package let featureCount: Int
    /// Outputs for a row.
    package let targetCount: Int
    package let treeCount: Int
    package let precision: TreeEnsembleBuilder.Precision
    /// What the arrays occupy.
    package let memoryBytes: Int

    /// What the processor is asked to do at most.
    let kernels: KernelLevel
    let columns: TreeColumns
    let aggregate: TreeEnsembleBuilder.Aggregate
    /// Whether each leaf is one weight: the kernels then do the sums.
    let isSimple: Bool
    /// For leaves that are not: where a leaf's weights begin and end in ``leafWeights``.
    let leafRanges: FlatArray<SIMD2<UInt32>>
    let leafWeights: FlatArray<Double>
    let leafTargets: FlatArray<UInt32>
    /// What the kernels see; the arrays below own its memory.
    let forest: vigie_forest

    /// The same trees for faster kernels, where they allow it.
    let ranked: RankedForest?

    private let blocks: FlatArray<vigie_block>
    private let levelNodes: FlatArray<vigie_level_node>
    private let branchNodes: FlatArray<vigie_branch_node>
    private let categoryBits: FlatArray<UInt32>
    private let targets: FlatArray<UInt32>
    private let weights32: FlatArray<Float>
    private let weights64: FlatArray<Double>

    init(
        source: TreeEnsembleBuilder, columns: TreeColumns, isSimple: Bool, blocks: [vigie_block],
        levelNodes: [vigie_level_node], branchNodes: [vigie_branch_node], categoryBits: [UInt32],
        targets: [UInt32], leaves: ForestLeaves, kernels: KernelLevel
    ) {
        featureCount = source.featureCount
        targetCount = source.targetCount
        treeCount = source.treeCount
        precision = source.precision
        aggregate = source.aggregate
        self.columns = columns
        self.kernels = kernels
        self.isSimple = isSimple
        self.blocks = FlatArray(blocks)
        self.levelNodes = FlatArray(levelNodes)
        self.branchNodes = FlatArray(branchNodes)
        self.categoryBits = FlatArray(categoryBits)
        self.targets = FlatArray(targets)
        weights32 = FlatArray(leaves.weights32)
        weights64 = FlatArray(leaves.weights64)
        leafRanges = FlatArray(leaves.ranges)
        leafWeights = FlatArray(leaves.manyWeights)
        leafTargets = FlatArray(leaves.manyTargets)
        forest = vigie_forest(
            blocks: self.blocks.base, block_count: blocks.count, level_nodes: self.levelNodes.base,
            branch_nodes: self.branchNodes.base, category_bits: self.categoryBits.base,
            weights32: weights32.base, weights64: weights64.base, targets: self.targets.base,
            target_count: source.targetCount)
        ranked =
            isSimple
            ? RankedCompiler(blocks, levelNodes, featureCount: source.featureCount).map {
                [forest] in RankedForest($0, forest, level: kernels.cpu)
            } : nil
        memoryBytes =
            self.blocks.byteCount + self.levelNodes.byteCount + self.branchNodes.byteCount
            + self.categoryBits.byteCount + self.targets.byteCount + weights32.byteCount
            + weights64.byteCount + leafRanges.byteCount + leafWeights.byteCount
            + leafTargets.byteCount + columns.cuts.byteCount + columns.cutStarts.byteCount
            + (ranked?.memoryBytes ?? 0)
    }

    /// Memory for one thread's predictions.
    package func makeScratch() -> TreeScratch {
        TreeScratch(
            keyStride: columns.stride, treeSlots: isSimple ? 0 : targets.count,
            rankedBytes: ranked?.scratchBytes ?? 0)
    }
}
