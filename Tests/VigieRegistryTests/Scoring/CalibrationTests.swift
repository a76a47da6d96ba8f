import Glibc
import TestRandom
import Testing
import VigieEngine
import VigieRegistry

@Suite struct CalibrationTests {
    @Test func none_is_the_logistic_function() {
        #expect(Calibration.none.probability(logOdds: 0) == 0.5)
        #expect(abs(Calibration.none.probability(logOdds: log(3)) - 0.75) < 1e-15)
        #expect(abs(Calibration.none.probability(logOdds: -log(3)) - 0.25) < 1e-15)
        #expect(Calibration.none.probability(logOdds: 1000) == 1)
        #expect(Calibration.none.probability(logOdds: -1000) == 0)
        #expect(Calibration.none.probability(logOdds: -.infinity) == 0)
        #expect(Calibration.none.probability(logOdds: .nan).isNaN)
    }

    @Test func platt_with_slope_1_and_intercept_0_is_none() {
        let platt = Calibration.platt(slope: 1, intercept: 0)
        for x in stride(from: -20.0, through: 20, by: 0.37) {
            #expect(platt.probability(logOdds: x) == Calibration.none.probability(logOdds: x))
        }
        let shifted = Calibration.platt(slope: 2, intercept: -1)
        #expect(shifted.probability(logOdds: 0.5) == 0.5)
    }

    @Test func isotonic_is_linear_between_knots_and_constant_outside() throws {
        let map = try #require(IsotonicMap(x: [0.1, 0.3, 0.9], y: [0.2, 0.4, 0.5]))
        #expect(map.value(at: 0) == 0.2)
        #expect(map.value(at: 0.1) == 0.2)
        #expect(abs(map.value(at: 0.2) - 0.3) < 1e-15)
        #expect(abs(map.value(at: 0.3) - 0.4) < 1e-15)
        #expect(abs(map.value(at: 0.6) - 0.45) < 1e-15)
        #expect(map.value(at: 0.9) == 0.5)
        #expect(map.value(at: 1) == 0.5)
        #expect(map.value(at: .nan).isNaN)
        let through = Calibration.isotonic(map).probability(logOdds: Calibration.logOdds(0.2))
        #expect(abs(through - 0.3) < 1e-12)
    }

    @Test func isotonic_takes_the_upper_side_of_a_step() throws {
        let map = try #require(IsotonicMap(x: [0.2, 0.5, 0.5, 0.8], y: [0.1, 0.2, 0.6, 0.7]))
        #expect(map.value(at: 0.5) == 0.6)
        #expect(map.value(at: 0.5.nextDown) < 0.2 + 1e-12)
        let single = try #require(IsotonicMap(x: [0.5], y: [0.3]))
        #expect(single.value(at: 0) == 0.3 && single.value(at: 0.5) == 0.3)
    }

    @Test func isotonic_never_descends() throws {
        var random = SplitMix(seed: 7)
        for _ in 0..<50 {
            let count = Int.random(in: 1...40, using: &random)
            let x = (0..<count).map { _ in Double.random(in: 0...1, using: &random) }.sorted()
            let y = (0..<count).map { _ in Double.random(in: 0...1, using: &random) }.sorted()
            let map = try #require(IsotonicMap(x: x, y: y))
            var before = 0.0
            for raw in stride(from: 0.0, through: 1, by: 0.003) {
                let value = map.value(at: raw)
                #expect(value >= before - 1e-15 && value <= 1)
                before = value
            }
        }
    }

    @Test func maps_that_are_none_are_refused() {
        #expect(IsotonicMap(x: [], y: []) == nil)
        #expect(IsotonicMap(x: [0.1], y: [0.1, 0.2]) == nil)
        #expect(IsotonicMap(x: [0.2, 0.1], y: [0.1, 0.2]) == nil)
        #expect(IsotonicMap(x: [0.1, 0.2], y: [0.2, 0.1]) == nil)
        #expect(IsotonicMap(x: [.nan], y: [0.1]) == nil)
        #expect(IsotonicMap(x: [0.5], y: [1.1]) == nil)
    }
}

@Suite struct LinkedCalibrationTests {
    @Test func a_score_counts_for_what_its_link_says() throws {
        let platt = Calibration.platt(slope: 2, intercept: 0.5)
        let p = Calibration.logistic(0.3)
        for calibration in [Calibration.none, platt] {
            let expected = calibration.probability(logOdds: 0.3)
            #expect(calibration.probability(score: 0.3, .logit) == expected)
            #expect(abs(calibration.probability(score: p, .identity) - expected) < 1e-15)
            #expect(abs(calibration.probability(score: log2(p), .exp2) - expected) < 1e-15)
        }
        #expect(Calibration.none.probability(score: 0, .identity) == 0)
        #expect(platt.probability(score: 1, .identity) == 1)
        for score in [1.5, -0.1, .nan, .infinity] {
            #expect(Calibration.none.probability(score: score, .identity).isNaN)
            #expect(platt.probability(score: score, .identity).isNaN)
        }
    }
}
