/// A graph inside a node, compiled into steps on slots of the whole program.
final class Body {
    let inputs: [Int]
    /// One slot each, computed by the body's own steps.
    let outputs: [Int]
    let types: [ElementType]
    let steps: [Step]
    /// Slots from outside that the steps read, and all constants.
    let captured: [Int]
    /// Every slot that the steps and whoever runs them fill.
    let filled: [Int]

    /// - Parameter firstSlot: slots from here on are the body's own.
    init(
        inputs: [Int], outputs: [Int], types: [ElementType], steps: [Step], wiring: [Wiring],
        firstSlot: Int, constants: [Int: Tensor]
    ) {
        self.inputs = inputs
        self.outputs = outputs
        self.types = types
        let read = wiring.flatMap(\.reads).filter { $0 < firstSlot || constants[$0] != nil }
        captured = Set(read).sorted()
        let fused = Fusion(steps, wiring, kept: Set(outputs), constants).result
        self.steps = fused.steps
        filled = inputs + wiring.flatMap(\.writes)
    }

    func run(_ values: Values, _ owner: Step) throws(InferenceError) {
        try values.charge((steps.count + 1) * ONNXLimits.turnOperations, owner)
        for step in steps { try step.run(values) }
    }

    var memoryBytes: Int { steps.reduce(0) { $0 + $1.memoryBytes } }
}
