/// Scores a row by how badly an autoencoder reconstructs it: the mean over the features of the
/// squared error, of which each feature's share is its contribution.
final class ReconstructionScorer {
    private let layout: RowLayout
    private let output: Int

    /// - Throws: `unsupported` when the graph is no autoencoder: one input of numbers, and one output
    ///   of the same shape and type.
    init(_ program: Program, _ trial: Trial, _ signature: Signature) throws(LoadError) {
        layout = try RowLayout(signature, program.inputs)
        guard program.inputs.count == 1, program.outputs.count == 1,
            let input = program.inputSlots.first, let output = program.outputSlots.first,
            [ElementType].floats.contains(program.slotTypes[input]),
            program.slotTypes[output] == program.slotTypes[input]
        else {
            throw LoadError(
                .unsupported,
                "reconstruction explains graphs of one FP32 or FP64 input and one output of its type;"
                    + " this one has \(program.inputs.count) inputs and"
                    + " \(program.outputs.count) outputs")
        }
        let shape = TensorShape([1, layout.cells.count])
        guard let values = trial.values, values[output].shape == shape else {
            let found = trial.values.map { "gives \($0[output].shape)" } ?? "could not be tried"
            throw LoadError(
                .unsupported,
                "reconstruction explains graphs whose output is the input's shape: for one row"
                    + " \(shape) this one \(found)")
        }
        self.output = output
    }

    /// The mean squared error, and each feature's share of it as its contribution.
    func score(
        _ workspace: ONNXWorkspace, _ program: Program
    ) throws(InferenceError) -> Double {
        try layout.fill(workspace)
        try program.run(workspace.values)
        let (input, output) = (workspace.inputs[0], workspace.values[output])
        guard output.shape == input.shape else {
            throw InferenceError(
                .input, "the model gives \(output.shape) for a row \(input.shape)")
        }
        let score =
            input.type == .float32
            ? sum(workspace, input, output, Float.self)
            : sum(workspace, input, output, Double.self)
        guard !score.isNaN else { throw layout.noScore(workspace) }
        return score
    }

    @inline(__always)
    private func sum<Number: TensorFloat>(
        _ workspace: ONNXWorkspace, _ input: Tensor, _ output: Tensor, _ type: Number.Type
    ) -> Double {
        let count = Double(layout.cells.count)
        workspace.baseValue = 0
        var score = 0.0
        for column in layout.cells.indices {
            let value = input.withElements(of: Number.self) { Double($0[column]) }
            let other = output.withElements(of: Number.self) { Double($0[column]) }
            let share = (value - other) * (value - other) / count
            workspace.contributions[layout.cells[column].feature] = share
            score += share
        }
        return score
    }
}
