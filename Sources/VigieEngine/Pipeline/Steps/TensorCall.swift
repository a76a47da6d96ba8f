/// Asks a member for its outputs, all rows at once, through its tensor view.
struct TensorCall: Sendable {
    /// One input of the member; no values: it is left out.
    struct Input: Sendable {
        var values: [Int]
        /// The extents after the first, whose product is the number of values.
        var extents: [Int]
    }

    struct Output: Sendable {
        /// Among the member's outputs.
        var tensor: Int
        var column: Int
        /// Where it goes among the pipeline's values.
        var value: Int
    }

    var member: Int
    var inputs: [Input]
    var outputs: [Output]

    func run(
        _ artifact: PipelineArtifact, _ workspace: PipelineWorkspace, rowCount: Int
    ) throws(InferenceError) {
        let called = artifact.plan.members[member]
        let memory = workspace.members[member]
        for index in inputs.indices {
            let input = inputs[index]
            let tensor = memory.inputs[index]
            guard !input.values.isEmpty else {
                tensor.setAbsent()
                continue
            }
            var shape = TensorShape([rowCount])
            for extent in input.extents { shape.append(extent) }
            guard shape.elementCount != nil else {
                throw InferenceError(.limit, "\(rowCount) rows are too many")
            }
            tensor.reshape(shape)
            do { try fill(tensor, input.values, workspace, rowCount) } catch {
                throw artifact.error(
                    InferenceError(
                        error.reason, "input '\(called.inputs[index].name)': \(error.message)"),
                    member, nil)
            }
        }
        do { try called.run(memory) } catch { throw artifact.error(error, member, nil) }
        for output in outputs {
            do throws(InferenceError) {
                try take(
                    memory.outputs[output.tensor], output.column, workspace.values[output.value],
                    rowCount)
            } catch {
                throw artifact.error(
                    InferenceError(
                        error.reason,
                        "output '\(called.outputs[output.tensor].name)': \(error.message)"),
                    member, nil)
            }
        }
    }

    private func fill(
        _ tensor: Tensor, _ values: [Int], _ workspace: PipelineWorkspace, _ rowCount: Int
    ) throws(InferenceError) {
        if tensor.type == .string {
            // Row-major: strings are only ever appended.
            for row in 0..<rowCount {
                for value in values {
                    workspace.values[value].withString(at: row) { tensor.appendString($0) }
                }
            }
            return
        }
        for (column, value) in values.enumerated() {
            try workspace.values[value].withElements(of: Double.self) {
                source throws(InferenceError) in
                try TensorColumn.write(
                    source.span, to: tensor, column: column, width: values.count)
            }
        }
    }

    /// Copies one column of an output that must have a row for each of the request's.
    private func take(
        _ tensor: Tensor, _ column: Int, _ value: Tensor, _ rowCount: Int
    ) throws(InferenceError) {
        let shape = tensor.shape
        let width = shape.rank == 1 ? 1 : shape.rank == 2 ? shape[1] : 0
        guard shape.rank >= 1, shape[0] == rowCount, column < width else {
            throw InferenceError(
                .input, "has shape \(shape): it has no column \(column) of \(rowCount) rows")
        }
        value.reshape(TensorShape([rowCount]))
        if tensor.type == .string {
            for row in 0..<rowCount {
                tensor.withString(at: row * width + column) { value.appendString($0) }
            }
            return
        }
        value.withElements(of: Double.self) { destination in
            var column_ = destination.mutableSpan
            TensorColumn.read(tensor, column: column, width: width, into: &column_)
        }
    }
}
