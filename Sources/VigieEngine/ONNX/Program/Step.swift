/// One operation of a compiled graph: reads slots, fills slots. Immutable and shared by all threads.
class Step {
    /// "operator 'Gather' (node 'g1')", for messages.
    let place: String

    init(_ place: String) { self.place = place }

    /// Whether it may refuse an input for its content, and not only for its shape.
    var refusesValues: Bool { false }

    /// Whether it may run while the graph is compiled, when its inputs are constants.
    var isFoldable: Bool { true }

    /// For steps that only move elements: which slots' elements move where. Nil for others.
    var movement: Movement? { nil }

    /// Slots whose content decides on shapes: axes, extents, indices.
    var arguments: [Int] { movement?.arguments ?? [] }

    /// Bytes of weights and tables that it holds, without the constants in slots.
    var memoryBytes: Int { 256 }

    func run(_ values: Values) throws(InferenceError) {
        preconditionFailure("a step must say what it does")
    }

    /// An input's shape or content does not fit.
    final func mismatch(_ what: String) -> InferenceError {
        InferenceError(.input, "\(place): \(what)")
    }
}

/// What a step that only moves elements reads and fills.
struct Movement {
    /// Slots whose elements move.
    var data: [Int]
    /// Slots that say how: axes, extents, indices.
    var arguments: [Int] = []
    var outputs: [Int]
}

/// Copies a tensor, perhaps under another shape: where one value has two names that both must be
/// filled.
final class CopyStep: Step {
    let input: Int
    let output: Int

    init(_ place: String, _ input: Int, _ output: Int) {
        self.input = input
        self.output = output
        super.init(place)
    }

    override var movement: Movement? { Movement(data: [input], outputs: [output]) }

    override func run(_ values: Values) throws(InferenceError) {
        try values.copy(input, to: output, self)
    }
}
