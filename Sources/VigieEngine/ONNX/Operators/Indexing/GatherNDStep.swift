/// Slices picked by tuples of indices, the last dimension of the second tensor.
final class GatherNDStep: PickStep {
    /// How many first dimensions both tensors share.
    let batch: Int

    init(_ place: String, _ batch: Int, _ input: Int, _ indices: Int, _ output: Int) {
        self.batch = batch
        super.init(place, input, indices, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (source, chosen) = (values[a], values[b])
        let (from, by) = (source.shape, chosen.shape)
        guard by.rank > batch, from.rank > batch, batch >= 0 else {
            throw mismatch("indices \(by) of a tensor \(from), \(batch) dimensions shared")
        }
        let depth = by[by.rank - 1]
        var shape = TensorShape()
        var tuples = 1
        for axis in 0..<(by.rank - 1) {
            guard axis >= batch || by[axis] == from[axis] else {
                throw mismatch("indices \(by) of a tensor \(from), \(batch) dimensions shared")
            }
            shape.append(by[axis])
            if axis >= batch { tuples *= by[axis] }
        }
        guard depth > 0, batch + depth <= from.rank,
            shape.rank + from.rank - batch - depth <= TensorShape.rankMax
        else { throw mismatch("tuples of \(depth) indices of a tensor \(from)") }
        var size = 1
        for axis in (batch + depth)..<max(from.rank, batch + depth) {
            shape.append(from[axis])
            size *= from[axis]
        }
        let out = try values.shape(output, shape, self)
        guard out.count > 0 else { return }
        let strides = StridedWalk.strides(of: from)
        let block = batch == 0 ? 0 : strides[batch - 1]
        var writer = TensorWriter(out, output, values, self)
        for tuple in 0..<(chosen.count / depth) {
            var place = tuple / tuples * block
            for index in 0..<depth {
                let axis = batch + index
                place +=
                    try counted(chosen.index(at: tuple * depth + index), from[axis])
                    * strides[axis]
            }
            try writer.append(source, place, size, stride: 1)
        }
    }
}
