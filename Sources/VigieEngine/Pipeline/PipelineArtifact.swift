/// Other artifacts and expressions, one after the other: `pipeline.json`. README.md beside this file
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
    override public var members: [Artifact] { memberArtifacts }
    let memberArtifacts: [Artifact]
    let memberNames: [String]
    let values: [PipelineValue]
    let steps: [PipelineStep]
    /// Of the steps that compute expressions.
    let programs: [ExpressionProgram]
    let columns: [InputColumn]
    let rowInputs: RowInputs
    /// Values, for each output.
    private let outputValues: [Int]
    /// The value that the row view gives; nil when there is none.
    let score: Int?
    private let scoreLink: ScoreLink
    let explanation: PipelineExplanation?

    /// - Throws: `corrupt`, `unsupported` or `limit` for the file, `signature` when the source's
    ///   signature, or a member, does not fit it.
    public init(_ source: ArtifactSource) throws(LoadError) {
        let (compiler, rowInputs) = try Self.compile(source)
        let columns = compiler.file.inputs.enumerated().map { InputColumn($1, register: $0) }
        let values = compiler.values
        let outputs = zip(compiler.file.outputs, compiler.outputs).map { output, value in
            TensorSpec(
                name: output.name, type: values[value].type == .text ? .string : .float64,
                shape: [-1])
        }
        let programBytes = compiler.programs.reduce(0) { $0 + $1.memoryBytes }
        self.rowInputs = rowInputs
        self.columns = columns
        self.values = values
        memberArtifacts = compiler.members
        memberNames = compiler.file.members.map(\.name)
        steps = compiler.steps
        programs = compiler.programs
        outputValues = compiler.outputs
        score = compiler.score
        scoreLink = compiler.file.score?.link ?? .identity
        explanation = compiler.explanation
        super.init(
            flavor: .pipeline, inputs: columns.map(\.spec), outputs: outputs,
            signature: rowInputs.signature, memoryBytes: programBytes + 128 * values.count)
    }

    private static func compile(_ source: ArtifactSource) throws(LoadError) -> (
        PipelineCompiler, RowInputs
    ) {
        do {
            let file = try PipelineReader.read(source.bytes)
            var compiler = try PipelineCompiler(file, source.members)
            try compiler.compile()
            return (compiler, try RowInputs(source.signature, file.inputs))
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
    }

    /// An error of a member, with its name, and the row if it is known.
    func error(_ error: InferenceError, _ member: Int, _ row: Int?) -> InferenceError {
        let place = row.map { ", row \($0)" } ?? ""
        return InferenceError(
            error.reason, "member '\(memberNames[member])'\(place): \(error.message)")
    }

    override public func makeWorkspace() -> Workspace { PipelineWorkspace(self) }

    override public func run(_ workspace: Workspace) throws(InferenceError) {
        let workspace = Self.own(workspace)
        let rowCount = try InputColumn.rowCount(columns, workspace.inputs)
        for (index, column) in columns.enumerated() {
            try column.copy(
                workspace.inputs[index], to: workspace.values[index], rowCount: rowCount)
        }
        try compute(workspace, rowCount: rowCount)
        for (output, value) in zip(workspace.outputs, outputValues) {
            Self.copy(workspace.values[value], to: output, rowCount: rowCount)
        }
    }

    private func compute(
        _ workspace: PipelineWorkspace, rowCount: Int
    ) throws(InferenceError) {
        for step in steps {
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

    override public var scoresRows: Bool { score != nil && rowInputs.covers }

    override public var link: ScoreLink { scoreLink }

    override public func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard let score, rowInputs.covers else {
            throw InferenceError(.unsupported, "this pipeline has no score of a row of numbers")
        }
        let workspace = Self.own(workspace)
        for (index, column) in columns.enumerated() {
            let value = workspace.row[rowInputs.features[index]]
            try rowInputs.copy(value, of: index, column, to: workspace.values[index])
        }
        try compute(workspace, rowCount: 1)
        return workspace.values[score].withElements(of: Double.self) { $0[0] }
    }

    override public var explainsRows: Bool { scoresRows && explanation != nil }

    /// What each feature adds to the score; see ``PipelineExplanation``.
    override public func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        guard explainsRows, let explanation else {
            throw InferenceError(
                .unsupported, "this pipeline's score is no sum of its members' explanations")
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
