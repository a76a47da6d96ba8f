/// How long to wait after one failure after the other: each wait is at most twice the one before, up
/// to a limit, and drawn at random below that, so that a thousand pods do not come back at once
/// ("full jitter": Brooker, "Exponential Backoff And Jitter", 2015; at least half of it here, so that
/// no wait is next to nothing).
package struct Backoff: Sendable {
    private let first: Duration
    private let most: Duration
    private var failures = 0

    package init(first: Duration = .milliseconds(500), most: Duration = .seconds(30)) {
        self.first = first
        self.most = most
    }

    /// After a success the next failure is the first one again.
    package mutating func reset() { failures = 0 }

    /// - Parameters:
    ///   - random: from 0 to 1.
    ///   - atLeast: what the server asked for.
    package mutating func next(random: Double, atLeast: Duration? = nil) -> Duration {
        // 2^16 times any first wait is beyond the limit.
        let ceiling = min(most, first * (1 << min(failures, 16)))
        failures += 1
        return max(ceiling * (0.5 + random / 2), atLeast ?? .zero)
    }
}
