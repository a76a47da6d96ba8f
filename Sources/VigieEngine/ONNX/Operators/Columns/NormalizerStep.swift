/// Each row divided by its norm; a row of norm 0 stays.
final class NormalizerStep: Step {
    enum Norm: String, CaseIterable {
        case max = "MAX"
        case l1 = "L1"
        case l2 = "L2"
    }

    let norm: Norm
    let input: Int
    let output: Int

    init(_ place: String, _ norm: Norm, _ input: Int, _ output: Int) {
        self.norm = norm
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (rows, columns) = try matrix(source)
        let out = try values.shape(output, source.shape, self)
        source.withElements(of: Float.self) { source in
            out.withElements(of: Float.self) { out in
                for row in 0..<rows {
                    let start = row * columns
                    var sum: Float = 0
                    var highest = -Float.greatestFiniteMagnitude
                    for index in start..<(start + columns) {
                        let x = source[index]
                        switch norm {
                        case .max: highest = x > highest ? x : highest
                        case .l1: sum += x.magnitude
                        case .l2: sum += x * x
                        }
                    }
                    let divisor = norm == .max ? highest : norm == .l2 ? sum.squareRoot() : sum
                    for index in start..<(start + columns) {
                        out[index] = divisor == 0 ? source[index] : source[index] / divisor
                    }
                }
            }
        }
    }
}
