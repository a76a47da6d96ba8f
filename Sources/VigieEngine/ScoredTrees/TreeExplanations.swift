/// Explains each output of an ensemble.
struct TreeExplanations: Sendable {
    private let explainers: [TreeExplainer]
    let memoryBytes: Int

    /// What the explainers of all outputs together may occupy; a forest of more classes and larger
    /// trees is served unexplained.
    private static let memoryBytesMax = 1 << 29

    /// Nil for trees that have no exact explanation: without covers, or too large.
    init?(_ source: TreeEnsembleBuilder, _ ensemble: TreeEnsemble) {
        var explainers: [TreeExplainer] = []
        var memory = 0
        for target in 0..<source.targetCount {
            guard let explainer = try? TreeExplainer(source, ensemble, target: target) else {
                return nil
            }
            memory += explainer.memoryBytes
            guard memory <= Self.memoryBytesMax else { return nil }
            explainers.append(explainer)
        }
        self.explainers = explainers
        memoryBytes = memory
    }

    var outputCount: Int { explainers.count }

    func makeScratch() -> [TreeExplainerScratch] { explainers.map { $0.makeScratch() } }

    /// - Parameters:
    ///   - keys: a scratch of the ensemble that holds a row's keys.
    ///   - contributions: one a feature, overwritten.
    func explain(
        _ keys: TreeScratch, output: Int, into contributions: inout MutableSpan<Double>,
        _ scratch: [TreeExplainerScratch]
    ) {
        explainers[output].explain(keys, into: &contributions, scratch[output])
    }
}
