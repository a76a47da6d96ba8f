/// Two tensors of one type in, broadcast; truth values out.
final class CompareStep: PairStep {
    enum Kind { case equal, less, lessOrEqual }

    let kind: Kind
    let type: ElementType

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ a: Int, _ b: Int, _ output: Int
    ) {
        self.kind = kind
        self.type = type
        super.init(place, a, b, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (walk, left, right, out) = try broadcast(values)
        switch type {
        case .float32: compute(walk, left, right, out, Float.self)
        case .float64: compute(walk, left, right, out, Double.self)
        case .int8: compute(walk, left, right, out, Int8.self)
        case .int16: compute(walk, left, right, out, Int16.self)
        case .int32: compute(walk, left, right, out, Int32.self)
        case .int64: compute(walk, left, right, out, Int64.self)
        case .uint8, .bool: compute(walk, left, right, out, UInt8.self)
        case .uint16: compute(walk, left, right, out, UInt16.self)
        case .uint32: compute(walk, left, right, out, UInt32.self)
        case .uint64: compute(walk, left, right, out, UInt64.self)
        case .string: strings(walk, left, right, out)
        case .float16, .bfloat16: break
        }
    }

    @inline(__always)
    private func compute<Number: TensorNumber>(
        _ walk: Broadcast, _ left: Tensor, _ right: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        left.withElements(of: Number.self) { left in
            right.withElements(of: Number.self) { right in
                out.withElements(of: UInt8.self) { out in
                    switch kind {
                    case .equal: walk.map(left, right, out) { $0 == $1 ? 1 : 0 }
                    case .less: walk.map(left, right, out) { $0 < $1 ? 1 : 0 }
                    case .lessOrEqual: walk.map(left, right, out) { $0 <= $1 ? 1 : 0 }
                    }
                }
            }
        }
    }

    private func strings(_ walk: Broadcast, _ left: Tensor, _ right: Tensor, _ out: Tensor) {
        let (a, b, _) = walk.runStrides
        out.withElements(of: UInt8.self) { out in
            walk.forEachRun { position, first, second, _ in
                for index in 0..<walk.runCount {
                    let same = left.withString(at: first + index * a) { one in
                        right.withString(at: second + index * b) { two in
                            one.isIdenticalText(two)
                        }
                    }
                    out[position + index] = same ? 1 : 0
                }
            }
        }
    }
}

extension RawSpan {
    /// Whether both have the same bytes, wherever they lie.
    func isIdenticalText(_ other: borrowing RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        for index in 0..<byteCount
        where unsafeLoad(fromByteOffset: index, as: UInt8.self)
            != other.unsafeLoad(fromByteOffset: index, as: UInt8.self)
        {
            return false
        }
        return true
    }
}
