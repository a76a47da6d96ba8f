/// Parts of an axis.
final class SplitStep: Step {
    let axis: Int
    let input: Int
    /// The slot of the parts' extents; nil for equal ones.
    let sizes: Int?
    let outputs: [Int]

    init(_ place: String, _ axis: Int, _ input: Int, _ sizes: Int?, _ outputs: [Int]) {
        self.axis = axis
        self.input = input
        self.sizes = sizes
        self.outputs = outputs
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], arguments: sizes.map { [$0] } ?? [], outputs: outputs)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let axis = try axis(self.axis, source.shape.rank)
        let (outer, extent, inner) = source.shape.blocks(at: axis)
        if let sizes, values[sizes].count != outputs.count {
            throw mismatch("\(values[sizes].count) parts for \(outputs.count) outputs")
        }
        let equal = (extent + outputs.count - 1) / outputs.count
        var start = 0
        for (position, output) in outputs.enumerated() {
            let part = sizes.map { values[$0].index(at: position) } ?? min(equal, extent - start)
            guard part >= 0, part <= extent - start else {
                throw mismatch("parts do not fit an axis of \(extent)")
            }
            var shape = source.shape
            shape[axis] = part
            let out = try values.shape(output, shape, self)
            var writer = TensorWriter(out, output, values, self)
            for block in 0..<outer {
                try writer.append(
                    source, (block * extent + start) * inner, part * inner, stride: 1)
            }
            start += part
        }
        guard start == extent else { throw mismatch("parts do not fit an axis of \(extent)") }
    }
}
