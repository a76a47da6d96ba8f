import Foundation
import TestRandom
import Testing

@testable import VigieEngine

@Suite struct NumericsTests {
    @Test func normal_quantiles_are_those_of_the_tables() {
        // scipy.stats.norm.ppf.
        let expected: [(Double, Double)] = [
            (0.5, 0), (0.975, 1.959963984540054), (0.9, 1.2815515655446004),
            (0.0001, -3.7190164854556804), (1e-12, -7.034483825301132), (0.08, -1.4050715603096329),
            (0.999999, 4.753424308817087),
        ]
        for (probability, quantile) in expected {
            let own = NormalDistribution.quantile(probability)
            #expect(abs(own - quantile) <= 4e-16 * max(1, abs(quantile)))
        }
        #expect(NormalDistribution.quantile(0) == -.infinity)
        #expect(NormalDistribution.quantile(1) == .infinity)
    }

    @Test func the_generator_is_xoshiro256plusplus() {
        // The reference C code, its state filled by SplitMix64 from the seed.
        var random = Xoshiro256(seed: 0)
        let first = (0..<3).map { _ in random.next() }
        #expect(first == [0x53175D61490B23DF, 0x61DA6F3DC380D507, 0x5C0FDF91EC9A7BFC])
    }

    @Test func uniforms_are_open_and_moments_are_right() {
        var random = Xoshiro256(seed: 3)
        var (sum, squares, sizes, ends) = (0.0, 0.0, 0.0, 0)
        let count = 200_000
        for _ in 0..<count {
            let normal = random.normal()
            sum += normal
            squares += normal * normal
            sizes += abs(random.laplace(scale: 2))
            let uniform = random.uniform()
            if uniform <= 0 || uniform >= 1 { ends += 1 }
        }
        #expect(ends == 0)
        #expect(abs(sum / Double(count)) < 0.012)
        #expect(abs(squares / Double(count) - 1) < 0.02)
        #expect(abs(sizes / Double(count) - 2) < 0.025)
    }

    @Test func percentiles_are_numpys() {
        func percentile(_ values: [Double], _ share: Double) -> Double {
            var copy = values
            return copy.withUnsafeMutableBufferPointer { Percentile.of($0, at: share) }
        }
        #expect(percentile([3, 1, 2, 4], 0.5) == 2.5)
        #expect(percentile([3, 1, .nan, 2, 4], 0.1) == 1.3)
        #expect(percentile([7], 0.9) == 7)
        #expect(percentile([1, 1, 1, 1], 0.3) == 1)
        #expect(percentile([], 0.3).isNaN)
        #expect(percentile([.nan, .nan], 0.3).isNaN)
        var random = SplitMix(seed: 4)
        for count in 1...60 {
            let values = (0..<count).map { _ in Double(Int.random(in: 0..<20, using: &random)) }
            let sorted = values.sorted()
            for share in [0, 0.1, 0.25, 0.5, 0.77, 1] {
                let place = share * Double(count - 1)
                let (low, high) = (sorted[Int(place)], sorted[min(Int(place) + 1, count - 1)])
                let expected = low + (high - low) * (place - place.rounded(.down))
                #expect(percentile(values, share) == expected)
            }
        }
    }

    @Test func days_are_counted_from_1970() {
        #expect(CivilDay.parse("1970-01-01") == 0)
        #expect(CivilDay.parse("2026-11-25T00:00:00.000") == 20_782)
        #expect(CivilDay.parse("2000-02-29 12:00") == 11_016)
        #expect(CivilDay.parse("1969-12-31") == -1)
        #expect(CivilDay.parse("0000-03-01") == -719_468)
        for wrong in [
            "", "2026", "2026-13-01", "2026-02-29", "2026-00-01", "2026-01-00", "x026-01-01",
        ] {
            #expect(CivilDay.parse(wrong) == nil)
        }
        #expect(CivilDay.containing(-1) == -1)
        #expect(CivilDay.containing(86_399) == 0)
        #expect(CivilDay.containing(.min) == -106_751_991_167_301)
    }
}
