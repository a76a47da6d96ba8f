/// x, or slope · x below zero, with a slope for each element, channel or the whole tensor.
final class PReluStep: PairStep {
    let type: ElementType

    init(_ place: String, _ type: ElementType, _ input: Int, _ slope: Int, _ output: Int) {
        self.type = type
        super.init(place, input, slope, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (walk, input, slope, out) = try broadcast(values)
        guard out.shape == input.shape else {
            throw mismatch("slopes \(slope.shape) for a tensor \(input.shape)")
        }
        switch type {
        case .float32: compute(walk, input, slope, out, Float.self)
        case .float64: compute(walk, input, slope, out, Double.self)
        case .int8: compute(walk, input, slope, out, Int8.self)
        case .int16: compute(walk, input, slope, out, Int16.self)
        case .int32: compute(walk, input, slope, out, Int32.self)
        default: compute(walk, input, slope, out, Int64.self)
        }
    }

    @inline(__always)
    private func compute<Number: TensorNumber>(
        _ walk: Broadcast, _ input: Tensor, _ slope: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        input.withElements(of: Number.self) { input in
            slope.withElements(of: Number.self) { slope in
                out.withElements(of: Number.self) { out in
                    walk.map(input, slope, out) { $0 < .zero ? Number.product($0, $1) : $0 }
                }
            }
        }
    }
}
