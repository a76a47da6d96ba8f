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
