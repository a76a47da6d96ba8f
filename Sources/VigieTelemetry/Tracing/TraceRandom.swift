/// Where identifiers of traces and spans come from: xoshiro256** (Blackman and Vigna 2018), a few
/// nanoseconds each. One a loop; its 256 bits of state come from the system, so that no two pods or
/// loops draw the same.
public struct TraceRandom: Sendable {
    @usableFromInline var state: (UInt64, UInt64, UInt64, UInt64)

    /// Seeded by the system.
    package init() {
        var system = SystemRandomNumberGenerator()
        self.init(seed: (system.next(), system.next(), system.next(), system.next() | 1))
    }

    /// For tests: the same identifiers each time.
    /// - Parameter seed: not all zeros.
    package init(seed: (UInt64, UInt64, UInt64, UInt64)) { state = seed }

    @inlinable @inline(__always)
    public mutating func next() -> UInt64 {
        let result = Self.rotated(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotated(state.3, 45)
        return result
    }

    /// An identifier of a span: never zero.
    @inlinable @inline(__always)
    public mutating func nextSpan() -> UInt64 {
        let span = next()
        return span == 0 ? 1 : span
    }

    @inlinable @inline(__always)
    static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        value << bits | value >> (64 - bits)
    }
}
