/// Two numeric tensors of one type in, broadcast; one of that type out.
final class BinaryStep: Step {
    enum Kind { case add, subtract, multiply, divide, power, minimum, maximum }

    let kind: Kind
    let type: ElementType
    let a: Int
    let b: Int
    let output: Int

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ a: Int, _ b: Int, _ output: Int
    ) {
        self.kind = kind
        self.type = type
        self.a = a
        self.b = b
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { kind == .divide && !isReal }
    private var isReal: Bool { type == .float32 || type == .float64 }

    override func run(_ values: Values) throws(InferenceError) {
        let (left, right) = (values[a], values[b])
        guard let shape = Broadcast.shape(left.shape, right.shape) else {
            throw mismatch("shapes \(left.shape) and \(right.shape) do not fit each other")
        }
        let out = try values.shape(output, shape, self)
        let walk = Broadcast(shape, left.shape, right.shape)
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
        if kind == .divide, right.withElements(of: Number.self, { $0.contains(.zero) }) {
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
                    case .power: walk.map(left, right, out) { Number.power($0, $1) }
                    case .minimum: walk.map(left, right, out) { Number.least($0, $1) }
                    case .maximum: walk.map(left, right, out) { Number.greatest($0, $1) }
                    }
                }
            }
        }
    }
}

extension Broadcast {
    /// Calls `body` for each pair and stores what it gives.
    @inline(__always)
    func map<Input, Output>(
        _ left: UnsafeMutableBufferPointer<Input>, _ right: UnsafeMutableBufferPointer<Input>,
        _ out: UnsafeMutableBufferPointer<Output>, _ body: (Input, Input) -> Output
    ) {
        let count = runCount
        let (a, b, _) = runStrides
        forEachRun { position, first, second, _ in
            if a == 1, b == 1 {
                for index in 0..<count {
                    out[position + index] = body(left[first + index], right[second + index])
                }
            } else {
                for index in 0..<count {
                    out[position + index] = body(left[first + index * a], right[second + index * b])
                }
            }
        }
    }
}

/// Two tensors of one type in, broadcast; truth values out.
final class CompareStep: Step {
    enum Kind { case equal, less, lessOrEqual }

    let kind: Kind
    let type: ElementType
    let a: Int
    let b: Int
    let output: Int

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ a: Int, _ b: Int, _ output: Int
    ) {
        self.kind = kind
        self.type = type
        self.a = a
        self.b = b
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (left, right) = (values[a], values[b])
        guard let shape = Broadcast.shape(left.shape, right.shape) else {
            throw mismatch("shapes \(left.shape) and \(right.shape) do not fit each other")
        }
        let out = try values.shape(output, shape, self)
        let walk = Broadcast(shape, left.shape, right.shape)
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

/// Two tensors of truth values, broadcast.
final class LogicStep: Step {
    enum Kind { case and, or, xor }

    let kind: Kind
    let a: Int
    let b: Int
    let output: Int

    init(_ place: String, _ kind: Kind, _ a: Int, _ b: Int, _ output: Int) {
        self.kind = kind
        self.a = a
        self.b = b
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (left, right) = (values[a], values[b])
        guard let shape = Broadcast.shape(left.shape, right.shape) else {
            throw mismatch("shapes \(left.shape) and \(right.shape) do not fit each other")
        }
        let out = try values.shape(output, shape, self)
        let walk = Broadcast(shape, left.shape, right.shape)
        left.withElements(of: UInt8.self) { left in
            right.withElements(of: UInt8.self) { right in
                out.withElements(of: UInt8.self) { out in
                    switch kind {
                    case .and: walk.map(left, right, out) { $0 & $1 }
                    case .or: walk.map(left, right, out) { $0 | $1 }
                    case .xor: walk.map(left, right, out) { $0 ^ $1 }
                    }
                }
            }
        }
    }
}

/// Elements of one tensor where a condition holds, of another where not; any type.
final class WhereStep: Step {
    let condition: Int
    let a: Int
    let b: Int
    let output: Int

    init(_ place: String, _ condition: Int, _ a: Int, _ b: Int, _ output: Int) {
        self.condition = condition
        self.a = a
        self.b = b
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (mask, left, right) = (values[condition], values[a], values[b])
        guard let both = Broadcast.shape(left.shape, right.shape),
            let shape = Broadcast.shape(mask.shape, both)
        else {
            throw mismatch(
                "shapes \(mask.shape), \(left.shape) and \(right.shape) do not fit each other")
        }
        let out = try values.shape(output, shape, self)
        let walk = Broadcast(shape, mask.shape, left.shape, right.shape)
        switch out.type.byteCount {
        case 0: try strings(walk, mask, left, right, out, values)
        case 1: choose(walk, mask, left, right, out, UInt8.self)
        case 2: choose(walk, mask, left, right, out, UInt16.self)
        case 4: choose(walk, mask, left, right, out, UInt32.self)
        default: choose(walk, mask, left, right, out, UInt64.self)
        }
    }

    @inline(__always)
    private func choose<Word: BitwiseCopyable>(
        _ walk: Broadcast, _ mask: Tensor, _ left: Tensor, _ right: Tensor, _ out: Tensor,
        _ word: Word.Type
    ) {
        let (m, a, b) = walk.runStrides
        mask.withElements(of: UInt8.self) { mask in
            left.withElements(of: Word.self) { left in
                right.withElements(of: Word.self) { right in
                    out.withElements(of: Word.self) { out in
                        walk.forEachRun { position, test, first, second in
                            for index in 0..<walk.runCount {
                                out[position + index] =
                                    mask[test + index * m] != 0
                                    ? left[first + index * a] : right[second + index * b]
                            }
                        }
                    }
                }
            }
        }
    }

    private func strings(
        _ walk: Broadcast, _ mask: Tensor, _ left: Tensor, _ right: Tensor, _ out: Tensor,
        _ values: Values
    ) throws(InferenceError) {
        let (m, a, b) = walk.runStrides
        var writer = TensorWriter(out, output, values, self)
        var failure: InferenceError?
        walk.forEachRun { _, test, first, second in
            for index in 0..<walk.runCount where failure == nil {
                let isLeft = mask.withElements(of: UInt8.self) { $0[test + index * m] != 0 }
                do throws(InferenceError) {
                    if isLeft {
                        try writer.append(left, first + index * a, 1, stride: 1)
                    } else {
                        try writer.append(right, second + index * b, 1, stride: 1)
                    }
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }
}
