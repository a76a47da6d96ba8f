/// The first elements of each row along a time axis in reverse order, as many as the row has.
final class ReverseSequenceStep: PairStep {
    let timeAxis: Int
    let rowAxis: Int

    init(
        _ place: String, time: Int, rows: Int, _ input: Int, _ lengths: Int, _ output: Int
    ) {
        timeAxis = time
        rowAxis = rows
        super.init(place, input, lengths, output)
    }

    override var refusesValues: Bool { true }

    override func run(_ values: Values) throws(InferenceError) {
        let (source, lengths) = (values[a], values[b])
        let shape = source.shape
        guard shape.rank >= 2 else { throw mismatch("a tensor \(shape)") }
        let (steps, rows) = (shape[timeAxis], shape[rowAxis])
        guard lengths.shape == TensorShape([rows]) else {
            throw mismatch("lengths \(lengths.shape) for \(rows) rows")
        }
        for row in 0..<rows where !(0...steps).contains(lengths.index(at: row)) {
            throw mismatch("a length of \(lengths.index(at: row)) of \(steps) steps")
        }
        let out = try values.shape(output, shape, self)
        guard out.count > 0 else { return }
        let inner = out.count / (steps * rows)
        var writer = TensorWriter(out, output, values, self)
        for first in 0..<shape[0] {
            for second in 0..<shape[1] {
                let (time, row) = timeAxis == 0 ? (first, second) : (second, first)
                let length = lengths.index(at: row)
                let from = time < length ? length - 1 - time : time
                let place = timeAxis == 0 ? from * rows + row : row * steps + from
                try writer.append(source, place * inner, inner, stride: 1)
            }
        }
    }
}
