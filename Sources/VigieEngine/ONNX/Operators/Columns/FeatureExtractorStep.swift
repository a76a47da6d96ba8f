/// Chosen columns of the last axis.
final class FeatureExtractorStep: PickStep {
    override func run(_ values: Values) throws(InferenceError) {
        let (source, chosen) = (values[a], values[b])
        guard source.shape.rank > 0 else { throw mismatch("nothing to choose from") }
        let extent = source.shape[source.shape.rank - 1]
        var shape = source.shape.rank == 1 ? source.shape.asRow : source.shape
        shape[shape.rank - 1] = chosen.count
        for position in 0..<chosen.count {
            let index = chosen.index(at: position)
            guard index >= 0, index < extent else {
                throw mismatch("index \(index) of an axis of \(extent)")
            }
        }
        let out = try values.shape(output, shape, self)
        var writer = TensorWriter(out, output, values, self)
        for row in 0..<(out.count / max(chosen.count, 1)) {
            for position in 0..<chosen.count {
                let index = chosen.index(at: position)
                try writer.append(source, row * extent + index, 1, stride: 1)
            }
        }
    }
}
