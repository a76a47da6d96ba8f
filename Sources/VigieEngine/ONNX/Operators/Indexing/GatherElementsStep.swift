/// Elements picked one by one: the position along one axis comes from an index, all others stay.
final class GatherElementsStep: PickStep {
    let axis: Int

    init(_ place: String, _ axis: Int, _ input: Int, _ indices: Int, _ output: Int) {
        self.axis = axis
        super.init(place, input, indices, output)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let (source, chosen) = (values[a], values[b])
        let axis = try axis(self.axis, source.shape.rank)
        guard chosen.shape.rank == source.shape.rank else {
            throw mismatch("indices \(chosen.shape) of a tensor \(source.shape)")
        }
        for other in 0..<source.shape.rank
        where other != axis && chosen.shape[other] > source.shape[other] {
            throw mismatch("indices \(chosen.shape) of a tensor \(source.shape)")
        }
        let out = try values.shape(output, chosen.shape, self)
        let strides = StridedWalk.strides(of: source.shape)
        var coordinates = Coordinates(chosen.shape)
        var writer = TensorWriter(out, output, values, self)
        for position in 0..<chosen.count {
            let index = try counted(chosen.index(at: position), source.shape[axis])
            let place =
                coordinates.offset(strides) + (index - coordinates.position[axis]) * strides[axis]
            try writer.append(source, place, 1, stride: 1)
            coordinates.advance()
        }
    }
}
