/// So many a second, with a second's worth at once after a pause (a token bucket). For one thread.
public struct RateLimit: Sendable {
    /// Nanoseconds that one costs; 0 for no limit.
    @usableFromInline let cost: UInt64
    /// What may be saved up.
    @usableFromInline let savedMax: UInt64
    /// The bucket is full at this time: earlier is fuller.
    @usableFromInline var fullAt: UInt64 = 0

    /// - Parameter perSecond: 0 or less, or more than 10^9, for no limit.
    package init(perSecond: Double) {
        cost = perSecond > 0 && perSecond <= 1e9 ? UInt64(1e9 / perSecond) : 0
        savedMax = max(1_000_000_000, cost)
    }

    /// Takes one, if there is one.
    /// - Parameter now: of a clock that does not go back, in nanoseconds.
    @inlinable @inline(__always)
    public mutating func take(at now: UInt64) -> Bool {
        if cost == 0 { return true }
        let full = max(fullAt, now)
        guard full - now + cost <= savedMax else { return false }
        fullAt = full + cost
        return true
    }
}
