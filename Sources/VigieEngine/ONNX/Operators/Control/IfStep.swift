/// One of two bodies, by a condition.
final class IfStep: Step {
    let condition: Int
    let bodies: (then: Body, otherwise: Body)
    let outputs: [Int]

    init(_ place: String, _ condition: Int, _ then: Body, _ otherwise: Body, _ outputs: [Int]) {
        self.condition = condition
        bodies = (then, otherwise)
        self.outputs = outputs
        super.init(place)
    }

    override var isFoldable: Bool { false }
    override var refusesValues: Bool { true }
    override var arguments: [Int] { [condition] }
    override var memoryBytes: Int { 256 + bodies.then.memoryBytes + bodies.otherwise.memoryBytes }

    override func run(_ values: Values) throws(InferenceError) {
        let flag = values[condition]
        guard flag.count == 1 else { throw mismatch("its condition \(flag.shape) is no scalar") }
        let isTrue = flag.withElements(of: UInt8.self) { $0[0] != 0 }
        let body = isTrue ? bodies.then : bodies.otherwise
        try body.run(values, self)
        for (source, output) in zip(body.outputs, outputs) {
            try values.copy(source, to: output, self)
        }
    }
}
