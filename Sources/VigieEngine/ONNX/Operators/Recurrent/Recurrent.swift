import CVigieKernels

/// Recurrent layers. Their weights must be constants.
extension OperatorTable {
    static let recurrent: [String: Builder] = [
        "RNN": { (node) throws(LoadError) in try recurrent(node, VIGIE_RNN, [VIGIE_TANH]) },
        "GRU": { (node) throws(LoadError) in
            try recurrent(node, VIGIE_GRU, [VIGIE_SIGMOID, VIGIE_TANH])
        },
        "LSTM": { (node) throws(LoadError) in
            try recurrent(node, VIGIE_LSTM, [VIGIE_SIGMOID, VIGIE_TANH, VIGIE_TANH])
        },
    ]

    private enum Direction: String, CaseIterable { case forward, reverse, bidirectional }

    /// The constant at input `index`, of the given shape.
    private static func weights(
        _ node: NodeBuilder, _ index: Int, _ shape: [Int]
    ) throws(LoadError) -> [Float]? {
        guard let slot = try node.optionalInput(index, [.float32]) else { return nil }
        guard let tensor = node.constant(slot) else {
            throw node.unsupported("weights that are no constants (input \(index))")
        }
        guard tensor.shape == TensorShape(shape) else {
            throw node.corrupt("input \(index) is \(tensor.shape), not \(TensorShape(shape))")
        }
        return tensor.withElements(of: Float.self) { Array($0) }
    }

    private static func recurrent(
        _ node: NodeBuilder, _ kind: vigie_cell_kind, _ defaults: [vigie_function]
    ) throws(LoadError) {
        let direction = try node.choice("direction", Direction.forward)
        let isReversed: [Bool] =
            switch direction {
            case .forward: [false]
            case .reverse: [true]
            case .bidirectional: [false, true]
            }
        let directions = isReversed.count
        let functions = try RecurrentActivations(
            node, directions: directions, defaults: defaults
        ).functions
        let clip = try node.float("clip") ?? 0
        guard clip >= 0 else { throw node.corrupt("clip is \(clip)") }
        let linearBeforeReset =
            kind == VIGIE_GRU ? (try node.int("linear_before_reset") ?? 0) != 0 : false
        let inputForget = kind == VIGIE_LSTM ? (try node.int("input_forget") ?? 0) != 0 : false
        let isBatchFirst = (try node.int("layout") ?? 0) != 0

        let input = try node.input(0, [.float32])
        let matrix = try node.input(1, [.float32])
        guard let shape = node.constant(matrix)?.shape, shape.rank == 3 else {
            throw node.unsupported("weights that are no constant of three dimensions (input 1)")
        }
        let gates = kind == VIGIE_LSTM ? 4 : kind == VIGIE_GRU ? 3 : 1
        let units = try node.int("hidden_size") ?? shape[1] / gates
        guard units > 0, units <= ONNXLimits.recurrentUnitsMax else {
            throw LoadError(
                .limit, "\(node.place): \(units) units; 1 to \(ONNXLimits.recurrentUnitsMax)")
        }
        let (inputs, rows) = (shape[2], gates * units)
        guard let w = try weights(node, 1, [directions, rows, inputs]),
            let r = try weights(node, 2, [directions, rows, units])
        else { throw node.corrupt("its weights are missing") }
        let b = try weights(node, 3, [directions, 2 * rows]) ?? []
        let lengths = try node.optionalInput(4, [.int32])
        let hidden = try node.optionalInput(5, [.float32])
        let isLSTM = kind == VIGIE_LSTM
        let memory = isLSTM ? try node.optionalInput(6, [.float32]) : nil
        let p = isLSTM ? try weights(node, 7, [directions, 3 * units]) ?? [] : []

        func part(_ all: [Float], _ index: Int) -> ArraySlice<Float> {
            let size = all.count / directions
            return all[(index * size)..<((index + 1) * size)]
        }
        let cells = (0..<directions).map { index in
            RecurrentCell(
                kind, inputs: inputs, units: units,
                .init(
                    input: part(w, index), recurrent: part(r, index), bias: part(b, index),
                    peepholes: part(p, index)),
                functions[index], clip: clip, linearBeforeReset: linearBeforeReset,
                inputForget: inputForget)
        }
        func ordered(_ slot: Int?, _ order: [Int]) -> Int? {
            guard isBatchFirst, let slot else { return slot }
            let turned = node.graph.addSlot(.float32)
            node.add(TransposeStep(node.place, order, slot, turned), [slot], [turned])
            return turned
        }
        var outputs: [(slot: Int, named: Int, order: [Int])] = []
        /// The slot for output `index`, which is turned afterwards if rows come first.
        func output(_ index: Int, _ order: [Int]) throws(LoadError) -> Int? {
            guard node.hasOutput(index) else { return nil }
            let named = try node.output(index, .float32)
            guard isBatchFirst else { return named }
            let slot = node.graph.addSlot(.float32)
            outputs.append((slot, named, order))
            return slot
        }
        let slots = RecurrentStep.Slots(
            input: ordered(input, [1, 0, 2]) ?? input, lengths: lengths,
            hidden: ordered(hidden, [1, 0, 2]), memory: ordered(memory, [1, 0, 2]),
            sequence: try output(0, [2, 0, 1, 3]), lastHidden: try output(1, [1, 0, 2]),
            lastMemory: isLSTM ? try output(2, [1, 0, 2]) : nil,
            gates: node.graph.addSlot(.float32), states: node.graph.addSlot(.float32))
        node.add(
            RecurrentStep(node.place, slots, cells, isReversed),
            [slots.input, slots.lengths, slots.hidden, slots.memory].compactMap { $0 },
            [slots.sequence, slots.lastHidden, slots.lastMemory, slots.gates, slots.states]
                .compactMap { $0 })
        for (slot, named, order) in outputs {
            node.add(TransposeStep(node.place, order, slot, named), [slot], [named])
        }
    }
}
