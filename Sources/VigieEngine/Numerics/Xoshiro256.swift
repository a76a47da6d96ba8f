import Glibc

/// A generator of random numbers: xoshiro256++ 1.0 (Blackman, Vigna 2021, "Scrambled linear
/// pseudorandom number generators"), its state filled by SplitMix64 (Steele, Lea, Flood 2014), as its
/// authors advise. The same seed gives the same numbers everywhere. Not for secrets.
struct Xoshiro256: RandomNumberGenerator {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init(seed: UInt64) {
        var mixer = seed
        func next() -> UInt64 {
            mixer &+= 0x9E37_79B9_7F4A_7C15
            var mixed = mixer
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        state = (next(), next(), next(), next())
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        let result = Self.rotated(state.0 &+ state.3, 23) &+ state.0
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotated(state.3, 45)
        return result
    }

    @inline(__always)
    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }

    /// Uniform in (0, 1): the middles of 2^53 equal parts, so that neither end comes.
    @inline(__always)
    mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

    /// Standard normal, by inversion.
    @inline(__always)
    mutating func normal() -> Double { NormalDistribution.quantile(uniform()) }

    /// Laplace around 0 with the mean absolute value `scale`, by inversion.
    @inline(__always)
    mutating func laplace(scale: Double) -> Double {
        let centred = uniform() - 0.5
        let size = -scale * log1p(-2 * abs(centred))
        return centred < 0 ? -size : size
    }
}
