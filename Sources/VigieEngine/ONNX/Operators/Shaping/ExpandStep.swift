/// A tensor repeated to a larger shape, by broadcasting.
final class ExpandStep: Step {
    let input: Int
    let extents: Int
    let output: Int

    init(_ place: String, _ input: Int, _ extents: Int, _ output: Int) {
        self.input = input
        self.extents = extents
        self.output = output
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], arguments: [extents], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let wanted = try values.integers(extents, self)
        for axis in 0..<wanted.rank where wanted[axis] < 0 {
            throw mismatch("an extent of \(wanted[axis])")
        }
        guard let shape = Broadcast.shape(source.shape, wanted) else {
            throw mismatch("a tensor \(source.shape) cannot be expanded to \(wanted)")
        }
        let out = try values.shape(output, shape, self)
        let strides = StridedWalk.strides(of: source.shape)
        let shift = shape.rank - source.shape.rank
        var walk = StridedWalk()
        for axis in 0..<shape.rank {
            let own = axis - shift
            let isRepeated = own < 0 || source.shape[own] == 1
            walk.append(shape[axis], stride: isRepeated ? 0 : strides[own])
        }
        var writer = TensorWriter(out, output, values, self)
        try walk.copy(source, to: &writer)
    }
}
