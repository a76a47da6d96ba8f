/// Logical negation.
final class NotStep: Step {
    let input: Int
    let output: Int

    init(_ place: String, _ input: Int, _ output: Int) {
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        source.withElements(of: UInt8.self) { source in
            out.withElements(of: UInt8.self) { out in
                for index in 0..<source.count { out[index] = source[index] == 0 ? 1 : 0 }
            }
        }
    }
}
