import CVigieKernels

/// RNN, GRU and LSTM layers, in one or both directions. The inputs' part of all time steps is one
/// matrix product; what each step adds to it is computed with its functions while it is in registers.
final class RecurrentStep: Step {
    struct Slots {
        /// [steps, rows, inputs].
        let input: Int
        /// [rows], INT32.
        let lengths: Int?
        /// [directions, rows, units].
        let hidden: Int?
        let memory: Int?
        /// [steps, directions, rows, units]; the last states, [directions, rows, units].
        let sequence: Int?
        let lastHidden: Int?
        let lastMemory: Int?
        /// Scratch.
        let gates: Int
        let states: Int
    }

    let slots: Slots
    /// By direction.
    private let cells: [RecurrentCell]
    private let isReversed: [Bool]
    private let units: Int

    /// Rows at once, so that long sequences of many rows take bounded memory.
    private static let rowsAtOnce = 64

    init(_ place: String, _ slots: Slots, _ cells: [RecurrentCell], _ isReversed: [Bool]) {
        self.slots = slots
        self.cells = cells
        self.isReversed = isReversed
        units = cells[0].units
        super.init(place)
    }

    override var refusesValues: Bool { slots.lengths != nil }
    override var memoryBytes: Int { cells.reduce(256) { $0 + $1.memoryBytes } }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[slots.input]
        guard source.shape.rank == 3, source.shape[2] == cells[0].inputs else {
            throw mismatch("an input \(source.shape), not [steps, rows, \(cells[0].inputs)]")
        }
        let (steps, rows) = (source.shape[0], source.shape[1])
        let states = TensorShape([cells.count, rows, units])
        for slot in [slots.hidden, slots.memory] {
            guard let slot, values[slot].shape != states else { continue }
            throw mismatch("initial states \(values[slot].shape), not \(states)")
        }
        if let lengths = slots.lengths { try check(values[lengths], steps, rows) }
        let product = (cells[0].inputs + units) * cells[0].width * cells.count
        let (work, overflow) = product.multipliedReportingOverflow(by: steps * rows)
        try values.charge(overflow ? .max : work, self)
        let chunk = min(rows, Self.rowsAtOnce)
        let cell = cells[0]
        let gates = try values.shape(
            slots.gates, TensorShape([steps, chunk, cell.width]), self)
        let scratch = try values.shape(slots.states, TensorShape([4, chunk, cell.padded]), self)
        if let slot = slots.sequence {
            let out = try values.shape(slot, TensorShape([steps, cells.count, rows, units]), self)
            if slots.lengths != nil { out.withMutableBytes { $0.fill(0) } }
        }
        for slot in [slots.lastHidden, slots.lastMemory] {
            if let slot { _ = try values.shape(slot, states, self) }
        }
        guard rows > 0 else { return }
        source.withElements(of: Float.self) { source in
            gates.withElements(of: Float.self) { gates in
                scratch.withElements(of: Float.self) { scratch in
                    guard let states = scratch.baseAddress else { return }
                    // Without steps or inputs there is no memory, and none is read.
                    let room = gates.baseAddress ?? states
                    let from = source.baseAddress ?? states
                    for first in stride(from: 0, to: rows, by: chunk) {
                        let part = Part(
                            first: first, count: min(chunk, rows - first), rows: rows, steps: steps)
                        for direction in cells.indices {
                            run(part, direction, from, room, states, values)
                        }
                    }
                }
            }
        }
    }

    private func check(_ lengths: Tensor, _ steps: Int, _ rows: Int) throws(InferenceError) {
        guard lengths.shape == TensorShape(CollectionOfOne(rows)) else {
            throw mismatch("sequence_lens \(lengths.shape), not [\(rows)]")
        }
        for row in 0..<rows where !(0...steps).contains(lengths.index(at: row)) {
            throw mismatch("a sequence of \(lengths.index(at: row)) of \(steps) steps")
        }
    }

    /// Rows that are computed together.
    private struct Part {
        let first: Int
        let count: Int
        let rows: Int
        let steps: Int
    }

    private func run(
        _ part: Part, _ direction: Int, _ x: UnsafePointer<Float>,
        _ gates: UnsafeMutablePointer<Float>, _ base: UnsafeMutablePointer<Float>,
        _ values: Values
    ) {
        let cell = cells[direction]
        if part.count == part.rows {
            cell.project(x, part.steps * part.rows, gates)
        } else {
            for step in 0..<part.steps {
                cell.project(
                    x + (step * part.rows + part.first) * cell.inputs, part.count,
                    gates + step * part.count * cell.width)
            }
        }
        var states = RecurrentStates(base, count: part.count * cell.padded)
        load(slots.hidden, part, direction, states.hidden, values)
        load(slots.memory, part, direction, states.memory, values)
        let isReversed = isReversed[direction]
        guard let lengths = slots.lengths else {
            for step in 0..<part.steps {
                let time = isReversed ? part.steps - 1 - step : step
                cell.step(
                    gates + time * part.count * cell.width, states, 0, part.count,
                    isBackwards: step & 1 == 1)
                states.advance()
                storeSequence(part, direction, time, 0..<part.count, states.hidden, values)
            }
            store(slots.lastHidden, part, direction, 0..<part.count, states.hidden, values)
            store(slots.lastMemory, part, direction, 0..<part.count, states.memory, values)
            return
        }
        // Each row ends, or begins backwards, at a time of its own.
        for row in 0..<part.count {
            let length = values[lengths].index(at: part.first + row)
            var own = states
            for step in 0..<length {
                let time = isReversed ? length - 1 - step : step
                cell.step(
                    gates + (time * part.count + row) * cell.width, own, row, 1,
                    isBackwards: step & 1 == 1)
                own.advance()
                storeSequence(part, direction, time, row..<(row + 1), own.hidden, values)
            }
            store(slots.lastHidden, part, direction, row..<(row + 1), own.hidden, values)
            store(slots.lastMemory, part, direction, row..<(row + 1), own.memory, values)
        }
    }
}

// States and results.
extension RecurrentStep {
    private func load(
        _ slot: Int?, _ part: Part, _ direction: Int, _ states: UnsafeMutablePointer<Float>,
        _ values: Values
    ) {
        guard let slot else { return }
        values[slot].withElements(of: Float.self) { source in
            for row in 0..<part.count {
                let from = (direction * part.rows + part.first + row) * units
                for unit in 0..<units {
                    states[row * cells[direction].padded + unit] = source[from + unit]
                }
            }
        }
    }

    private func store(
        _ slot: Int?, _ part: Part, _ direction: Int, _ rows: Range<Int>,
        _ states: UnsafeMutablePointer<Float>, _ values: Values, from start: Int? = nil
    ) {
        guard let slot else { return }
        let first = start ?? direction * part.rows
        values[slot].withElements(of: Float.self) { out in
            for row in rows {
                let to = (first + part.first + row) * units
                for unit in 0..<units {
                    out[to + unit] = states[row * cells[direction].padded + unit]
                }
            }
        }
    }

    private func storeSequence(
        _ part: Part, _ direction: Int, _ time: Int, _ rows: Range<Int>,
        _ states: UnsafeMutablePointer<Float>, _ values: Values
    ) {
        store(
            slots.sequence, part, direction, rows, states, values,
            from: (time * cells.count + direction) * part.rows)
    }
}

extension UnsafeMutableRawBufferPointer {
    func fill(_ byte: UInt8) { for index in indices { self[index] = byte } }
}
