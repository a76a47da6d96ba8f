/// A model of XGBoost: gbtree, dart or gblinear, from UBJSON or JSON.
///
/// Tensor view: input `input`, FP32 [N, F], columns in the file's order, categories as the file's
/// codes, NaN for missing. Output `output`, FP32 [N] or, for several classes or targets, [N, C]:
/// what `Booster.predict` gives, over all trees, or, where XGBoost's scikit-learn interface saved the
/// file after early stopping, over those of the best round, as it predicts itself.
///
/// Row view, for models with one output: the score is the margin, which for `binary:logistic` is
/// the log-odds. It is XGBoost's own sum, in `Float` and in tree order.
public final class XGBoostArtifact: Artifact, @unchecked Sendable {
    private enum Compiled {
        case trees(TreeEnsemble)
        case linear(LinearBooster)
    }

    private let objective: XGBoostObjective
    private let objectiveName: String
    private let groupCount: Int
    private let featureCount: Int
    private let startMargins: [Float]
    private let match: SignatureMatch
    private let compiled: Compiled
    private let explanations: TreeExplanations?

    /// - Throws: `corrupt`, `unsupported` or `limit` for the file, `signature` when the source's
    ///   signature does not fit it.
    public init(_ source: ArtifactSource) throws(LoadError) {
        let model: XGBoostModel
        do {
            model = try XGBoostModel(source.bytes)
            match = try Self.match(source.signature, model)
            switch model.booster {
            case .trees(let builder):
                let trees = try OrderedTrees(builder)
                let ensemble = try trees.compile()
                compiled = .trees(ensemble)
                explanations = try Self.explanations(trees, ensemble, source.explanation, match)
            case .linear(let weights):
                compiled = .linear(LinearBooster(weights: weights, groupCount: model.groupCount))
                explanations = nil
            }
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
        objective = model.objective
        objectiveName = model.objectiveName
        groupCount = model.groupCount
        featureCount = model.featureCount
        startMargins = model.startMargins
        let outputCount = objective.outputCount(groups: groupCount)
        let memoryBytes =
            switch compiled {
            case .trees(let ensemble): ensemble.memoryBytes + (explanations?.memoryBytes ?? 0)
            case .linear(let linear): linear.weights.count * 4
            }
        super.init(
            flavor: .xgboost,
            inputs: [TensorSpec(name: "input", type: .float32, shape: [-1, featureCount])],
            outputs: [
                TensorSpec(
                    name: "output", type: .float32,
                    shape: outputCount == 1 ? [-1] : [-1, outputCount])
            ], signature: match.signature, memoryBytes: memoryBytes)
    }

    /// A sound model whose covers are no shares of training data (Hessians of an objective of one's
    /// own may be negative) scores as XGBoost does, unexplained: nil.
    private static func explanations(
        _ source: OrderedTrees, _ ensemble: TreeEnsemble, _ method: ExplanationMethod,
        _ match: SignatureMatch
    ) throws(LoadError) -> TreeExplanations? {
        guard case .interventional(let background) = method else {
            return TreeExplanations(source, ensemble)
        }
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: ensemble.featureCount)
        values.initialize(repeating: .nan)
        defer { values.deallocate() }
        return try TreeExplanations(
            source, ensemble, rowCount: background.count
        ) { row, scratch in
            for (feature, column) in match.columns.enumerated() {
                values[column] = Float(match.code(background[row][feature], of: feature))
            }
            ensemble.fillKeys(of: values.span, scratch)
        }
    }

    private static func match(
        _ signature: Signature?, _ model: XGBoostModel
    ) throws(LoadError) -> SignatureMatch {
        var file = SignatureMatch.FileFeatures(
            count: model.featureCount, names: model.featureNames, kinds: [:],
            categoryNames: model.categoryNames, categoryCounts: [:])
        for (column, type) in model.featureTypes.enumerated() {
            switch type {
            case "c": file.kinds[column] = .category
            case "i": file.kinds[column] = .boolean
            case "int": file.kinds[column] = .integer
            default: file.kinds[column] = .number
            }
        }
        if case .trees(let builder) = model.booster {
            for categorical in TreeColumns(builder).categoricals {
                file.categoryCounts[categorical.feature] = categorical.count
            }
        }
        guard let signature else { return SignatureMatch(derivedFrom: file) }
        return try SignatureMatch(signature, to: file)
    }

    override public func makeWorkspace() -> Workspace {
        switch compiled {
        case .trees(let ensemble):
            XGBoostWorkspace(
                self, ensemble.makeScratch(), explanations?.makeScratch(),
                featureCount: featureCount)
        case .linear: XGBoostWorkspace(self, nil, nil, featureCount: featureCount)
        }
    }

