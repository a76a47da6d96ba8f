/// e^x / Σ e^x along an axis, or its logarithm.
final class SoftmaxStep: Step {
    let type: ElementType
    let axis: Int
    let isFlat: Bool
    let logarithm: Bool
    let input: Int
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ axis: Int, _ isFlat: Bool, _ logarithm: Bool,
        _ input: Int, _ output: Int
    ) {
        self.type = type
        self.axis = axis
        self.isFlat = isFlat
        self.logarithm = logarithm
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let axis = try axis(self.axis, source.shape.rank)
        let blocks = source.shape.blocks(at: axis)
        let extent = isFlat ? blocks.extent * blocks.inner : blocks.extent
        let inner = isFlat ? 1 : blocks.inner
        let out = try values.shape(output, source.shape, self)
        guard out.count > 0 else { return }
        if type == .float32 {
            compute(source, out, blocks.outer, extent, inner, Float.self)
        } else {
            compute(source, out, blocks.outer, extent, inner, Double.self)
        }
    }

    @inline(__always)
    private func compute<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ outer: Int, _ extent: Int, _ inner: Int,
        _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for block in 0..<outer {
                    for column in 0..<inner {
                        let start = block * extent * inner + column
                        var highest = source[start]
                        for index in 1..<extent {
                            highest = Number.greatest(highest, source[start + index * inner])
                        }
                        var sum = Number.zero
                        for index in 0..<extent {
                            let power = Number.exponential(source[start + index * inner] - highest)
                            sum += power
                            out[start + index * inner] = power
                        }
                        let logSum = Number.logarithm(sum)
                        for index in 0..<extent {
                            let place = start + index * inner
                            out[place] =
                                logarithm ? source[place] - highest - logSum : out[place] / sum
                        }
                    }
                }
            }
        }
    }
}
