/// Numbers from a start to before a limit.
final class RangeStep: Step {
    let type: ElementType
    /// Slots of start, limit and step.
    let parts: [Int]
    let output: Int

    init(_ place: String, _ type: ElementType, _ parts: [Int], _ output: Int) {
        self.type = type
        self.parts = parts
        self.output = output
        super.init(place)
    }

    override var arguments: [Int] { parts }

    override func run(_ values: Values) throws(InferenceError) {
        for slot in parts where values[slot].count != 1 {
            throw mismatch("\(values[slot].shape) is no scalar")
        }
        if type == .float32 {
            try fill(values, Float.self) { Double($0) }
        } else if type == .float64 {
            try fill(values, Double.self) { $0 }
        } else if type == .int32 {
            try fill(values, Int32.self) { Double($0) }
        } else {
            try fill(values, Int64.self) { Double($0) }
        }
    }

    private func fill<Number: TensorNumber>(
        _ values: Values, _ type: Number.Type, _ real: (Number) -> Double
    ) throws(InferenceError) {
        func part(_ index: Int) -> Number {
            values[parts[index]].withElements(of: Number.self) { $0[0] }
        }
        let (start, limit, delta) = (part(0), part(1), part(2))
        let count = ((real(limit) - real(start)) / real(delta)).rounded(.up)
        guard delta != .zero, count.isFinite, count <= 0x1p40 else {
            throw mismatch("from \(start) to \(limit) in steps of \(delta)")
        }
        let out = try values.shape(
            output, TensorShape(CollectionOfOne(Int(max(count, 0)))), self)
        out.withElements(of: Number.self) { out in
            var next = start
            for index in out.indices {
                out[index] = next
                next = Number.sum(next, delta)
            }
        }
    }
}
