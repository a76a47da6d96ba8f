/// alpha · A · B + beta · C.
final class GemmStep: Step {
    let type: ElementType
    let a: Int
    let b: Int
    let c: Int?
    let output: Int
    let alpha: Float
    let beta: Float
    let transA: Bool
    let transB: Bool

    init(
        _ place: String, _ type: ElementType, _ a: Int, _ b: Int, _ c: Int?, _ output: Int,
        _ alpha: Float, _ beta: Float, _ transA: Bool, _ transB: Bool
    ) {
        self.type = type
        self.a = a
        self.b = b
        self.c = c
        self.output = output
        self.alpha = alpha
        self.beta = beta
        self.transA = transA
        self.transB = transB
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (left, right) = (values[a], values[b])
        guard left.shape.rank == 2, right.shape.rank == 2 else {
            throw mismatch("shapes \(left.shape) and \(right.shape) are no matrices")
        }
        let rows = left.shape[transA ? 1 : 0]
        let depth = left.shape[transA ? 0 : 1]
        let columns = right.shape[transB ? 0 : 1]
        guard right.shape[transB ? 1 : 0] == depth else {
            throw mismatch("shapes \(left.shape) and \(right.shape) do not fit each other")
        }
        let shape = TensorShape(CollectionOfOne(rows)).appending(columns)
        if let c, Broadcast.shape(values[c].shape, shape) != shape {
            throw mismatch("a term \(values[c].shape) for a result \(shape)")
        }
        let out = try values.shape(output, shape, self)
        let (work, overflow) = out.count.multipliedReportingOverflow(by: max(depth, 1))
        try values.charge(overflow ? .max : work, self)
        if type == .float32 {
            compute(left, right, c.map { values[$0] }, out, (rows, depth, columns), Float.self)
        } else {
            compute(left, right, c.map { values[$0] }, out, (rows, depth, columns), Double.self)
        }
    }

    @inline(__always)
    private func compute<Number: TensorFloat>(
        _ left: Tensor, _ right: Tensor, _ term: Tensor?, _ out: Tensor,
        _ size: (rows: Int, depth: Int, columns: Int), _ type: Number.Type
    ) {
        let (rows, depth, columns) = size
        let (leftRow, leftStep) = transA ? (1, rows) : (depth, 1)
        let (rightRow, rightStep) = transB ? (1, depth) : (columns, 1)
        let alpha = Number(alpha)
        left.withElements(of: Number.self) { left in
            right.withElements(of: Number.self) { right in
                out.withElements(of: Number.self) { out in
                    for row in 0..<rows {
                        for column in 0..<columns {
                            var sum = Number.zero
                            for k in 0..<depth {
                                sum +=
                                    left[row * leftRow + k * leftStep]
                                    * right[k * rightRow + column * rightStep]
                            }
                            out[row * columns + column] = alpha * sum
                        }
                    }
                }
            }
        }
        guard let term, beta != 0 else { return }
        let walk = Broadcast(out.shape, out.shape, term.shape)
        let beta = Number(beta)
        out.withElements(of: Number.self) { out in
            term.withElements(of: Number.self) { term in
                walk.map(out, term, out) { $0 + beta * $1 }
            }
        }
    }
}
