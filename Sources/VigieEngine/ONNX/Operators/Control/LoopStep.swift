/// A body run again and again, with values that it carries from turn to turn and values that it lays
/// one after the other.
final class LoopStep: Step {
    /// The slots of the number of turns and of whether to begin; nil for as long as the body says.
    let turns: Int?
    let condition: Int?
    /// Slots of what is carried, before the first turn.
    let initial: [Int]
    let body: Body
    /// What was carried at last, then what was laid out.
    let outputs: [Int]
    private let gathered: [Gathering]

    init(
        _ place: String, _ turns: Int?, _ condition: Int?, _ initial: [Int], _ body: Body,
        _ outputs: [Int], _ graph: GraphCompiler
    ) {
        self.turns = turns
        self.condition = condition
        self.initial = initial
        self.body = body
        self.outputs = outputs
        gathered = zip(body.outputs.dropFirst(1 + initial.count), outputs.dropFirst(initial.count))
            .map { Gathering($0, $1, graph) }
        super.init(place)
    }

    override var isFoldable: Bool { false }
    override var refusesValues: Bool { true }
    override var arguments: [Int] { [turns, condition].compactMap { $0 } }
    override var memoryBytes: Int { 256 + body.memoryBytes }

    var slots: [Int] { body.filled + gathered.flatMap(\.slots) }

    override func run(_ values: Values) throws(InferenceError) {
        let limit = try turns.map { (slot) throws(InferenceError) in
            guard values[slot].count == 1 else {
                throw mismatch("the number of turns is no scalar")
            }
            return values[slot].index(at: 0)
        }
        var goes =
            try condition.map { (slot) throws(InferenceError) in
                try isTrue(values[slot])
            } ?? true
        for (source, target) in zip(initial, body.inputs.dropFirst(2)) {
            try values.copy(source, to: target, self)
        }
        for gathering in gathered { gathering.begin(values) }
        var turn = 0
        while goes, turn < limit ?? .max {
            guard turn < ONNXLimits.loopTurnsMax else {
                throw InferenceError(
                    .limit, "\(place): more than \(ONNXLimits.loopTurnsMax) turns")
            }
            let counter = try values.shape(body.inputs[0], TensorShape(), self)
            counter.withElements(of: Int64.self) { $0[0] = Int64(turn) }
            let flag = try values.shape(body.inputs[1], TensorShape(), self)
            flag.withElements(of: UInt8.self) { $0[0] = 1 }
            try body.run(values, self)
            goes = try isTrue(values[body.outputs[0]])
            for gathering in gathered { try gathering.append(values, turn, self) }
            for index in initial.indices {
                values.exchange(body.outputs[1 + index], body.inputs[2 + index])
            }
            turn += 1
        }
        for index in initial.indices {
            try values.copy(body.inputs[2 + index], to: outputs[index], self)
        }
        for gathering in gathered { try gathering.finish(values, turn, self) }
    }

    private func isTrue(_ tensor: Tensor) throws(InferenceError) -> Bool {
        guard tensor.count == 1 else {
            throw mismatch("its condition \(tensor.shape) is no scalar")
        }
        return tensor.withElements(of: UInt8.self) { $0[0] != 0 }
    }
}
