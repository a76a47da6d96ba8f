/// One thread's memory for a ``ScoredTreesArtifact``.
final class ScoredTreesWorkspace: Workspace {
    let treeScratch: TreeScratch
    let explanationScratch: TreeExplanationScratch?
    /// Read rows of a block, one after the other.
    let rows: UnsafeMutableBufferPointer<Double>
    /// The scores of one row.
    let scores: UnsafeMutableBufferPointer<Double>
    /// Numbers of leaves, for formulas.
    let leaves: UnsafeMutableBufferPointer<Double>
    /// Contributions in the file's order.
    let columnContributions: UnsafeMutableBufferPointer<Double>

    init(
        _ artifact: Artifact, _ treeScratch: TreeScratch,
        _ explanationScratch: TreeExplanationScratch?,
        rowValueCount: Int, outputCount: Int, leafCount: Int, featureCount: Int
    ) {
        func make(_ count: Int) -> UnsafeMutableBufferPointer<Double> {
            let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: count)
            buffer.initialize(repeating: 0)
            return buffer
        }
        self.treeScratch = treeScratch
        self.explanationScratch = explanationScratch
        rows = make(rowValueCount)
        scores = make(outputCount)
        leaves = make(leafCount)
        columnContributions = make(featureCount)
        super.init(artifact)
    }

    deinit {
        rows.deallocate()
        scores.deallocate()
        leaves.deallocate()
        columnContributions.deallocate()
    }
}
