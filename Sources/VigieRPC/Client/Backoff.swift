/// Waiting times that grow exponentially, with jitter so that clients do not come back together
/// (grpc/grpc doc/connection-backoff.md).
package struct Backoff: Sendable, Equatable {
    /// The first waiting time.
    package var initial: Duration
    package var multiplier: Double
    /// The longest waiting time, before jitter.
    package var longest: Duration
    /// Part of the waiting time by which it is made longer or shorter at random: 0 … 1.
    package var jitter = 0.2

    package init(initial: Duration, multiplier: Double, longest: Duration) {
        self.initial = initial
        self.multiplier = multiplier
        self.longest = longest
    }

    /// gRPC's connection backoff.
    package static let connecting = Backoff(
        initial: .seconds(1), multiplier: 1.6, longest: .seconds(120))

    /// How long to wait after `failures` failures, 1 or more.
    /// - Parameter random: evenly distributed over 0 ..< 1.
    package func delay(afterFailures failures: Int, random: Double) -> Duration {
        var delay = initial
        // The growth ends at `longest`: no overflow, however many failures there were.
        for _ in 1..<max(failures, 1) where delay < longest { delay = delay * multiplier }
        return min(delay, longest) * (1 + jitter * (2 * random - 1))
    }
}
