/// Whether elements are NaN, or infinite.
final class FloatTestStep: Step {
    enum Kind {
        case nan
        case infinite(positive: Bool, negative: Bool)
    }

    let kind: Kind
    let input: Int
    let output: Int

    init(_ place: String, _ kind: Kind, _ input: Int, _ output: Int) {
        self.kind = kind
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        if source.type == .float32 {
            test(source, out, Float.self)
        } else {
            test(source, out, Double.self)
        }
    }

    @inline(__always)
    private func test<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: UInt8.self) { out in
                switch kind {
                case .nan:
                    for index in 0..<source.count { out[index] = source[index].isNaN ? 1 : 0 }
                case .infinite(let positive, let negative):
                    for index in 0..<source.count {
                        let isFound =
                            positive && source[index] == .infinity
                            || negative && source[index] == -.infinity
                        out[index] = isFound ? 1 : 0
                    }
                }
            }
        }
    }
}
