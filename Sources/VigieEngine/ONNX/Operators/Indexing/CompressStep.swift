/// The slices of an axis, or the elements of the whole, at which a condition holds.
final class CompressStep: PickStep {
    /// Nil: the elements in row-major order.
    let axis: Int?

    init(_ place: String, _ axis: Int?, _ input: Int, _ condition: Int, _ output: Int) {
        self.axis = axis
        super.init(place, input, condition, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (source, condition) = (values[a], values[b])
        guard condition.shape.rank == 1 else {
            throw mismatch("a condition \(condition.shape), not one for each slice")
        }
        var (outer, extent, inner) = (1, source.count, 1)
        if let axis {
            (outer, extent, inner) = source.shape.blocks(at: try self.axis(axis, source.shape.rank))
        }
        guard condition.count <= extent else {
            throw mismatch("\(condition.count) conditions for \(extent) slices")
        }
        let kept = condition.withElements(of: UInt8.self) { condition in
            condition.reduce(0) { $1 == 0 ? $0 : $0 + 1 }
        }
        var shape = TensorShape([kept])
        if let axis {
            shape = TensorShape()
            let along = try self.axis(axis, source.shape.rank)
            for index in 0..<source.shape.rank {
                shape.append(index == along ? kept : source.shape[index])
            }
        }
        let out = try values.shape(output, shape, self)
        guard out.count > 0 else { return }
        var writer = TensorWriter(out, output, values, self)
        for block in 0..<outer {
            for position in 0..<condition.count
            where condition.withElements(of: UInt8.self, { $0[position] }) != 0 {
                try writer.append(source, (block * extent + position) * inner, inner, stride: 1)
            }
        }
    }
}
