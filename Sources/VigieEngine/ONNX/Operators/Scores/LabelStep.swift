/// Each row's label.
final class LabelStep: Step {
    enum Decision {
        /// The class of the greatest score, the first of equal ones.
        case greatest
        /// The second class if the last score is above this.
        case threshold(Float)
    }

    let labels: Tensor
    let decision: Decision
    let input: Int
    let output: Int

    init(_ place: String, _ labels: Tensor, _ decision: Decision, _ input: Int, _ output: Int) {
        self.labels = labels
        self.decision = decision
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (rows, columns) = try matrix(source)
        let out = try values.shape(output, TensorShape(CollectionOfOne(rows)), self)
        var writer = TensorWriter(out, output, values, self)
        for row in 0..<rows {
            let best =
                source.type == .float32
                ? best(source, row, columns, Float.self) : best(source, row, columns, Double.self)
            try writer.append(labels, best, 1, stride: 1)
        }
    }

    @inline(__always)
    private func best<Number: BinaryFloatingPoint & BitwiseCopyable>(
        _ source: Tensor, _ row: Int, _ columns: Int, _ type: Number.Type
    ) -> Int {
        source.withElements(of: Number.self) { source in
            if case .threshold(let threshold) = decision {
                let last = source[row * columns + columns - 1]
                return labels.count == 2 && last > Number(threshold) ? 1 : 0
            }
            var best = 0
            for column in 1..<columns
            where source[row * columns + column] > source[row * columns + best] {
                best = column
            }
            return best
        }
    }
}
