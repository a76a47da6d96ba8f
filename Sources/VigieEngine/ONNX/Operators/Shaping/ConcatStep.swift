/// Tensors one after the other along an axis.
final class ConcatStep: Step {
    let axis: Int
    let inputs: [Int]
    let output: Int
    /// What extents the inputs must have along the axis; nil for any.
    let widths: [Int]?

    init(_ place: String, _ axis: Int, _ inputs: [Int], _ output: Int, widths: [Int]? = nil) {
        self.axis = axis
        self.inputs = inputs
        self.output = output
        self.widths = widths
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: inputs, outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        var shape = values[inputs[0]].shape
        let axis = try axis(self.axis, shape.rank)
        if let widths {
            for (input, width) in zip(inputs, widths)
            where values[input].shape.rank <= axis || values[input].shape[axis] != width {
                throw mismatch(
                    "an input \(values[input].shape) where \(width) columns are expected")
            }
        }
        for input in inputs.dropFirst() {
            let other = values[input].shape
            var expected = shape
            expected[axis] = other.rank == shape.rank ? other[axis] : -1
            guard other == expected else {
                throw mismatch("shapes \(shape) and \(other) do not fit each other")
            }
            shape[axis] += other[axis]
        }
        let out = try values.shape(output, shape, self)
        var writer = TensorWriter(out, output, values, self)
        for outer in 0..<shape.blocks(at: axis).outer {
            for input in inputs {
                let source = values[input]
                let (_, extent, inner) = source.shape.blocks(at: axis)
                try writer.append(source, outer * extent * inner, extent * inner, stride: 1)
            }
        }
    }
}
