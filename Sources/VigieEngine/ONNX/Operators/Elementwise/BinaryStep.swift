/// Two numeric tensors of one type in, broadcast; one of that type out.
final class BinaryStep: PairStep {
    enum Kind {
        case add, subtract, multiply, divide, power, minimum, maximum
        /// With the sign of the dividend, and of the divisor.
        case remainder, modulo

        /// Whether integers have no answer for a divisor of zero.
        var isDivision: Bool { self == .divide || self == .remainder || self == .modulo }
    }

    let kind: Kind
    let type: ElementType

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ a: Int, _ b: Int, _ output: Int
    ) {
        self.kind = kind
        self.type = type
        super.init(place, a, b, output)
    }

    override var refusesValues: Bool { kind.isDivision && !isReal }
    private var isReal: Bool { type == .float32 || type == .float64 }

    override func run(_ values: Values) throws(InferenceError) {
        let (walk, left, right, out) = try broadcast(values)
        switch type {
        case .float32: compute(walk, left, right, out, Float.self)
        case .float64: compute(walk, left, right, out, Double.self)
        case .int8: try integers(walk, left, right, out, Int8.self)
        case .int16: try integers(walk, left, right, out, Int16.self)
        case .int32: try integers(walk, left, right, out, Int32.self)
        case .int64: try integers(walk, left, right, out, Int64.self)
        case .uint8: try integers(walk, left, right, out, UInt8.self)
        case .uint16: try integers(walk, left, right, out, UInt16.self)
        case .uint32: try integers(walk, left, right, out, UInt32.self)
        case .uint64: try integers(walk, left, right, out, UInt64.self)
        default: break
        }
    }

    private func integers<Number: TensorNumber>(
        _ walk: Broadcast, _ left: Tensor, _ right: Tensor, _ out: Tensor, _ type: Number.Type
    ) throws(InferenceError) {
        if kind.isDivision, right.withElements(of: Number.self, { $0.contains(.zero) }) {
            throw mismatch("division of an integer by zero")
        }
        compute(walk, left, right, out, type)
    }

    @inline(__always)
    private func compute<Number: TensorNumber>(
        _ walk: Broadcast, _ left: Tensor, _ right: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        left.withElements(of: Number.self) { left in
            right.withElements(of: Number.self) { right in
                out.withElements(of: Number.self) { out in
                    switch kind {
                    case .add: walk.map(left, right, out) { Number.sum($0, $1) }
                    case .subtract: walk.map(left, right, out) { Number.difference($0, $1) }
                    case .multiply: walk.map(left, right, out) { Number.product($0, $1) }
                    case .divide: walk.map(left, right, out) { Number.quotient($0, $1) }
                    case .remainder: walk.map(left, right, out) { Number.remainder($0, $1) }
                    case .modulo: walk.map(left, right, out) { Number.modulo($0, $1) }
                    case .power: walk.map(left, right, out) { Number.power($0, $1) }
                    case .minimum: walk.map(left, right, out) { Number.least($0, $1) }
                    case .maximum: walk.map(left, right, out) { Number.greatest($0, $1) }
                    }
                }
            }
        }
    }
}
