/// A new last axis with a 1 at each element's category.
final class OneHotStep: Step {
    let keys: KeyTable
    /// Whether an unknown category is all zeros, instead of an error.
    let zeros: Bool
    let input: Int
    let output: Int

    init(_ place: String, _ keys: KeyTable, _ zeros: Bool, _ input: Int, _ output: Int) {
        self.keys = keys
        self.zeros = zeros
        self.input = input
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { !zeros }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        guard source.shape.rank < TensorShape.rankMax else { throw mismatch("too many dimensions") }
        let out = try values.shape(output, source.shape.appending(keys.count), self)
        let count = keys.count
        out.withElements(of: Float.self) { out in
            for index in 0..<out.count { out[index] = 0 }
        }
        for index in 0..<source.count {
            if let place = keys.find(source, index) {
                out.withElements(of: Float.self) { $0[index * count + place] = 1 }
            } else if !zeros {
                throw mismatch("an unknown category")
            }
        }
    }
}
