import CVigieKernels

/// A forest of full trees for the kernels that ask every branch (`vigie_ranked.h`), made from the
/// blocks that ``ForestCompiler`` has laid out. Where it exists it answers as they do, bit for bit.
final class RankedForest: @unchecked Sendable {
    /// What the kernels see; the arrays below own its memory, but for weights and targets.
    let forest: vigie_ranked
    /// The kernels to use.
    let level: vigie_cpu

    private let blocks: FlatArray<vigie_ranked_block>
    private let features: FlatArray<vigie_ranked_feature>
    private let cuts: FlatArray<Int32>
    private let nodes: FlatArray<vigie_ranked_node>
    private let slotColumns: FlatArray<UInt8>
    private let slotKeys8: FlatArray<UInt8>
    private let slotKeys16: FlatArray<UInt16>

    init(_ compiler: RankedCompiler, _ plain: vigie_forest, level: vigie_cpu) {
        self.level = level
        blocks = FlatArray(compiler.blocks)
        features = FlatArray(compiler.ranks.features)
        cuts = FlatArray(compiler.ranks.cuts)
        nodes = FlatArray(compiler.nodes)
        slotColumns = FlatArray(compiler.slotColumns)
        let isNarrow = compiler.ranks.isNarrow
        slotKeys8 = FlatArray(compiler.slotKeys8)
        slotKeys16 = FlatArray(compiler.slotKeys16)
        forest = vigie_ranked(
            blocks: blocks.base, block_count: blocks.count, features: features.base,
            feature_count: features.count, cuts: cuts.base,
            levels: UInt32(compiler.ranks.levels), rank_bytes: isNarrow ? 1 : 2,
            column_count: UInt32(compiler.ranks.columnCount), nodes: nodes.base,
            slot_columns: compiler.slotColumns.isEmpty ? nil : slotColumns.base,
            slot_keys: isNarrow
                ? UnsafeRawPointer(slotKeys8.base) : UnsafeRawPointer(slotKeys16.base),
            weights32: plain.weights32, weights64: plain.weights64, targets: plain.targets,
            target_count: plain.target_count)
    }

    /// Of one thread's memory for it.
    var scratchBytes: Int { withUnsafePointer(to: forest) { vigie_ranked_scratch($0) } }

    var memoryBytes: Int {
        blocks.byteCount + features.byteCount + cuts.byteCount + nodes.byteCount
            + slotColumns.byteCount + slotKeys8.byteCount + slotKeys16.byteCount
    }
}
