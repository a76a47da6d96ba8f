/// The extents of a tensor.
final class ShapeStep: Step {
    let input: Int
    let start: Int
    let end: Int?
    let output: Int

    init(_ place: String, _ input: Int, _ start: Int, _ end: Int?, _ output: Int) {
        self.input = input
        self.start = start
        self.end = end
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let shape = values[input].shape
        let first = Self.clamp(start, shape.rank)
        let last = max(Self.clamp(end ?? shape.rank, shape.rank), first)
        let out = try values.shape(output, TensorShape(CollectionOfOne(last - first)), self)
        out.withElements(of: Int64.self) { out in
            for axis in first..<last { out[axis - first] = Int64(shape[axis]) }
        }
    }

    private static func clamp(_ axis: Int, _ rank: Int) -> Int {
        min(max(axis < 0 ? axis + rank : axis, 0), rank)
    }
}

/// The number of elements.
final class SizeStep: Step {
    let input: Int
    let output: Int

    init(_ place: String, _ input: Int, _ output: Int) {
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let count = values[input].count
        let out = try values.shape(output, TensorShape(), self)
        out.withElements(of: Int64.self) { $0[0] = Int64(count) }
    }
}
