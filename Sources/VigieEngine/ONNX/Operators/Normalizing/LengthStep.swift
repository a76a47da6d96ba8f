/// Elements along an axis divided by their length; what has no length stays 0.
final class LengthStep: Step {
    let type: ElementType
    let axis: Int
    let isSquare: Bool
    let input: Int
    let output: Int

    /// - Parameter isSquare: the Euclidean length; else the sum of magnitudes.
    init(
        _ place: String, _ type: ElementType, _ axis: Int, isSquare: Bool, _ input: Int,
        _ output: Int
    ) {
        self.type = type
        self.axis = axis
        self.isSquare = isSquare
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let blocks = source.shape.blocks(at: try axis(self.axis, source.shape.rank))
        let out = try values.shape(output, source.shape, self)
        if type == .float32 {
            compute(source, out, blocks, Float.self)
        } else {
            compute(source, out, blocks, Double.self)
        }
    }

    @inline(__always)
    private func compute<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ blocks: (outer: Int, extent: Int, inner: Int),
        _ type: Number.Type
    ) {
        let (outer, extent, inner) = blocks
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for block in 0..<outer {
                    for column in 0..<inner {
                        let start = block * extent * inner + column
                        var length = Number.zero
                        for index in 0..<extent {
                            let x = source[start + index * inner]
                            length += isSquare ? x * x : x.magnitude
                        }
                        if isSquare { length = length.squareRoot() }
                        for index in 0..<extent {
                            let place = start + index * inner
                            out[place] = length == 0 ? 0 : source[place] / length
                        }
                    }
                }
            }
        }
    }
}
