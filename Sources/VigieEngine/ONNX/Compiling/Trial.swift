/// A run on one row of zeros at load: shapes that do not fit each other show before the model serves,
/// and how many columns each value has is known afterwards.
struct Trial {
    /// The slots' tensors for one row; nil when the run could not be made.
    let values: Values?

    init(_ program: Program) throws(LoadError) {
        let inputs = program.inputs.map { spec in
            let tensor = Tensor(type: spec.type)
            tensor.fillWithZeros(TensorShape(spec.shape.map { $0 < 0 ? 1 : $0 }))
            return tensor
        }
        let values = program.makeValues(
            inputs: inputs, outputs: program.outputs.map { Tensor(type: $0.type) })
        // Only the number of rows is free: then a misfit is the model's own.
        var isExact = program.inputs.allSatisfy { $0.shape.dropFirst().allSatisfy { $0 >= 0 } }
        values.begin()
        for step in program.steps {
            // What depends on the inputs' content is not known from zeros.
            if !step.arguments.allSatisfy({ program.constants[$0] != nil }) { isExact = false }
            do throws(InferenceError) {
                try step.run(values)
            } catch {
                guard !isExact || step.refusesValues else {
                    throw LoadError(error.reason == .limit ? .limit : .corrupt, error.message)
                }
                self.values = nil
                return
            }
        }
        self.values = values
    }
}

extension Tensor {
    /// Zeros, false, or empty strings.
    func fillWithZeros(_ shape: TensorShape) {
        guard let count = shape.elementCount, count <= ONNXLimits.tensorBytesMax / 8 else {
            reshape(TensorShape(CollectionOfOne(0)))
            return
        }
        reshape(shape)
        if type == .string {
            for _ in 0..<count { appendString("") }
        } else {
            withMutableBytes { for index in $0.indices { $0[index] = 0 } }
        }
    }
}
