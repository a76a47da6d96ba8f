/// A pipeline, checked and compiled: immutable, shared by all threads.
struct PipelinePlan: Sendable {
    let members: [Artifact]
    /// See ``Artifact/levels``.
    let levels: Int
    let memberNames: [String]
    let values: [PipelineValue]
    let steps: [PipelineStep]
    /// Of the steps that compute expressions.
    let programs: [ExpressionProgram]
    let columns: [InputColumn]
    let rowInputs: RowInputs
    /// Values, for each output.
    let outputs: [Int]
    let outputSpecs: [TensorSpec]
    /// The value that the row view gives; nil when there is none.
    let score: Int?
    let scoreLink: ScoreLink
    let explanation: PipelineExplanation?
    /// Why no row is explained; nil when rows are.
    let explanationRefusal: String?

    init(_ source: ArtifactSource) throws(LoadError) {
        do throws(LoadError) {
            let file = try PipelineReader.read(source.bytes)
            self = try PipelineCompiler.compile(
                file, source.members, rowInputs: try RowInputs(source.signature, file.inputs))
        } catch {
            throw LoadError(error.reason, "\(source.fileName): \(error.message)")
        }
    }

    init(_ compiler: PipelineCompiler, rowInputs: RowInputs) {
        let file = compiler.file
        members = compiler.members
        levels = 1 + (members.map(\.levels).max() ?? 0)
        memberNames = file.members.map(\.name)
        values = compiler.values
        steps = compiler.steps
        programs = compiler.programs
        columns = file.inputs.enumerated().map { InputColumn($1, register: $0) }
        self.rowInputs = rowInputs
        outputs = compiler.outputs
        outputSpecs = zip(file.outputs, compiler.outputs).map { output, value in
            TensorSpec(
                name: output.name, type: compiler.values[value].type == .text ? .string : .float64,
                shape: [-1], mayBeMissing: true)
        }
        score = compiler.score
        scoreLink = file.score?.link ?? .identity
        explanation = compiler.explanation
        explanationRefusal =
            rowInputs.missing.map { "its input '\($0)' is a text without \"values\"" }
            ?? (explanation == nil ? compiler.explanationRefusal : nil)
    }

    /// Bytes that it occupies, members not counted.
    var memoryBytes: Int {
        programs.reduce(0) { $0 + $1.memoryBytes } + 128 * values.count
    }
}
