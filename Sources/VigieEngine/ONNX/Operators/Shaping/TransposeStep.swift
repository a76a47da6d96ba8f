/// Axes in another order.
final class TransposeStep: Step {
    /// Nil reverses them.
    let order: [Int]?
    let input: Int
    let output: Int

    init(_ place: String, _ order: [Int]?, _ input: Int, _ output: Int) {
        self.order = order
        self.input = input
        self.output = output
        super.init(place)
    }

    override var movement: Movement? {
        Movement(data: [input], outputs: [output])
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let rank = source.shape.rank
        if let order, order.count != rank {
            throw mismatch("perm has \(order.count) axes, the tensor \(source.shape)")
        }
        let strides = StridedWalk.strides(of: source.shape)
        var walk = StridedWalk()
        for index in 0..<rank {
            let axis = order?[index] ?? rank - 1 - index
            walk.append(source.shape[axis], stride: strides[axis])
        }
        let out = try values.shape(output, walk.shape, self)
        var writer = TensorWriter(out, output, values, self)
        try walk.copy(source, to: &writer)
    }
}
