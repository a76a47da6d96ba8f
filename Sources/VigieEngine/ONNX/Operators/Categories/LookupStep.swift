/// Keys to values, with a default.
final class LookupStep: Step {
    let keys: KeyTable
    /// One value a key, and then the default.
    let table: Tensor
    let input: Int
    let output: Int

    init(_ place: String, _ keys: KeyTable, _ table: Tensor, _ input: Int, _ output: Int) {
        self.keys = keys
        self.table = table
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let out = try values.shape(output, source.shape, self)
        var writer = TensorWriter(out, output, values, self)
        for index in 0..<source.count {
            try writer.append(table, keys.find(source, index) ?? keys.count, 1, stride: 1)
        }
    }
}
