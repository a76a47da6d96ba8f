/// Other artifacts and expressions, one after the other: `pipeline.json`. ``PipelineFile``
/// documents the format.
///
/// Tensor view: one input [-1] for each of the file's (see ``InputColumn/spec``), all of one length;
/// outputs of that length: FP64 (NaN for missing) or, for texts, BYTES.
///
/// Row view, when the file says which value is the score and all texts among the inputs have their
/// values: that value, in the file's link.
///
/// A row's answer does not depend on its neighbours, as its members' do not.
public final class PipelineArtifact: Artifact, @unchecked Sendable {
    override public var members: [Artifact] { plan.members }
    override public var levels: Int { plan.levels }
    let plan: PipelinePlan

    /// - Throws: `corrupt`, `unsupported` or `limit` for the file, `signature` when the source's
    ///   signature, or a member, does not fit it.
    public init(_ source: ArtifactSource) throws(LoadError) {
        let plan = try PipelinePlan(source)
        self.plan = plan
        super.init(
            flavor: .pipeline, inputs: plan.columns.map(\.spec), outputs: plan.outputSpecs,
            signature: plan.rowInputs.signature, memoryBytes: plan.memoryBytes)
    }

    /// An error of a member, with its name, and the row if it is known.
    func error(_ error: InferenceError, _ member: Int, _ row: Int?) -> InferenceError {
        let place = row.map { ", row \($0)" } ?? ""
        return InferenceError(
            error.reason, "member '\(plan.memberNames[member])'\(place): \(error.message)")
    }

    override public func makeWorkspace() -> Workspace { PipelineWorkspace(self) }

    override public func run(_ workspace: Workspace) throws(InferenceError) {
        let workspace = Self.own(workspace)
        let rowCount = try InputColumn.rowCount(plan.columns, workspace.inputs)
        for (index, column) in plan.columns.enumerated() {
            try column.copy(
                workspace.inputs[index], to: workspace.values[index], rowCount: rowCount)
        }
        try compute(workspace, rowCount: rowCount)
        for (output, value) in zip(workspace.outputs, plan.outputs) {
            Self.copy(workspace.values[value], to: output, rowCount: rowCount)
        }
    }

    private func compute(
        _ workspace: PipelineWorkspace, rowCount: Int
    ) throws(InferenceError) {
        for step in plan.steps {
            switch step {
            case .row(let call): try call.run(self, workspace, rowCount: rowCount)
            case .tensors(let call): try call.run(self, workspace, rowCount: rowCount)
            case .expression(let step): try step.run(workspace, rowCount: rowCount)
            case .map(let step): step.run(workspace, rowCount: rowCount)
            }
        }
    }

    private static func copy(_ value: Tensor, to output: Tensor, rowCount: Int) {
        output.reshape(TensorShape([rowCount]))
        if value.type == .string {
            for row in 0..<rowCount { value.withString(at: row) { output.appendString($0) } }
            return
        }
        value.withElements(of: Double.self) { source in
            output.withElements(of: Double.self) { destination in
                for row in 0..<rowCount { destination[row] = source[row] }
            }
        }
    }

    override public var scoresRows: Bool { plan.score != nil && plan.rowInputs.covers }

    override public var link: ScoreLink { plan.scoreLink }

    override public func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard let score = plan.score, plan.rowInputs.covers else {
            throw InferenceError(.unsupported, "this pipeline has no score of a row of numbers")
        }
        let workspace = Self.own(workspace)
        for (index, column) in plan.columns.enumerated() {
            let value = workspace.row[plan.rowInputs.features[index]]
            try plan.rowInputs.copy(value, of: index, column, to: workspace.values[index])
        }
        try compute(workspace, rowCount: 1)
        return workspace.values[score].withElements(of: Double.self) { $0[0] }
    }

    override public var explainsRows: Bool { scoresRows && plan.explanation != nil }

    override public var explanationRefusal: String? { plan.explanationRefusal }

    /// What each feature adds to the score; see ``PipelineExplanation``.
    override public func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard explainsRows, let explanation = plan.explanation else {
            throw InferenceError(
                .unsupported,
                "this pipeline cannot explain its score: \(plan.explanationRefusal ?? "")")
        }
        let score = try score(workspace)
        try explanation.explain(score, self, Self.own(workspace))
        return score
    }

    private static func own(_ workspace: Workspace) -> PipelineWorkspace {
        guard let workspace = workspace as? PipelineWorkspace else {
            preconditionFailure("the workspace was made by another artifact")
        }
        return workspace
    }
}
