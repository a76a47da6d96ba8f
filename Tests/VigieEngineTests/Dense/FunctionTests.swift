import CVigieKernels
import Foundation
import TestRandom
import Testing

@testable import VigieEngine

/// Element-wise functions against the C library's in FP64.
@Suite struct FunctionTests {
    private static let special: [Float] = [
        0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, 1, -1,
        88.72,
        88.73, -87.4, -103.9, -104, 1e30, -1e30, .greatestFiniteMagnitude, .infinity, -.infinity,
        .nan,
    ]

    private func map(
        _ level: vigie_cpu, _ activation: vigie_activation, _ x: [Float]
    ) -> [Float] {
        var out = [Float](repeating: .nan, count: x.count)
        var activation = activation
        vigie_map_f32(level, &activation, x, &out, x.count)
        return out
    }

    /// Distance in units in the last place of the exact value.
    private func error(_ value: Float, _ exact: Double) -> Double {
        let nearest = Float(exact)
        if value == nearest || (value.isNaN && exact.isNaN) { return 0 }
        if value.isInfinite || nearest.isInfinite || value.isNaN { return .infinity }
        return abs(Double(value) - exact) / Double(max(nearest.ulp, .leastNonzeroMagnitude))
    }

    private func worst(
        _ function: vigie_function, _ range: ClosedRange<Float>, a: Float = 0, b: Float = 0
    ) -> (error: Double, at: Float) {
        var random = SplitMix(seed: 11)
        var x = Self.special
        for _ in 0..<200_000 { x.append(Float.random(in: range, using: &random)) }
        for _ in 0..<20_000 {
            x.append(
                Float.random(in: range, using: &random)
                    * Float(pow(2, Double.random(in: -60...0, using: &random))))
        }
        let activation = vigie_activation(function, a: a, b: b)
        var found = (error: 0.0, at: Float(0))
        let level = vigie_cpu_best()
        for (x, y) in zip(x, map(level, activation, x)) {
            let distance = error(y, activation.value(Double(x)))
            if distance > found.error { found = (distance, x) }
        }
        return found
    }

    @Test(
        arguments: [
            (VIGIE_EXP, -110...90, 1.5), (VIGIE_LOG, 0...1e6, 1.5), (VIGIE_LOG, 0.5...2, 1.5),
            (VIGIE_ERF, -5...5, 1.5), (VIGIE_SIGMOID, -110...110, 3), (VIGIE_SIGMOID, -4...4, 3),
            (VIGIE_TANH, -12...12, 3), (VIGIE_TANH, -0.5...0.5, 3), (VIGIE_SOFTPLUS, -30...30, 4),
        ] as [(vigie_function, ClosedRange<Float>, Double)])
    func functions_are_within_their_stated_error(
        _ function: vigie_function, _ range: ClosedRange<Float>, _ bound: Double
    ) {
        let found = worst(function, range)
        #expect(found.error <= bound, "function \(function.rawValue) at \(found.at)")
    }

    @Test func compositions_are_as_good_as_float_arithmetic() {
        for (function, a, b) in [
            (VIGIE_ELU, 1, 0), (VIGIE_SELU, 1.67, 1.05), (VIGIE_CELU, 0.7, 0), (VIGIE_SWISH, 1, 0),
            (VIGIE_MISH, 0, 0), (VIGIE_GELU, 0, 0), (VIGIE_GELU_TANH, 0, 0), (VIGIE_SOFTSIGN, 0, 0),
            (VIGIE_HARD_SIGMOID, 0.2, 0.5), (VIGIE_HARD_SWISH, 0, 0), (VIGIE_SCALED_TANH, 1.7, 0.6),
            (VIGIE_LEAKY_RELU, 0.1, 0), (VIGIE_THRESHOLDED_RELU, 0.4, 0), (VIGIE_AFFINE, 2, 1),
        ] as [(vigie_function, Float, Float)] {
            let activation = vigie_activation(function, a: a, b: b)
            let x = (-4_000...4_000).map { Float($0) / 500 }
            for (x, y) in zip(x, map(vigie_cpu_best(), activation, x)) {
                let exact = activation.value(Double(x))
                #expect(
                    abs(Double(y) - exact) <= 4e-7 * max(1, abs(exact)),
                    "function \(function.rawValue) at \(x)")
            }
        }
    }

    @Test func all_levels_give_the_same_bits() {
        var random = SplitMix(seed: 12)
        let x = Self.special + (0..<997).map { _ in Float.random(in: -20..<20, using: &random) }
        for number in 0..<VIGIE_FUNCTION_COUNT.rawValue {
            let activation = vigie_activation(vigie_function(number), a: 0.3, b: 0.6)
            let expected = map(VIGIE_CPU_PORTABLE, activation, x)
            for level in DenseLevelTests.levels {
                let found = map(level, activation, x)
                for (index, (one, other)) in zip(found, expected).enumerated() {
                    // Which NaN it is may differ.
                    let isSame = one.bitPattern == other.bitPattern || (one.isNaN && other.isNaN)
                    #expect(isSame, "function \(number) of \(x[index]) at level \(level.rawValue)")
                }
            }
        }
    }

    @Test func NaN_stays_and_infinities_go_to_their_limits() {
        let x: [Float] = [.nan, .infinity, -.infinity]
        let level = vigie_cpu_level()
        #expect(map(level, .init(VIGIE_SIGMOID), x)[1...] == [1, 0])
        #expect(map(level, .init(VIGIE_TANH), x)[1...] == [1, -1])
        #expect(map(level, .init(VIGIE_EXP), x)[1...] == [.infinity, 0])
        #expect(map(level, .init(VIGIE_RELU), x)[1...] == [.infinity, 0])
        #expect(map(level, .init(VIGIE_ERF), x)[1...] == [1, -1])
        #expect(
            map(level, .init(VIGIE_LOG), [.nan, .infinity, 0])[1...] == [.infinity, -.infinity])
        #expect(map(level, .init(VIGIE_LOG), [-1])[0].isNaN)
        for function in [
            VIGIE_SIGMOID, VIGIE_TANH, VIGIE_EXP, VIGIE_RELU, VIGIE_ERF, VIGIE_LOG, VIGIE_ELU,
            VIGIE_SOFTPLUS, VIGIE_GELU, VIGIE_MISH, VIGIE_LEAKY_RELU,
        ] {
            #expect(map(level, .init(function), [.nan])[0].isNaN, "function \(function.rawValue)")
        }
    }
}
