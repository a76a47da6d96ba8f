/// One tensor in, one of the same shape and type out.
final class UnaryStep: Step {
    enum Kind {
        case negate, absolute, sign, relu
        case squareRoot, floor, ceiling, roundHalfEven, reciprocal
    }

    let kind: Kind
    let type: ElementType
    let input: Int
    let output: Int

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ input: Int, _ output: Int
    ) {
        self.kind = kind
        self.type = type
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        switch type {
        case .float32: real(source, out, Float.self)
        case .float64: real(source, out, Double.self)
        case .int8: number(source, out, Int8.self)
        case .int16: number(source, out, Int16.self)
        case .int32: number(source, out, Int32.self)
        case .int64: number(source, out, Int64.self)
        case .uint8: number(source, out, UInt8.self)
        case .uint16: number(source, out, UInt16.self)
        case .uint32: number(source, out, UInt32.self)
        case .uint64: number(source, out, UInt64.self)
        default: break
        }
    }

    @inline(__always)
    private func map<Number: TensorNumber>(
        _ source: Tensor, _ out: Tensor, _ body: (Number) -> Number
    ) {
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for index in 0..<source.count { out[index] = body(source[index]) }
            }
        }
    }

    @inline(__always)
    private func number<Number: TensorNumber>(
        _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        switch kind {
        case .negate: map(source, out) { (x: Number) in Number.negative(x) }
        case .absolute: map(source, out) { (x: Number) in Number.absolute(x) }
        case .sign: map(source, out) { (x: Number) in Number.sign(x) }
        case .relu: map(source, out) { (x: Number) in x < .zero ? .zero : x }
        default: break
        }
    }

    @inline(__always)
    private func real<Number: TensorFloat>(
        _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        switch kind {
        case .squareRoot: map(source, out) { (x: Number) in x.squareRoot() }
        case .floor: map(source, out) { (x: Number) in x.rounded(.down) }
        case .ceiling: map(source, out) { (x: Number) in x.rounded(.up) }
        case .roundHalfEven: map(source, out) { (x: Number) in x.rounded(.toNearestOrEven) }
        case .reciprocal: map(source, out) { (x: Number) in 1 / x }
        default: number(source, out, type)
        }
    }
}
