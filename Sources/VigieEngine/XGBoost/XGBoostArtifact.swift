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
    private let groupCount: Int
    private let featureCount: Int
    private let startMargins: [Float]
    private let match: SignatureMatch
    private let compiled: Compiled
    private let explainer: TreeExplainer?

    /// - Throws: `corrupt`, `unsupported` or `limit` for the file, `signature` when the source's
    ///   signature does not fit it.
    public init(_ source: ArtifactSource) throws(LoadError) {
        let model: XGBoostModel
        do {
            model = try XGBoostModel(source.bytes)
            switch model.booster {
            case .trees(let builder):
                let ensemble = try builder.compile()
                compiled = .trees(ensemble)
                // A sound model whose covers are no shares of training data (Hessians of an
                // objective of one's own may be negative) scores as XGBoost does, unexplained.
                explainer =
                    model.groupCount == 1 ? try? TreeExplainer(builder, ensemble, target: 0) : nil
            case .linear(let weights):
                compiled = .linear(LinearBooster(weights: weights, groupCount: model.groupCount))
                explainer = nil
            }
            match = try Self.match(source.signature, model)
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
        objective = model.objective
        groupCount = model.groupCount
        featureCount = model.featureCount
        startMargins = model.startMargins
        let outputCount = objective.outputCount(groups: groupCount)
        let memoryBytes =
            switch compiled {
            case .trees(let ensemble): ensemble.memoryBytes + (explainer?.memoryBytes ?? 0)
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
                self, ensemble.makeScratch(), explainer?.makeScratch(), featureCount: featureCount)
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

    override public var scoresRows: Bool { groupCount == 1 }

    override public func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard scoresRows else {
            throw InferenceError(.unsupported, "a model of \(groupCount) outputs has no one score")
        }
        let workspace = Self.own(workspace)
        for (index, column) in match.columns.enumerated() {
            workspace.values[column] = value(workspace.row[index], of: index)
        }
        var sums = workspace.sums(1).mutableSpan
        sum(workspace.values.span, into: &sums, workspace)
        return Double(sums[0])
    }

    /// A feature's value as the file knows it: another code for a category whose place differs.
    @inline(__always)
    private func value(_ value: Double, of feature: Int) -> Float {
        guard !match.codes[feature].isEmpty, !value.isNaN else { return Float(value) }
        guard value >= 0, value < Double(match.codes[feature].count) else { return -1 }
        return Float(match.codes[feature][Int(value)])
    }

    override public var explainsRows: Bool {
        if case .linear = compiled { return groupCount == 1 }
        return explainer != nil
    }

    /// Exact path-dependent SHAP values, as XGBoost's `pred_contribs`. The base value is the
    /// model's mean plus what the score's `Float` sum was rounded by (some 1e-7 of it), so that the
    /// sum is exact.
    override public func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard explainsRows else {
            throw InferenceError(
                .unsupported, "a model of \(groupCount) outputs has no one explanation")
        }
        let score = try score(workspace)
        let workspace = Self.own(workspace)
        var contributions = workspace.columnContributions.mutableSpan
        switch compiled {
        case .trees(let ensemble):
            guard let explainer, let scratch = workspace.treeScratch,
                let explainerScratch = workspace.explainerScratch
            else { return score }
            ensemble.fillKeys(of: workspace.values.span, scratch)
            explainer.explain(scratch, into: &contributions, explainerScratch)
        case .linear(let linear):
            linear.explain(workspace.values.span, into: &contributions)
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