    override public func run(_ workspace: Workspace) throws(InferenceError) {
        let workspace = Self.own(workspace)
        let shape = workspace.inputs[0].shape
        guard shape.rank == 2, shape[1] == featureCount else {
            throw InferenceError(
                .input, "input 'input' has shape \(shape), expected [-1, \(featureCount)]")
        }
        let rowCount = shape[0]
        let outputCount = objective.outputCount(groups: groupCount)
        var outputShape = TensorShape([rowCount])
        if outputCount > 1 { outputShape.append(outputCount) }
        let sumCount = rowCount.multipliedReportingOverflow(by: groupCount)
        guard !sumCount.overflow, sumCount.partialValue <= 1 << 32 else {
            throw InferenceError(.limit, "\(rowCount) rows are too many")
        }
        let output = workspace.outputs[0]
        output.reshape(outputShape)
        workspace.inputs[0].withElements(of: Float.self) { rows in
            if outputCount == groupCount {
                output.withElements(of: Float.self) { outputs in
                    var sums = outputs.mutableSpan
                    self.sum(rows.span, into: &sums, workspace)
                    objective.transform(&sums, groups: groupCount)
                }
            } else {
                var sums = workspace.sums(sumCount.partialValue).mutableSpan
                self.sum(rows.span, into: &sums, workspace)
                objective.transform(&sums, groups: groupCount)
                output.withElements(of: Float.self) { outputs in
                    for row in outputs.indices { outputs[row] = sums[row] }
                }
            }
        }
    }

    /// The margins of any number of rows.
    private func sum(
        _ rows: Span<Float>, into sums: inout MutableSpan<Float>, _ workspace: XGBoostWorkspace
    ) {
        switch compiled {
        case .trees(let ensemble):
            guard let scratch = workspace.treeScratch else { return }
            ensemble.predict(rows, startingAt: startMargins, into: &sums, scratch)
        case .linear(let linear):
            linear.predict(rows, startingAt: startMargins, into: &sums)
        }
    }

    override public var link: ScoreLink { objective.link(name: objectiveName) }

    override public var scoresRows: Bool { groupCount == 1 }

    override public func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard scoresRows else {
            throw InferenceError(.unsupported, "a model of \(groupCount) outputs has no one score")
        }
        let workspace = Self.own(workspace)
        let sums = sumRow(workspace)
        return Double(sums[0])
    }

    /// The margins of the workspace's row.
    private func sumRow(_ workspace: XGBoostWorkspace) -> UnsafeMutableBufferPointer<Float> {
        for (index, column) in match.columns.enumerated() {
            workspace.values[column] = Float(match.code(workspace.row[index], of: index))
        }
        let buffer = workspace.sums(groupCount)
        var sums = buffer.mutableSpan
        sum(workspace.values.span, into: &sums, workspace)
        return buffer
    }

    override public var explainsRows: Bool { groupCount == 1 && explainedOutputCount == 1 }

    /// One a class or target; `multi:softmax` too explains the classes' margins.
    override public var explainedOutputCount: Int {
        if case .linear = compiled { groupCount } else { explanations?.outputCount ?? 0 }
    }

    override public func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard explainsRows else {
            throw InferenceError(
                .unsupported,
                groupCount == 1
                    ? "the model cannot explain its scores"
                    : "a model of \(groupCount) outputs has no one explanation")
        }
        return try explain(workspace, output: 0)
    }

    /// Exact SHAP values by the source's method; path-dependent ones are XGBoost's `pred_contribs`.
    /// The base value is the model's mean plus what the score's `Float` sum was rounded by (some
    /// 1e-7 of it), so that the sum is exact.
    override public func explain(
        _ workspace: Workspace, output: Int
    ) throws(InferenceError) -> Double {
        guard (0..<explainedOutputCount).contains(output) else {
            throw InferenceError(.unsupported, "the artifact cannot explain output \(output)")
        }
        let workspace = Self.own(workspace)
        let score = Double(sumRow(workspace)[output])
        var contributions = workspace.columnContributions.mutableSpan
        switch compiled {
        case .trees(let ensemble):
            guard let explanations, let scratch = workspace.treeScratch,
                let explanationScratch = workspace.explanationScratch
            else { return score }
            ensemble.fillKeys(of: workspace.values.span, scratch)
            explanations.explain(
                scratch, output: output, into: &contributions, explanationScratch)
        case .linear(let linear):
            linear.explain(workspace.values.span, group: output, into: &contributions)
        }
        var rest = score
        for (index, column) in match.columns.enumerated() {
            let contribution = workspace.columnContributions[column]
            workspace.contributions[index] = contribution
            rest -= contribution
        }
        workspace.baseValue = rest
        return score
    }

    override public var rowColumns: RowColumns? {
        RowColumns(signature, columns: match.columns, codes: match.codes)
    }

    private static func own(_ workspace: Workspace) -> XGBoostWorkspace {
        guard let workspace = workspace as? XGBoostWorkspace else {
            preconditionFailure("the workspace was made by another artifact")
        }
        return workspace
    }
}
