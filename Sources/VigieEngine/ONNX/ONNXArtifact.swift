/// An ONNX model, compiled.
///
/// Inputs and outputs are the graph's own, with one exception: an output that is a sequence of maps
/// (ZipMap, which scikit-learn's converter adds by default) is the tensor of probabilities that the
/// maps are made of, FP32 [-1, classes], under the same name; ``classLabels`` has its columns' labels.
///
/// An output that is a sequence of tensors (MultiOutputClassifier's probabilities) becomes one output
/// for each: "probabilities.0", "probabilities.1".
///
/// Casts of numbers that do not fit the target saturate, and NaN becomes 0 as an integer.
public final class ONNXArtifact: Artifact, @unchecked Sendable {
    let program: Program
    private let rows: RowScorer?
    /// For autoencoders whose manifest asks for it, instead of ``rows``.
    private let reconstruction: ReconstructionScorer?
    /// Extents that inputs must have; -1 for any.
    private let expected: [TensorShape]

    /// Labels of the columns of outputs that are maps in the file, by output.
    public var classLabels: [String: ClassLabels] { program.classLabels }

    init(
        _ program: Program, _ signature: Signature, _ rows: RowScorer?,
        _ reconstruction: ReconstructionScorer? = nil
    ) {
        self.reconstruction = reconstruction
        self.program = program
        self.rows = rows
        expected = program.inputs.map { TensorShape($0.shape) }
        super.init(
            flavor: .onnx, inputs: program.inputs, outputs: program.outputs, signature: signature,
            memoryBytes: program.memoryBytes)
    }

    public override func makeWorkspace() -> Workspace { ONNXWorkspace(self) }

    private func own(_ workspace: Workspace) throws(InferenceError) -> ONNXWorkspace {
        guard let workspace = workspace as? ONNXWorkspace else {
            throw InferenceError(.unsupported, "a workspace of another artifact")
        }
        return workspace
    }

    /// Computes the outputs. Errors name the input or the node: shapes that do not fit, an index out
    /// of range, a category that the model does not know, a run that takes too much memory.
    public override func run(_ workspace: Workspace) throws(InferenceError) {
        let workspace = try own(workspace)
        for index in expected.indices { try check(workspace.inputs[index].shape, index) }
        try program.run(workspace.values)
    }

    private func check(_ shape: TensorShape, _ index: Int) throws(InferenceError) {
        let wanted = expected[index]
        var fits = shape.rank == wanted.rank && shape.isWalkable
        if fits {
            for axis in 0..<wanted.rank where wanted[axis] >= 0 && wanted[axis] != shape[axis] {
                fits = false
            }
        }
        guard !fits else { return }
        throw InferenceError(
            .input, "input '\(inputs[index].name)': shape \(shape), expected \(wanted)")
    }

    public override var link: ScoreLink { rows?.scoreLink ?? .identity }
    public override var scoresRows: Bool { rows != nil || reconstruction != nil }
    public override var explainsRows: Bool { rows?.linear != nil || reconstruction != nil }

    public override var explanationRefusal: String? {
        guard !explainsRows, program.steps.contains(where: { $0 is TreesStep }) else { return nil }
        return
            "an ONNX file of trees leaves out what exact contributions need, the covers of the nodes; "
            + "publish the library's own file to have it explained: model.ubj of XGBoost, model.txt of "
            + "LightGBM, forest.ubj of scikit-learn"
    }

    public override func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        if let reconstruction { return try reconstruction.score(try own(workspace), program) }
        guard let rows else {
            throw InferenceError(
                .unsupported, "this ONNX model is neither a binary classifier nor a regressor")
        }
        return try rows.score(try own(workspace), program)
    }

    public override func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        if let reconstruction { return try reconstruction.score(try own(workspace), program) }
        guard let rows, let linear = rows.linear else {
            throw InferenceError(
                .unsupported,
                explanationRefusal
                    ?? "this ONNX model is not linear in its features: it explains no rows")
        }
        return try rows.explain(linear, try own(workspace))
    }
}
