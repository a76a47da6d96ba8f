/// The greatest or the mean of each channel.
final class GlobalPoolStep: Step {
    let isMean: Bool
    let type: ElementType
    let input: Int
    let output: Int

    init(_ place: String, isMean: Bool, _ type: ElementType, _ input: Int, _ output: Int) {
        self.isMean = isMean
        self.type = type
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        guard source.shape.rank >= 2 else { throw mismatch("an input \(source.shape)") }
        var shape = source.shape
        for axis in 2..<max(shape.rank, 2) { shape[axis] = 1 }
        let out = try values.shape(output, shape, self)
        try values.charge(source.count, self)
        let size = out.count == 0 ? 0 : source.count / out.count
        guard size > 0 || out.count == 0 else { throw mismatch("channels without elements") }
        if type == .float32 {
            pool(source, out, size, Float.self)
        } else {
            pool(source, out, size, Double.self)
        }
    }

    @inline(__always)
    private func pool<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ size: Int, _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for channel in out.indices {
                    let range = (channel * size)..<((channel + 1) * size)
                    if isMean {
                        var sum = Number.zero
                        for index in range { sum += source[index] }
                        out[channel] = sum / Number(size)
                    } else {
                        var best = -Number.infinity
                        for index in range { best = Number.greatest(best, source[index]) }
                        out[channel] = best
                    }
                }
            }
        }
    }
}
