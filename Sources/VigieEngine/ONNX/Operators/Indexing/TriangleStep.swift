/// The upper or lower triangle of matrices; zeros elsewhere.
final class TriangleStep: Step {
    let isUpper: Bool
    let input: Int
    /// The slot of the diagonal's number; nil for the main one.
    let diagonal: Int?
    let output: Int

    init(_ place: String, isUpper: Bool, _ input: Int, _ diagonal: Int?, _ output: Int) {
        self.isUpper = isUpper
        self.input = input
        self.diagonal = diagonal
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let shape = values[input].shape
        guard shape.rank >= 2 else { throw mismatch("a tensor \(shape)") }
        var k = 0
        if let diagonal {
            guard values[diagonal].count == 1 else { throw mismatch("k is no scalar") }
            // Beyond the matrix, all diagonals are the same.
            k = min(max(values[diagonal].index(at: 0), -(1 << 41)), 1 << 41)
        }
        try values.copy(input, to: output, self)
        let out = values[output]
        let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
        let size = out.type.byteCount
        out.withMutableBytes { bytes in
            for row in 0..<(columns == 0 ? 0 : out.count / columns) {
                for column in 0..<columns {
                    let distance = column - row % rows
                    guard isUpper ? distance < k : distance > k else { continue }
                    let start = (row * columns + column) * size
                    for index in start..<(start + size) { bytes[index] = 0 }
                }
            }
        }
    }
}
