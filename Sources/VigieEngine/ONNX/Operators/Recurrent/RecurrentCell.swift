import CVigieKernels

/// One direction of a recurrent layer, its weights in the kernels' order.
///
/// Gates of a block of units lie side by side: first the block's, then the next block's.
final class RecurrentCell {
    /// What the weights are made of, as ONNX has them: row-major, gate after gate.
    struct Weights {
        /// [gates · units, inputs], [gates · units, units].
        var input: ArraySlice<Float>
        var recurrent: ArraySlice<Float>
        /// [2 · gates · units]: of the input, of the recurrence; or nothing.
        var bias: ArraySlice<Float> = []
        /// [3 · units]: i, o, f; or nothing.
        var peepholes: ArraySlice<Float> = []
    }

    let inputs: Int
    let units: Int
    /// Units in whole blocks.
    let padded: Int
    /// Floats of a row of gates.
    let width: Int
    private let dense: vigie_dense_f32
    private let cell: vigie_cell_f32
    private let arrays: [FlatArray<Float>]
    private let level = vigie_cpu_level()

    init(
        _ kind: vigie_cell_kind, inputs: Int, units: Int, _ weights: Weights,
        _ functions: [vigie_activation], clip: Float, linearBeforeReset: Bool, inputForget: Bool
    ) {
        let block = Int(VIGIE_PANEL_F32)
        let gates = kind == VIGIE_LSTM ? 4 : kind == VIGIE_GRU ? 3 : 1
        let padded = (units + block - 1) / block * block
        (self.inputs, self.units, self.padded, width) = (inputs, units, padded, gates * padded)

        /// Where gate `gate` of unit `unit` is in a row of gates.
        func place(_ gate: Int, _ unit: Int) -> Int {
            (unit / block * gates + gate) * block + unit % block
        }
        /// Rows of all gates in that order, one for each of `depth` factors.
        func ordered(_ matrix: ArraySlice<Float>, depth: Int) -> [Float] {
            var rows = [Float](repeating: 0, count: depth * gates * padded)
            for gate in 0..<gates {
                for unit in 0..<units {
                    let from = matrix.startIndex + (gate * units + unit) * depth
                    for k in 0..<depth {
                        rows[k * gates * padded + place(gate, unit)] = matrix[from + k]
                    }
                }
            }
            return rows
        }
        let inputRows = ordered(weights.input, depth: inputs)
        let input = FlatArray<Float>(count: inputRows.count) { out in
            vigie_pack_f32(inputRows, gates * padded, 1, inputs, gates * padded, out)
        }
        let hiddenRows = ordered(weights.recurrent, depth: units)
        let recurrent = FlatArray<Float>(count: hiddenRows.count) { out in
            var next = 0
            for first in stride(from: 0, to: gates * padded, by: gates * block) {
                for k in 0..<units {
                    for column in first..<(first + gates * block) {
                        (out + next).initialize(to: hiddenRows[k * gates * padded + column])
                        next += 1
                    }
                }
            }
        }
        var bias = [Float](repeating: 0, count: gates * padded)
        var resetBias = [Float](repeating: 0, count: padded)
        if !weights.bias.isEmpty {
            for gate in 0..<gates {
                for unit in 0..<units {
                    let own = weights.bias[weights.bias.startIndex + gate * units + unit]
                    let other = weights.bias[
                        weights.bias.startIndex + (gates + gate) * units + unit]
                    let isReset = kind == VIGIE_GRU && linearBeforeReset && gate == 2
                    bias[place(gate, unit)] = isReset ? own : own + other
                    if isReset { resetBias[unit] = other }
                }
            }
        }
        var peepholes = [Float](repeating: 0, count: weights.peepholes.isEmpty ? 0 : 3 * padded)
        for (index, value) in weights.peepholes.enumerated() {
            peepholes[index / units * padded + index % units] = value
        }
        let (biases, resets) = (FlatArray(bias), FlatArray(resetBias))
        let holes = FlatArray(peepholes)
        arrays = [input, recurrent, biases, resets, holes]
        dense = vigie_dense_f32(
            weights: input.base, bias: biases.base, depth: inputs, columns: gates * padded,
            scale: 1, activation: .init(VIGIE_IDENTITY))
        let last = functions[functions.count - 1]
        let usual = [VIGIE_SIGMOID, VIGIE_TANH, VIGIE_TANH].map { Int32($0.rawValue) }
        let isUsual =
            functions.map(\.function) == usual && clip == 0 && peepholes.isEmpty && !inputForget
        cell = vigie_cell_f32(
            kind: Int32(kind.rawValue), linear_before_reset: linearBeforeReset ? 1 : 0,
            input_forget: inputForget ? 1 : 0, units: units, padded: padded,
            recurrent: recurrent.base, reset_bias: resets.base,
            peepholes: peepholes.isEmpty ? nil : holes.base, clip: clip, f: functions[0],
            g: functions.count > 1 ? functions[1] : last, h: last,
            is_usual: isUsual ? 1 : 0)
    }

    var memoryBytes: Int { arrays.reduce(0) { $0 + $1.byteCount } }

    /// What `rows` rows of inputs add to the gates.
    @inline(__always)
    func project(_ x: UnsafePointer<Float>, _ rows: Int, _ gates: UnsafeMutablePointer<Float>) {
        withUnsafePointer(to: dense) { dense in
            vigie_dense_run_f32(level, dense, x, inputs, rows, gates, width)
        }
    }

    /// One time step of `rows` rows.
    /// - Parameter isBackwards: begins with the last units: what the step before has read last.
    @inline(__always)
    func step(
        _ gates: UnsafePointer<Float>, _ states: RecurrentStates, _ row: Int, _ rows: Int,
        isBackwards: Bool
    ) {
        let start = row * padded
        withUnsafePointer(to: cell) { cell in
            vigie_cell_step_f32(
                level, cell, gates, width, states.hidden + start, states.next + start,
                states.memory + start, states.scratch + start, rows, isBackwards ? 1 : 0)
        }
    }
}

/// The states of a layer's rows, `padded` floats each: before a step, after it, LSTM's memory, and
/// room for what a step needs in between.
struct RecurrentStates {
    var hidden: UnsafeMutablePointer<Float>
    var next: UnsafeMutablePointer<Float>
    let memory: UnsafeMutablePointer<Float>
    let scratch: UnsafeMutablePointer<Float>

    /// - Parameter base: room for four times `count` floats.
    init(_ base: UnsafeMutablePointer<Float>, count: Int) {
        hidden = base
        next = base + count
        memory = base + 2 * count
        scratch = base + 3 * count
        base.update(repeating: 0, count: 4 * count)
    }

    mutating func advance() { swap(&hidden, &next) }
}
