/// Where elements are not zero: one row of positions for each dimension.
final class NonZeroStep: Step {
    let input: Int
    let output: Int

    init(_ place: String, _ input: Int, _ output: Int) {
        self.input = input
        self.output = output
        super.init(place)
    }

    /// Its content decides on the output's shape.
    override var arguments: [Int] { [input] }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        switch source.type {
        case .float32: try find(values, source, Float.self)
        case .float64: try find(values, source, Double.self)
        case .int32: try find(values, source, Int32.self)
        case .int64: try find(values, source, Int64.self)
        default: try find(values, source, UInt8.self)
        }
    }

    @inline(__always)
    private func find<Number: TensorNumber>(
        _ values: Values, _ source: Tensor, _ type: Number.Type
    ) throws(InferenceError) {
        try values.charge(source.count, self)
        let found = source.withElements(of: Number.self) { elements in
            elements.reduce(0) { $0 + ($1 == .zero ? 0 : 1) }
        }
        let rank = max(source.shape.rank, 1)
        let out = try values.shape(output, TensorShape([rank, found]), self)
        var coordinates = Coordinates(source.shape)
        source.withElements(of: Number.self) { elements in
            out.withElements(of: Int64.self) { out in
                var next = 0
                for element in elements {
                    if element != .zero {
                        for axis in 0..<rank {
                            out[axis * found + next] = Int64(coordinates.position[axis])
                        }
                        next += 1
                    }
                    coordinates.advance()
                }
            }
        }
    }
}
