/// A bucket of tokens, one for each frame of a kind that costs the peer little and us something.
struct FrameBudget {
    private let burst: Double
    private let perSecond: Double
    private var left: Double
    private var filled: MonotonicTime

    init(burst: Int, perSecond: Int, now: MonotonicTime) {
        self.burst = Double(burst)
        self.perSecond = Double(perSecond)
        left = Double(burst)
        filled = now
    }

    /// - Parameter earned: tokens that the peer has been given since the last call, besides those of time.
    /// - Returns: false when the peer has sent more than it may.
    mutating func take(_ now: MonotonicTime, earned: Int = 0) -> Bool {
        if earned > 0 { left = min(burst, left + Double(earned)) }
        if now > filled {
            left = min(burst, left + Double(now.nanoseconds - filled.nanoseconds) / 1e9 * perSecond)
            filled = now
        }
        left -= 1
        return left >= 0
    }
}
