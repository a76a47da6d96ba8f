import CVigieKernels
import TestRandom
import Testing

@testable import VigieEngine

/// The kernels of every level that this processor has, against each other and against sums that are
/// written out.
@Suite struct DenseLevelTests {
    static let levels = [
        VIGIE_CPU_PORTABLE, VIGIE_CPU_NEON, VIGIE_CPU_AVX2, VIGIE_CPU_AVX512,
    ].filter { $0.rawValue <= vigie_cpu_best().rawValue }

    static func numbers(_ count: Int, _ random: inout SplitMix) -> [Float] {
        (0..<count).map { _ in Float.random(in: -2..<2, using: &random) }
    }

    /// One layer on all rows at once, at one level.
    private func run(
        _ level: vigie_cpu, _ x: [Float], rows: Int, depth: Int, columns: Int, matrix: [Float],
        bias: [Float], _ activation: vigie_activation, scale: Float
    ) -> [Float] {
        var packed = [Float](repeating: .nan, count: vigie_packed_count_f32(depth, columns))
        vigie_pack_f32(matrix, columns, 1, depth, columns, &packed)
        let padded = bias + [Float](repeating: 0, count: 16)
        var out = [Float](repeating: .nan, count: rows * columns)
        packed.withUnsafeBufferPointer { packed in
            padded.withUnsafeBufferPointer { padded in
                var dense = vigie_dense_f32(
                    weights: packed.baseAddress, bias: padded.baseAddress, depth: depth,
                    columns: columns, scale: scale, activation: activation)
                vigie_dense_run_f32(level, &dense, x, depth, rows, &out, columns)
            }
        }
        return out
    }

    @Test func all_levels_and_all_numbers_of_rows_give_the_same_bits() {
        var random = SplitMix(seed: 7)
        for (depth, columns) in [
            (30, 64), (64, 32), (32, 1), (1, 16), (7, 17), (5, 33), (3, 47), (9, 79), (12, 130),
        ] {
            let rows = 19
            let x = Self.numbers(rows * depth, &random)
            let matrix = Self.numbers(depth * columns, &random)
            let bias = Self.numbers(columns, &random)
            for function in [VIGIE_IDENTITY, VIGIE_RELU, VIGIE_TANH] {
                let activation = vigie_activation(function)
                let expected = (0..<(rows * columns)).map { index -> Float in
                    let (row, column) = (index / columns, index % columns)
                    var sum: Float = 0
                    for k in 0..<depth {
                        sum.addProduct(x[row * depth + k], matrix[k * columns + column])
                    }
                    let y = sum * 0.5 + bias[column]
                    return function == VIGIE_RELU && y < 0 ? 0 : y
                }
                for level in Self.levels {
                    let all = run(
                        level, x, rows: rows, depth: depth, columns: columns, matrix: matrix,
                        bias: bias, activation, scale: 0.5)
                    if function == VIGIE_TANH {
                        var values = expected
                        var kind = activation
                        vigie_map_f32(level, &kind, expected, &values, values.count)
                        #expect(all.map(\.bitPattern) == values.map(\.bitPattern))
                    } else {
                        #expect(all.map(\.bitPattern) == expected.map(\.bitPattern))
                    }
                    for row in 0..<rows {
                        let one = run(
                            level, Array(x[(row * depth)..<((row + 1) * depth)]), rows: 1,
                            depth: depth, columns: columns, matrix: matrix, bias: bias,
                            activation, scale: 0.5)
                        let part = all[(row * columns)..<((row + 1) * columns)]
                        #expect(one.map(\.bitPattern) == part.map(\.bitPattern))
                    }
                }
            }
        }
    }

    @Test func doubles_too() {
        var random = SplitMix(seed: 8)
        for (depth, columns) in [(30, 64), (32, 1), (7, 9), (5, 33)] {
            let rows = 11
            let x = Self.numbers(rows * depth, &random).map { Double($0) }
            let matrix = Self.numbers(depth * columns, &random).map { Double($0) }
            var packed = [Double](repeating: .nan, count: vigie_packed_count_f64(depth, columns))
            vigie_pack_f64(matrix, columns, 1, depth, columns, &packed)
            let expected = (0..<(rows * columns)).map { index -> Double in
                var sum = 0.0
                for k in 0..<depth {
                    sum.addProduct(
                        x[index / columns * depth + k], matrix[k * columns + index % columns])
                }
                return sum < 0 ? 0 : sum
            }
            for level in Self.levels {
                var out = [Double](repeating: .nan, count: rows * columns)
                packed.withUnsafeBufferPointer { packed in
                    var dense = vigie_dense_f64(
                        weights: packed.baseAddress, bias: nil, depth: depth, columns: columns,
                        scale: 1, relu: 1)
                    vigie_dense_run_f64(level, &dense, x, depth, rows, &out, columns)
                }
                #expect(out.map(\.bitPattern) == expected.map(\.bitPattern))
            }
        }
    }

    @Test func cells_of_all_levels_give_the_same_bits_for_any_number_of_rows() {
        var random = SplitMix(seed: 9)
        for (kind, gates) in [(VIGIE_LSTM, 4), (VIGIE_GRU, 3), (VIGIE_RNN, 1)] {
            for units in [1, 16, 20, 64] {
                let padded = (units + 15) / 16 * 16
                let rows = 9
                let recurrent = Self.numbers(gates * padded * units, &random).map { $0 * 0.2 }
                let input = Self.numbers(rows * gates * padded, &random)
                let hidden = Self.numbers(rows * padded, &random)
                let memory = Self.numbers(rows * padded, &random)
                let resetBias = Self.numbers(padded, &random)
                for linear in [0, 1] as [Int32] where kind == VIGIE_GRU || linear == 0 {
                    var answers: [[UInt32]] = []
                    for level in Self.levels {
                        for step in [rows, 1] {
                            var next = hidden
                            var after = memory
                            var scratch = hidden
                            recurrent.withUnsafeBufferPointer { recurrent in
                                resetBias.withUnsafeBufferPointer { resetBias in
                                    var cell = vigie_cell_f32(
                                        kind: Int32(kind.rawValue), linear_before_reset: linear,
                                        input_forget: 0, units: units, padded: padded,
                                        recurrent: recurrent.baseAddress,
                                        reset_bias: resetBias.baseAddress, peepholes: nil,
                                        clip: 0, f: .init(VIGIE_SIGMOID), g: .init(VIGIE_TANH),
                                        h: .init(VIGIE_TANH), is_usual: 1)
                                    for row in stride(from: 0, to: rows, by: step) {
                                        let from = row * padded
                                        let part = Array(hidden[from...])
                                        let gate = Array(input[(row * gates * padded)...])
                                        next.withUnsafeMutableBufferPointer { next in
                                            after.withUnsafeMutableBufferPointer { after in
                                                scratch.withUnsafeMutableBufferPointer { scratch in
                                                    guard let n = next.baseAddress,
                                                        let a = after.baseAddress,
                                                        let s = scratch.baseAddress
                                                    else { return }
                                                    vigie_cell_step_f32(
                                                        level, &cell, gate, gates * padded, part,
                                                        n + from, a + from, s + from, step,
                                                        Int32(row & 1))
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                            answers.append((next + after).map(\.bitPattern))
                        }
                    }
                    #expect(answers.allSatisfy { $0 == answers[0] }, "\(kind) of \(units)")
                    #expect(answers[0].contains { $0 != 0 })
                }
            }
        }
    }
}
