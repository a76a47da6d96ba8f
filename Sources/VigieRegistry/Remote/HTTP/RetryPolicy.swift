/// When a request that failed is sent again: "full jitter" of exponential waits (M. Brooker,
/// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), so that many pods do not come back
/// to a server together.
package struct RetryPolicy: Sendable {
    /// Tries of one request, the first included.
    package var attemptsMax = 5
    package var first: Duration = .milliseconds(200)
    package var most: Duration = .seconds(5)
    /// A server that asks for a longer rest gets it up to here.
    package var retryAfterMax: Duration = .seconds(30)

    package init() {}

    /// How long to wait before the next try.
    /// - Parameters:
    ///   - failures: so far, 1 or more.
    ///   - retryAfter: what the server asked for.
    ///   - random: 0 to 1.
    package func wait(failures: Int, retryAfter: Duration?, random: Double) -> Duration {
        let ceiling = min(first * (1 << min(failures - 1, 20)), most)
        let jittered = ceiling * random
        return max(jittered, min(retryAfter ?? .zero, retryAfterMax))
    }
}
