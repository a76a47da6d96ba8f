/// Elements along axes combined into one.
class ReduceStep: Step {
    enum Kind {
        case sum, mean, maximum, minimum, product, absoluteSum, squareSum, euclidean
        case logarithmOfSum
    }

    let kind: Kind
    let type: ElementType
    let input: Int
    let axes: Int?
    let output: Int
    let keeps: Bool
    let isNothingWithoutAxes: Bool

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ input: Int, _ axes: Int?,
        _ output: Int, _ keeps: Bool, _ isNothingWithoutAxes: Bool
    ) {
        self.kind = kind
        self.type = type
        self.input = input
        self.axes = axes
        self.output = output
        self.keeps = keeps
        self.isNothingWithoutAxes = isNothingWithoutAxes
        super.init(place)
    }

    override var arguments: [Int] { axes.map { [$0] } ?? [] }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (reduced, result) = try reduction(of: source.shape, values)
        let out = try values.shape(output, result, self)
        try values.charge(source.count, self)
        try reduce(ReduceWalk(source.shape, reduced), source, out, values)
    }

    /// One bit for each axis that is reduced, and the result's shape.
    private func reduction(
        of shape: TensorShape, _ values: Values
    ) throws(InferenceError) -> (reduced: UInt8, result: TensorShape) {
        let given = try axes.map { (slot) throws(InferenceError) in
            try values.integers(slot, self)
        }
        var reduced: UInt8 = 0
        if let given, given.rank > 0 {
            for index in 0..<given.rank { reduced |= 1 << (try axis(given[index], shape.rank)) }
        } else if !isNothingWithoutAxes {
            reduced = UInt8(truncatingIfNeeded: (1 << shape.rank) - 1)
        }
        var result = TensorShape()
        for axis in 0..<shape.rank {
            if reduced & (1 << axis) == 0 {
                result.append(shape[axis])
            } else if keeps {
                result.append(1)
            }
        }
        return (reduced, result)
    }

    func reduce(
        _ walk: ReduceWalk, _ source: Tensor, _ out: Tensor, _ values: Values
    ) throws(InferenceError) {
        switch type {
        case .float32: floats(walk, source, out, Float.self)
        case .float64: floats(walk, source, out, Double.self)
        case .int8: combine(walk, source, out, Int8.self)
        case .int16: combine(walk, source, out, Int16.self)
        case .int32: combine(walk, source, out, Int32.self)
        case .int64: combine(walk, source, out, Int64.self)
        case .uint8: combine(walk, source, out, UInt8.self)
        case .uint16: combine(walk, source, out, UInt16.self)
        case .uint32: combine(walk, source, out, UInt32.self)
        case .uint64: combine(walk, source, out, UInt64.self)
        default: break
        }
    }

    /// Kinds that only floats have end with a division or a root.
    @inline(__always)
    private func floats<Number: TensorFloat>(
        _ walk: ReduceWalk, _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        combine(walk, source, out, type)
        out.withElements(of: Number.self) { out in
            if kind == .mean {
                // Of nothing the mean is 0, the greatest the lowest number, as in ONNX Runtime.
                let count = Number(max(source.count / max(out.count, 1), 1))
                for index in out.indices { out[index] /= count }
            } else if kind == .euclidean {
                for index in out.indices { out[index] = out[index].squareRoot() }
            } else if kind == .logarithmOfSum {
                for index in out.indices { out[index] = Number.logarithm(out[index]) }
            }
        }
    }

    @inline(__always)
    private func combine<Number: TensorNumber>(
        _ walk: ReduceWalk, _ source: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        switch kind {
        case .sum, .mean, .logarithmOfSum:
            walk.fold(source, out, Number.zero) { Number.sum($0, $1) }
        case .product: walk.fold(source, out, Number.one) { Number.product($0, $1) }
        case .maximum: walk.fold(source, out, Number.lowest) { Number.greatest($0, $1) }
        case .minimum: walk.fold(source, out, Number.highest) { Number.least($0, $1) }
        case .absoluteSum:
            walk.fold(source, out, Number.zero) { Number.sum($0, Number.absolute($1)) }
        case .squareSum, .euclidean:
            walk.fold(source, out, Number.zero) { Number.sum($0, Number.product($1, $1)) }
        }
    }
}
