/// A model of trees that answer in double precision: LightGBM's, scikit-learn's.
///
/// Tensor view: input `input`, FP64 [N, F], or FP32 where the model was trained on floats (see
/// ``ForestFile``); columns in the file's order, NaN for missing. Output `output`, FP64 [N] or, for
/// several classes or targets, [N, C]: what the library's `predict` (probabilities of a
/// classifier: `predict_proba`, of two classes the second's) gives. Isolation forests: the anomaly
/// score in (0, 1), and a second output `decision_function`, FP64 [N], below 0 for outliers.
///
/// Row view, for models with one output: the score before ``link``.
final class ScoredTreesArtifact: Artifact, @unchecked Sendable {
    private let model: Parts
    private let match: SignatureMatch
    private let rowMap: RowMap
    private let featureCount: Int
    private let outputCount: Int
    /// Rows that are read before they are scored.
    private let blockRowCount: Int

    /// What a prediction needs, compiled.
    private struct Parts {
        let ensemble: TreeEnsemble
        let explanations: TreeExplanations?
        let formulas: LeafFormulas?
        let reading: RowReading
        let response: ScoreResponse
        let base: [Double]
        let divisor: Double
        let scale: Double
        let offset: Double?
    }

    /// - Parameter read: from the file's bytes to its trees.
    /// - Throws: `corrupt`, `unsupported` or `limit` for the file, `signature` when the source's
    ///   signature does not fit it; all with the file's name.
    init(
        _ source: ArtifactSource, _ read: ([UInt8]) throws(LoadError) -> ScoredTrees
    ) throws(LoadError) {
        let inputType: ElementType
        do {
            let trees = try read(source.bytes)
            let ordered = try OrderedTrees(trees.builder)
            let ensemble = try ordered.compile()
            inputType = trees.inputType
            var file = trees.features
            for categorical in ensemble.columns.categoricals {
                let asked = file.categoryCounts[categorical.feature] ?? 0
                file.categoryCounts[categorical.feature] = max(asked, categorical.count)
            }
            match =
                if let signature = source.signature {
                    try SignatureMatch(signature, to: file)
                } else {
                    SignatureMatch(derivedFrom: file)
                }
            rowMap = RowMap(match, trees.reading)
            model = Parts(
                ensemble: ensemble,
                explanations: try Self.explanations(
                    trees, ordered, ensemble, source.explanation, rowMap),
                formulas: trees.formulas, reading: trees.reading, response: trees.response,
                base: trees.base, divisor: trees.divisor, scale: trees.scale, offset: trees.offset)
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
        featureCount = model.ensemble.featureCount
        outputCount = model.ensemble.targetCount
        blockRowCount = max(1, min(Self.blockRowsMax, Self.blockValuesMax / max(featureCount, 1)))
        var outputs = [
            TensorSpec(
                name: "output", type: .float64, shape: outputCount == 1 ? [-1] : [-1, outputCount])
        ]
        if model.offset != nil {
            outputs.append(TensorSpec(name: "decision_function", type: .float64, shape: [-1]))
        }
        super.init(
            flavor: source.flavor,
            inputs: [TensorSpec(name: "input", type: inputType, shape: [-1, featureCount])],
            outputs: outputs, signature: match.signature,
            memoryBytes: model.ensemble.memoryBytes + (model.explanations?.memoryBytes ?? 0)
                + (model.formulas?.memoryBytes ?? 0))
    }

    /// Nil for models that have none: linear leaves, no covers.
    private static func explanations(
        _ trees: ScoredTrees, _ ordered: OrderedTrees, _ ensemble: TreeEnsemble,
        _ method: ExplanationMethod, _ rowMap: RowMap
    ) throws(LoadError) -> TreeExplanations? {
        switch method {
        // Reconstruction is for other flavors: ArtifactSource has refused it.
        case .pathDependent, .reconstruction:
            return trees.formulas == nil ? TreeExplanations(ordered, ensemble) : nil
        case .interventional(let background):
            guard trees.formulas == nil else {
                throw LoadError(.unsupported, "linear trees cannot be explained")
            }
            let values = UnsafeMutableBufferPointer<Double>.allocate(
                capacity: ensemble.featureCount)
            values.initialize(repeating: .nan)
            defer { values.deallocate() }
            return try TreeExplanations(
                ordered, ensemble, rowCount: background.count
            ) { row, scratch in
                rowMap.read(background[row], into: values)
                ensemble.fillKeys(of: values.span, scratch)
            }
        }
    }

    /// Enough rows for the kernels that take hundreds at once; 512 KB of values at most.
    private static let blockRowsMax = 1_024
    private static let blockValuesMax = 1 << 16

    override func makeWorkspace() -> Workspace {
        let ensemble = model.formulas?.leaves ?? model.ensemble
        return ScoredTreesWorkspace(
            self, ensemble.makeScratch(), model.explanations?.makeScratch(),
            rowValueCount: blockRowCount * featureCount, outputCount: outputCount,
            leafCount: model.formulas?.leaves.targetCount ?? 0, featureCount: featureCount)
    }

    // MARK: Tensors

    override func run(_ workspace: Workspace) throws(InferenceError) {
        let workspace = Self.own(workspace)
        let input = workspace.inputs[0]
        guard input.shape.rank == 2, input.shape[1] == featureCount else {
            throw InferenceError(
                .input, "input 'input' has shape \(input.shape), expected [-1, \(featureCount)]")
        }
        let rowCount = input.shape[0]
        let (valueCount, isTooMuch) = rowCount.multipliedReportingOverflow(by: outputCount)
        guard !isTooMuch, valueCount <= 1 << 32 else {
            throw InferenceError(.limit, "\(rowCount) rows are too many")
        }
        var shape = TensorShape([rowCount])
        if outputCount > 1 { shape.append(outputCount) }
        workspace.outputs[0].reshape(shape)
        workspace.outputs[0].withElements(of: Double.self) { outputs in
            var first = 0
            while first < rowCount {
                let count = min(blockRowCount, rowCount - first)
                readBlock(input, first, count, workspace)
                let range = first * outputCount..<(first + count) * outputCount
                var scores = UnsafeMutableBufferPointer(rebasing: outputs[range]).mutableSpan
                score(count, into: &scores, workspace)
                model.response.apply(&scores, outputCount: outputCount)
                first += count
            }
        }
        if let offset = model.offset { writeDecisions(offset, workspace) }
    }

    private func readBlock(
        _ input: Tensor, _ first: Int, _ count: Int, _ workspace: ScoredTreesWorkspace
    ) {
        let range = first * featureCount..<(first + count) * featureCount
        var rows = workspace.rows.mutableSpan
        if input.type == .float32 {
            input.withElements(of: Float.self) {
                model.reading.read(
                    UnsafeMutableBufferPointer(rebasing: $0[range]).span, into: &rows)
            }
        } else {
            input.withElements(of: Double.self) {
                model.reading.read(
                    UnsafeMutableBufferPointer(rebasing: $0[range]).span, into: &rows)
            }
        }
    }

    /// scikit-learn: `score_samples(X) - offset_`, the score being minus the anomaly score.
    private func writeDecisions(_ offset: Double, _ workspace: ScoredTreesWorkspace) {
        let decisions = workspace.outputs[1]
        decisions.reshape(workspace.outputs[0].shape)
        workspace.outputs[0].withElements(of: Double.self) { scores in
            decisions.withElements(of: Double.self) { decisions in
                for index in decisions.indices { decisions[index] = -scores[index] - offset }
            }
        }
    }

    /// Scores the first `rowCount` of the workspace's read rows.
    private func score(
        _ rowCount: Int, into scores: inout MutableSpan<Double>, _ workspace: ScoredTreesWorkspace
    ) {
        let rows = UnsafeMutableBufferPointer(
            rebasing: workspace.rows[..<(rowCount * featureCount)])
        if let formulas = model.formulas {
            for row in 0..<rowCount {
                let values = UnsafeMutableBufferPointer(
                    rebasing: rows[row * featureCount..<(row + 1) * featureCount]
                ).span
                var leaves = workspace.leaves.mutableSpan
                formulas.leaves.predict(values, into: &leaves, workspace.treeScratch)
                let first = row * outputCount
                for target in 0..<outputCount { scores[first + target] = model.base[target] }
                formulas.add(values, workspace.leaves.span, to: &scores, from: first)
            }
        } else {
            model.ensemble.predict(
                rows.span, startingAt: model.base, into: &scores, workspace.treeScratch)
        }
        guard model.divisor != 1 || model.scale != 1 else { return }
        for index in scores.indices { scores[index] = finish(scores[index]) }
    }

    @inline(__always)
    private func finish(_ sum: Double) -> Double { sum / model.divisor * model.scale }

    // MARK: Rows

    override var link: ScoreLink {
        if case .each(let link) = model.response { link } else { .identity }
    }

    override var scoresRows: Bool { outputCount == 1 }

    override func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard scoresRows else {
            throw InferenceError(.unsupported, "a model of \(outputCount) outputs has no one score")
        }
        let workspace = Self.own(workspace)
        scoreRow(workspace)
        return workspace.scores[0]
    }

