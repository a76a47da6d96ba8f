/// A tensor repeated along its axes.
final class TileStep: Step {
    let input: Int
    let repeats: Int
    let output: Int

    init(_ place: String, _ input: Int, _ repeats: Int, _ output: Int) {
        self.input = input
        self.repeats = repeats
        self.output = output
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], arguments: [repeats], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let repeats = try values.integers(repeats, self)
        guard repeats.rank == source.shape.rank else {
            throw mismatch("\(repeats.rank) repeats of a tensor \(source.shape)")
        }
        let strides = StridedWalk.strides(of: source.shape)
        var shape = source.shape
        var walk = StridedWalk()
        for axis in 0..<shape.rank {
            let (extent, overflow) = shape[axis].multipliedReportingOverflow(by: repeats[axis])
            guard !overflow, repeats[axis] >= 0 else {
                throw InferenceError(.limit, "\(place): \(repeats[axis]) repeats")
            }
            if repeats[axis] != 1 {
                guard walk.shape.rank < TensorShape.rankMax else { throw tooManyAxes }
                walk.append(repeats[axis], stride: 0)
            }
            guard walk.shape.rank < TensorShape.rankMax else { throw tooManyAxes }
            walk.append(shape[axis], stride: strides[axis])
            shape[axis] = extent
        }
        let out = try values.shape(output, shape, self)
        var writer = TensorWriter(out, output, values, self)
        try walk.copy(source, to: &writer)
    }

    private var tooManyAxes: InferenceError {
        InferenceError(.limit, "\(place): repeats along more axes than are supported")
    }
}
