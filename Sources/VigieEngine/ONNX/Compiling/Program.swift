/// A compiled graph: what the artifact shares among its threads.
struct Program {
    /// The type of each slot's tensor.
    var slotTypes: [ElementType]
    /// Slots whose tensors are filled at load and never written again.
    let constants: [Int: Tensor]
    var steps: [Step]
    /// What each step reads and writes.
    var wiring: [Wiring]
    /// Slots whose tensors no other slot may use.
    var pinned: Set<Int>
    let inputSlots: [Int]
    let outputSlots: [Int]
    let inputs: [TensorSpec]
    let outputs: [TensorSpec]
    /// Labels of the columns of outputs that are maps in the file (ZipMap), by output's name.
    let classLabels: [String: ClassLabels]
    /// What is known of the slots that come from raw scores.
    let links: [Int: Link]
    var ensembles: [TreeEnsemble]
    /// How many of the steps must run for a slot to be filled.
    let stepCounts: [Int: Int]

    /// The only tree of each ensemble of one, by the slot that it fills: only until the program is
    /// optimized.
    var treeSources: [Int: TreeEnsembleBuilder] = [:]
    /// Slots that use another's tensor, which nobody needs at that time.
    var shared: [Int: Int] = [:]

    /// Memory for one thread. `inputs` and `outputs` are the tensors that the caller sees.
    func makeValues(inputs: [Tensor], outputs: [Tensor]) -> Values {
        var tensors = slotTypes.enumerated().map { slot, type in
            constants[slot] ?? Tensor(type: type)
        }
        for (slot, tensor) in zip(inputSlots, inputs) { tensors[slot] = tensor }
        for (slot, tensor) in zip(outputSlots, outputs) { tensors[slot] = tensor }
        for (slot, owner) in shared { tensors[slot] = tensors[owner] }
        return Values(tensors, ensembles.map { $0.makeScratch() })
    }

    @inline(__always)
    func run(_ values: Values) throws(InferenceError) {
        values.begin()
        for step in steps { try step.run(values) }
    }

    /// Bytes that the constants, weights and trees take.
    var memoryBytes: Int {
        constants.values.reduce(0) { $0 + $1.count * max($1.type.byteCount, 16) }
            + steps.reduce(0) { $0 + $1.memoryBytes }
    }
}

/// The classes that a classifier tells apart, in the order of its probabilities' columns.
public enum ClassLabels: Sendable, Equatable {
    case integers([Int64])
    case strings([String])

    /// How many classes.
    public var count: Int {
        switch self {
        case .integers(let labels): labels.count
        case .strings(let labels): labels.count
        }
    }
}

/// How a value came from the raw scores of a classifier: what its log-odds are computed from.
struct Link {
    enum Kind {
        /// The raw scores themselves.
        case raw
        /// 1 / (1 + e^-score), class by class.
        case logistic
        /// As `logistic`, divided by the sum over the classes.
        case normalizedLogistic
        /// Softmax over the classes.
        case softmax
        /// Two columns 1-p and p, of the one score p that is a probability.
        case complement
        /// Scores that are probabilities already, one for each of two classes.
        case probabilities
        /// Two columns of the logistic of one score.
        case pair
    }
    /// The slot of the raw scores.
    let raw: Int
    let kind: Kind
}