    /// Scores the workspace's row.
    private func scoreRow(_ workspace: ScoredTreesWorkspace) {
        rowMap.read(workspace.row, into: workspace.rows)
        var scores = workspace.scores.mutableSpan
        score(1, into: &scores, workspace)
    }

    // MARK: Explanations

    override var explainsRows: Bool { outputCount == 1 && model.explanations != nil }

    override var explainedOutputCount: Int { model.explanations?.outputCount ?? 0 }

    override func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard explainsRows else {
            throw InferenceError(
                .unsupported,
                outputCount == 1
                    ? "the model cannot explain its scores"
                    : "a model of \(outputCount) outputs has no one explanation")
        }
        return try explain(workspace, output: 0)
    }

    /// Exact Shapley values by the source's method. The base value is the model's mean plus what the score's sum was
    /// rounded by, so that the sum is exact.
    override func explain(_ workspace: Workspace, output: Int) throws(InferenceError) -> Double {
        let workspace = Self.own(workspace)
        guard let explanations = model.explanations, (0..<outputCount).contains(output),
            let scratch = workspace.explanationScratch
        else {
            throw InferenceError(.unsupported, "the artifact cannot explain output \(output)")
        }
        scoreRow(workspace)
        let row = UnsafeMutableBufferPointer(rebasing: workspace.rows[..<featureCount])
        model.ensemble.fillKeys(of: row.span, workspace.treeScratch)
        var contributions = workspace.columnContributions.mutableSpan
        explanations.explain(
            workspace.treeScratch, output: output, into: &contributions, scratch)
        let score = workspace.scores[output]
        var rest = score
        for (index, column) in match.columns.enumerated() {
            let contribution = finish(workspace.columnContributions[column])
            workspace.contributions[index] = contribution
            rest -= contribution
        }
        workspace.baseValue = rest
        return score
    }

    override var rowColumns: RowColumns? { rowMap.rowColumns }

    private static func own(_ workspace: Workspace) -> ScoredTreesWorkspace {
        guard let workspace = workspace as? ScoredTreesWorkspace else {
            preconditionFailure("the workspace was made by another artifact")
        }
        return workspace
    }
}
