/// Batch normalisation at inference: each channel times a factor plus a term.
final class ChannelsStep: Step {
    let type: ElementType
    let input: Int
    /// Slots of the scale, the bias, the mean and the variance of each channel.
    let parameters: [Int]
    let epsilon: Float
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ input: Int, _ parameters: [Int],
        _ epsilon: Float, _ output: Int
    ) {
        self.type = type
        self.input = input
        self.parameters = parameters
        self.epsilon = epsilon
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        guard source.shape.rank >= 1 else { throw mismatch("a scalar") }
        let channels = source.shape.rank > 1 ? source.shape[1] : 1
        for slot in parameters where values[slot].shape != TensorShape([channels]) {
            throw mismatch("parameters \(values[slot].shape) for \(channels) channels")
        }
        let out = try values.shape(output, source.shape, self)
        if type == .float32 {
            compute(source, out, channels, values, Float.self)
        } else {
            compute(source, out, channels, values, Double.self)
        }
    }

    /// The factor and the term of channel `channel`.
    func affine<Number: TensorFloat>(
        _ channel: Int, _ parameter: (Int) -> Tensor
    ) -> (Number, Number) {
        func value(_ index: Int) -> Number {
            parameter(parameters[index]).withElements(of: Number.self) { $0[channel] }
        }
        let factor = value(0) / (value(3) + Number(epsilon)).squareRoot()
        return (factor, value(1) - value(2) * factor)
    }

    @inline(__always)
    private func compute<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ channels: Int, _ values: Values, _ type: Number.Type
    ) {
        let rows = source.shape[0]
        let size = source.count == 0 ? 0 : source.count / (rows * channels)
        for channel in 0..<channels {
            let (factor, term): (Number, Number) = affine(channel) { values[$0] }
            source.withElements(of: Number.self) { source in
                out.withElements(of: Number.self) { out in
                    for row in 0..<rows {
                        let start = (row * channels + channel) * size
                        for index in start..<(start + size) {
                            out[index] = source[index] * factor + term
                        }
                    }
                }
            }
        }
    }
}
