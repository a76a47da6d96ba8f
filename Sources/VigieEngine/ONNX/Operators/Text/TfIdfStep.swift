/// How often each n-gram is in each row of words (TfIdfVectorizer).
final class TfIdfStep: Step {
    let table: NGramTable
    let mode: NGramMode
    let lengths: ClosedRange<Int>
    /// Words that may be left out between those of an n-gram.
    let skips: Int
    let input: Int
    let output: Int

    init(
        _ place: String, _ table: NGramTable, _ mode: NGramMode, _ lengths: ClosedRange<Int>,
        _ skips: Int, _ input: Int, _ output: Int
    ) {
        self.table = table
        self.mode = mode
        self.lengths = lengths
        self.skips = skips
        self.input = input
        self.output = output
        super.init(place)
    }

    override var memoryBytes: Int { table.byteCount }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let shape = source.shape
        guard shape.rank == 1 || shape.rank == 2 else {
            throw mismatch("its input \(shape) is neither a vector nor a matrix")
        }
        let (rows, width) = shape.rank == 1 ? (1, shape[0]) : (shape[0], shape[1])
        var result = TensorShape()
        if shape.rank == 2 { result.append(rows) }
        let out = try values.shape(output, result.appending(table.columnCount), self)
        try values.charge(source.count * (skips + 1), self)
        out.withElements(of: Float.self) { out in
            for index in out.indices { out[index] = 0 }
            for row in 0..<rows { count(source, row * width, width, out, row * table.columnCount) }
            finish(out)
        }
    }

    /// Follows the n-grams that begin at each word of a row.
    private func count(
        _ source: Tensor, _ start: Int, _ width: Int, _ out: UnsafeMutableBufferPointer<Float>,
        _ target: Int
    ) {
        for distance in 1...(skips + 1) {
            // Single words are the same at each distance.
            let shortest = distance == 1 ? lengths.lowerBound : max(lengths.lowerBound, 2)
            guard shortest <= lengths.upperBound else { return }
            for first in 0..<width {
                guard let word = table.words.find(source, start + first) else { continue }
                var node = Int(table.roots.base[word])
                var (length, position) = (1, first)
                while node >= 0 {
                    let column = Int(table.columns.base[node])
                    if length >= shortest, column >= 0 { out[target + column] += 1 }
                    position += distance
                    length += 1
                    guard length <= lengths.upperBound, position < width,
                        let word = table.words.find(source, start + position),
                        let next = table.next(node, word)
                    else { break }
                    node = next
                }
            }
        }
    }

    private func finish(_ out: UnsafeMutableBufferPointer<Float>) {
        guard mode != .frequency, !out.isEmpty else { return }
        let columns = table.columnCount
        var column = 0
        for index in out.indices {
            if out[index] > 0 {
                let weight = table.weights.base[column]
                out[index] = mode == .weight ? weight : out[index] * weight
            }
            column += 1
            if column == columns { column = 0 }
        }
    }
}
