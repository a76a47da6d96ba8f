/// Scores x · w + b for each of some targets, summed in double precision.
final class LinearStep: Step {
    /// By target, then by column.
    let weights: FlatArray<Float>
    let bias: FlatArray<Float>
    let columns: Int
    let input: Int
    let output: Int

    init(_ place: String, _ weights: [Float], _ bias: [Float], _ input: Int, _ output: Int) {
        self.weights = FlatArray(weights)
        self.bias = FlatArray(bias)
        columns = weights.count / bias.count
        self.input = input
        self.output = output
        super.init(place)
    }

    override var memoryBytes: Int { weights.byteCount + bias.byteCount }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (rows, columns) = try matrix(source)
        guard columns == self.columns else {
            throw mismatch("\(columns) columns, \(self.columns) are expected")
        }
        let targets = bias.count
        let out = try values.shape(
            output, TensorShape(CollectionOfOne(rows)).appending(targets), self)
        try values.charge(out.count * columns, self)
        let (weights, bias) = (weights.base, bias.base)
        source.withElements(of: Float.self) { source in
            out.withElements(of: Float.self) { out in
                for row in 0..<rows {
                    for target in 0..<targets {
                        let sum = Self.dot(
                            source, row * columns, weights + target * columns, columns)
                        out[row * targets + target] = Float(sum + Double(bias[target]))
                    }
                }
            }
        }
    }

    /// Four sums at a time, so that they do not wait for each other.
    @inline(__always)
    private static func dot(
        _ row: UnsafeMutableBufferPointer<Float>, _ start: Int, _ weights: UnsafePointer<Float>,
        _ count: Int
    ) -> Double {
        var sums = SIMD4<Double>.zero
        var index = 0
        while index + 4 <= count {
            let x = SIMD4<Float>(
                row[start + index], row[start + index + 1], row[start + index + 2],
                row[start + index + 3])
            let w = SIMD4<Float>(
                weights[index], weights[index + 1], weights[index + 2], weights[index + 3])
            sums += SIMD4<Double>(x) * SIMD4<Double>(w)
            index += 4
        }
        var sum = sums.sum()
        while index < count {
            sum += Double(row[start + index]) * Double(weights[index])
            index += 1
        }
        return sum
    }
}
