/// Slices of an axis by index.
final class GatherStep: PickStep {
    let axis: Int

    init(_ place: String, _ axis: Int, _ input: Int, _ indices: Int, _ output: Int) {
        self.axis = axis
        super.init(place, input, indices, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (source, chosen) = (values[a], values[b])
        let axis = try axis(self.axis, source.shape.rank)
        guard source.shape.rank - 1 + chosen.shape.rank <= TensorShape.rankMax else {
            throw mismatch("more than 8 dimensions")
        }
        var shape = TensorShape()
        for index in 0..<axis { shape.append(source.shape[index]) }
        for index in 0..<chosen.shape.rank { shape.append(chosen.shape[index]) }
        for index in (axis + 1)..<max(source.shape.rank, axis + 1) {
            shape.append(source.shape[index])
        }
        let out = try values.shape(output, shape, self)
        guard out.count > 0 else { return }
        let (outer, extent, inner) = source.shape.blocks(at: axis)
        var writer = TensorWriter(out, output, values, self)
        for block in 0..<outer {
            for position in 0..<chosen.count {
                let index = chosen.index(at: position)
                let counted = index < 0 ? index + extent : index
                guard counted >= 0, counted < extent else {
                    throw mismatch("index \(index) of an axis of \(extent)")
                }
                try writer.append(source, (block * extent + counted) * inner, inner, stride: 1)
            }
        }
    }
}
