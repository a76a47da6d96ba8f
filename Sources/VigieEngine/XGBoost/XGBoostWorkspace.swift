/// One thread's memory for an ``XGBoostArtifact``.
final class XGBoostWorkspace: Workspace {
    let treeScratch: TreeScratch?
    let explanationScratch: TreeExplanationScratch?
    /// A row in the file's order.
    let values: UnsafeMutableBufferPointer<Float>
    /// Contributions in the file's order.
    let columnContributions: UnsafeMutableBufferPointer<Double>
    /// Margins, where the outputs are no place for them; at least one.
    private var sums: UnsafeMutableBufferPointer<Float>

    init(
        _ artifact: Artifact, _ treeScratch: TreeScratch?,
        _ explanationScratch: TreeExplanationScratch?,
        featureCount: Int
    ) {
        self.treeScratch = treeScratch
        self.explanationScratch = explanationScratch
        values = .allocate(capacity: featureCount)
        values.initialize(repeating: .nan)
        columnContributions = .allocate(capacity: featureCount)
        columnContributions.initialize(repeating: 0)
        sums = .allocate(capacity: 1)
        sums.initialize(repeating: 0)
        super.init(artifact)
    }

    deinit {
        values.deallocate()
        columnContributions.deallocate()
        sums.deallocate()
    }

    /// Room for `count` margins; allocates only when it has never been so much.
    func sums(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
        if count > sums.count {
            sums.deallocate()
            sums = .allocate(capacity: count)
            sums.initialize(repeating: 0)
        }
        return UnsafeMutableBufferPointer(rebasing: sums[..<count])
    }
}
