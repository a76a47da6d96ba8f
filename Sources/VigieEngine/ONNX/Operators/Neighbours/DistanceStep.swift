/// Distances [M, N] between the rows of two matrices (com.microsoft.CDist).
final class DistanceStep: PairStep {
    enum Metric: String, CaseIterable {
        case euclidean
        case squaredEuclidean = "sqeuclidean"
        /// ONNX Runtime has it in its table but not in its code.
        case manhattan
    }

    let metric: Metric

    init(_ place: String, _ metric: Metric, _ a: Int, _ b: Int, _ output: Int) {
        self.metric = metric
        super.init(place, a, b, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (left, right) = (values[a], values[b])
        guard left.shape.rank == 2, right.shape.rank == 2, left.shape[1] == right.shape[1] else {
            throw mismatch("shapes \(left.shape) and \(right.shape) do not fit each other")
        }
        let shape = TensorShape(CollectionOfOne(left.shape[0])).appending(right.shape[0])
        let out = try values.shape(output, shape, self)
        try values.chargeProduct(out.count, max(left.shape[1], 1), self)
        if left.type == .float32 {
            compute(left, right, out, Float.self)
        } else {
            compute(left, right, out, Double.self)
        }
    }

    @inline(__always)
    private func compute<Number: TensorFloat>(
        _ left: Tensor, _ right: Tensor, _ out: Tensor, _ type: Number.Type
    ) {
        let (rows, columns) = (right.shape[0], left.shape[1])
        left.withElements(of: Number.self) { left in
            right.withElements(of: Number.self) { right in
                out.withElements(of: Number.self) { out in
                    var (target, first) = (0, 0)
                    while target < out.count {
                        for row in 0..<rows {
                            var sum = Number.zero
                            for column in 0..<columns {
                                let d = left[first + column] - right[row * columns + column]
                                sum += metric == .manhattan ? d.magnitude : d * d
                            }
                            out[target] = metric == .euclidean ? sum.squareRoot() : sum
                            target += 1
                        }
                        first += columns
                    }
                }
            }
        }
    }
}

extension OperatorTable {
    static func distance(_ node: NodeBuilder) throws(LoadError) {
        let metric = try node.choice("metric", DistanceStep.Metric.squaredEuclidean)
        let pair = try node.inputs(.floats)
        guard pair.count == 2 else { throw node.corrupt("it has \(pair.count) inputs, not 2") }
        let output = try node.output(0, node.type(pair[0]))
        node.add(DistanceStep(node.place, metric, pair[0], pair[1], output), pair, [output])
    }
}
