/// Explains each output of an ensemble, by either method.
struct TreeExplanations: Sendable {
    private enum Method {
        /// One for each output.
        case pathDependent([TreeExplainer])
        case interventional(InterventionalExplainer)
    }

    let outputCount: Int
    let memoryBytes: Int
    private let method: Method

    /// What the explainers of all outputs together may occupy; a forest of more classes and larger
    /// trees is served unexplained.
    private static let memoryBytesMax = 1 << 29
    /// Outputs that are explained, each by an explainer of its own.
    private static let outputCountMax = 4_096

    /// Path-dependent ones; nil for trees that have none: without covers, or too large. A sound
    /// model scores all the same.
    init?(_ source: OrderedTrees, _ ensemble: TreeEnsemble) {
        var explainers: [TreeExplainer] = []
        var memory = 0
        guard ensemble.targetCount <= Self.outputCountMax else { return nil }
        for (target, trees) in source.treesByTarget().enumerated() {
            guard
                let explainer = try? TreeExplainer(
                    source, ensemble, target: target, trees: trees)
            else { return nil }
            memory += explainer.memoryBytes
            guard memory <= Self.memoryBytesMax else { return nil }
            explainers.append(explainer)
        }
        outputCount = ensemble.targetCount
        memoryBytes = memory
        method = .pathDependent(explainers)
    }

    /// Interventional ones.
    /// - Parameter fill: see ``InterventionalExplainer``.
    init(
        _ source: OrderedTrees, _ ensemble: TreeEnsemble, rowCount: Int,
        fill: (_ row: Int, TreeScratch) -> Void
    ) throws(LoadError) {
        let explainer = try InterventionalExplainer(
            source, ensemble, rowCount: rowCount, fill: fill)
        outputCount = ensemble.targetCount
        memoryBytes = explainer.memoryBytes
        method = .interventional(explainer)
    }

    func makeScratch() -> TreeExplanationScratch {
        switch method {
        case .pathDependent(let explainers):
            .pathDependent(
                TreeExplainerScratch(
                    productCount: explainers.map(\.productCount).max() ?? 0,
                    nodeCount: explainers.map(\.nodeCountMax).max() ?? 0))
        case .interventional(let explainer): .interventional(explainer.makeScratch())
        }
    }

    /// - Parameters:
    ///   - keys: a scratch of the ensemble that holds a row's keys.
    ///   - contributions: one a feature, overwritten.
    ///   - scratch: of this value's making.
    func explain(
        _ keys: TreeScratch, output: Int, into contributions: inout MutableSpan<Double>,
        _ scratch: TreeExplanationScratch
    ) {
        switch (method, scratch) {
        case (.pathDependent(let explainers), .pathDependent(let scratch)):
            explainers[output].explain(keys, into: &contributions, scratch)
        case (.interventional(let explainer), .interventional(let scratch)):
            explainer.explain(keys, target: output, into: &contributions, scratch)
        default: preconditionFailure("the scratch was made by other explanations")
        }
    }
}

/// One thread's memory for ``TreeExplanations``.
enum TreeExplanationScratch {
    /// As large as any output's explainer needs.
    case pathDependent(TreeExplainerScratch)
    case interventional(InterventionalScratch)
}
