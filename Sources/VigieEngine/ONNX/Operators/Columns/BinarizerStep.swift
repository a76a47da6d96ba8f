/// 1 above a threshold, else 0.
final class BinarizerStep: Step {
    let type: ElementType
    let threshold: Double
    let input: Int
    let output: Int

    init(_ place: String, _ type: ElementType, _ threshold: Double, _ input: Int, _ output: Int) {
        self.type = type
        self.threshold = threshold
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        switch type {
        case .float32: test(source, out, Float.self)
        case .float64: test(source, out, Double.self)
        case .int32: test(source, out, Int32.self)
        default: test(source, out, Int64.self)
        }
    }

    @inline(__always)
    private func test<Number: TensorNumber & CastNumber>(
        _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for index in 0..<source.count {
                    out[index] = source[index].real > threshold ? .one : .zero
                }
            }
        }
    }
}
