/// A vector for each index: one value at the index, another everywhere else.
final class OneHotVectorsStep: Step {
    let axis: Int
    let indices: Int
    let depth: Int
    /// The slot of the values: off, on.
    let pair: Int
    let output: Int

    init(
        _ place: String, _ axis: Int, _ indices: Int, _ depth: Int, _ pair: Int, _ output: Int
    ) {
        self.axis = axis
        self.indices = indices
        self.depth = depth
        self.pair = pair
        self.output = output
        super.init(place)
    }

    override var arguments: [Int] { [depth] }
    override var refusesValues: Bool { true }

    override func run(_ values: Values) throws(InferenceError) {
        let chosen = values[indices]
        guard values[depth].count == 1, values[pair].count == 2 else {
            throw mismatch("depth \(values[depth].shape) and values \(values[pair].shape)")
        }
        let extent = Int(number(values[depth], 0))
        guard extent > 0, chosen.shape.rank < TensorShape.rankMax else {
            throw mismatch("a depth of \(extent) for indices \(chosen.shape)")
        }
        let axis = try axis(self.axis, chosen.shape.rank + 1)
        var shape = TensorShape()
        for index in 0...chosen.shape.rank {
            shape.append(
                index == axis ? extent : chosen.shape[index < axis ? index : index - 1])
        }
        let out = try values.shape(output, shape, self)
        let (outer, _, inner) = shape.blocks(at: axis)
        var writer = TensorWriter(out, output, values, self)
        for block in 0..<outer {
            for step in 0..<extent {
                for column in 0..<inner {
                    let index = number(chosen, block * inner + column)
                    let counted = index < 0 ? index &+ Int64(extent) : index
                    try writer.append(values[pair], counted == Int64(step) ? 1 : 0, 1, stride: 1)
                }
            }
        }
    }

    /// Fractions are cut off.
    private func number(_ tensor: Tensor, _ index: Int) -> Int64 {
        switch tensor.type {
        case .float32: tensor.withElements(of: Float.self) { Int64(saturating: Double($0[index])) }
        case .float64: tensor.withElements(of: Double.self) { Int64(saturating: $0[index]) }
        default: Int64(tensor.index(at: index))
        }
    }
}
