/// One tensor in, one of the same shape and type out.
final class UnaryStep: Step {
    enum Kind {
        case negate, absolute, sign, relu
        case squareRoot, exponential, logarithm, logistic, hyperbolicTangent, errorFunction
        case softplus, floor, ceiling, roundHalfEven, reciprocal, leakyRelu, elu
    }

    let kind: Kind
    let type: ElementType
    let input: Int
    let output: Int
    let alpha: Float

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ input: Int, _ output: Int,
        _ alpha: Float
    ) {
        self.kind = kind
        self.type = type
        self.input = input
        self.output = output
        self.alpha = alpha
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
        let alpha = Number(alpha)
        switch kind {
        case .squareRoot: map(source, out) { (x: Number) in x.squareRoot() }
        case .exponential: map(source, out) { (x: Number) in Number.exponential(x) }
        case .logarithm: map(source, out) { (x: Number) in Number.logarithm(x) }
        case .logistic: map(source, out) { (x: Number) in Number.logistic(x) }
        case .hyperbolicTangent: map(source, out) { (x: Number) in Number.hyperbolicTangent(x) }
        case .errorFunction: map(source, out) { (x: Number) in Number.errorFunction(x) }
        case .softplus:
            map(source, out) { (x: Number) in
                let tail = Number.logarithm(1 + Number.exponential(-x.magnitude))
                return x > 0 ? x + tail : tail
            }
        case .floor: map(source, out) { (x: Number) in x.rounded(.down) }
        case .ceiling: map(source, out) { (x: Number) in x.rounded(.up) }
        case .roundHalfEven: map(source, out) { (x: Number) in x.rounded(.toNearestOrEven) }
        case .reciprocal: map(source, out) { (x: Number) in 1 / x }
        case .leakyRelu: map(source, out) { (x: Number) in x < 0 ? alpha * x : x }
        case .elu:
            map(source, out) { (x: Number) in x < 0 ? alpha * (Number.exponential(x) - 1) : x }
        default: number(source, out, type)
        }
    }
}

/// The least and the greatest value that elements may have.
final class ClipStep: Step {
    let type: ElementType
    let input: Int
    let minimum: Int?
    let maximum: Int?
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ input: Int, _ minimum: Int?, _ maximum: Int?,
        _ output: Int
    ) {
        self.type = type
        self.input = input
        self.minimum = minimum
        self.maximum = maximum
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        switch type {
        case .float32: try clip(values, Float.self)
        case .float64: try clip(values, Double.self)
        case .int8: try clip(values, Int8.self)
        case .int16: try clip(values, Int16.self)
        case .int32: try clip(values, Int32.self)
        case .int64: try clip(values, Int64.self)
        case .uint8: try clip(values, UInt8.self)
        case .uint16: try clip(values, UInt16.self)
        case .uint32: try clip(values, UInt32.self)
        case .uint64: try clip(values, UInt64.self)
        default: break
        }
    }

    private func bound<Number: TensorNumber>(
        _ values: Values, _ slot: Int?, _ fallback: Number
    ) throws(InferenceError) -> Number {
        guard let slot else { return fallback }
        guard values[slot].count == 1 else { throw mismatch("a bound is no scalar") }
        return values[slot].withElements(of: Number.self) { $0[0] }
    }

    @inline(__always)
    private func clip<Number: TensorNumber>(
        _ values: Values, _ type: Number.Type
    ) throws(InferenceError) {
        let low = try bound(values, minimum, Number.lowest)
        let high = try bound(values, maximum, Number.highest)
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                // Comparisons with NaN are false: it stays.
                for index in 0..<source.count {
                    let x = source[index]
                    let raised = x < low ? low : x
                    out[index] = raised > high ? high : raised
                }
            }
        }
    }
}

/// Whether elements are NaN.
final class IsNaNStep: Step {
    let input: Int
    let output: Int

    init(_ place: String, _ input: Int, _ output: Int) {
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
                for index in 0..<source.count { out[index] = source[index].isNaN ? 1 : 0 }
            }
        }
    }
}

/// Logical negation.
final class NotStep: Step {
    let input: Int
    let output: Int

    init(_ place: String, _ input: Int, _ output: Int) {
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        source.withElements(of: UInt8.self) { source in
            out.withElements(of: UInt8.self) { out in
                for index in 0..<source.count { out[index] = source[index] == 0 ? 1 : 0 }
            }
        }
    }
}
