/// Which failed calls are tried again, and when (gRFC A6). Only for methods that may run twice.
package struct RetryPolicy: Sendable, Equatable {
    /// Attempts in all, the first included: 2 … 5, as gRFC A6 caps it.
    package let maxAttempts: Int
    package let backoff: Backoff
    package let retryableCodes: Set<StatusCode>

    /// - Parameter maxAttempts: clamped to 1 … 5; 1 means that nothing is tried again.
    package init(
        maxAttempts: Int = 3,
        backoff: Backoff = Backoff(
            initial: .milliseconds(50), multiplier: 2, longest: .seconds(2)),
        retryableCodes: Set<StatusCode> = [.unavailable]
    ) {
        self.maxAttempts = min(max(maxAttempts, 1), 5)
        self.backoff = backoff
        self.retryableCodes = retryableCodes
    }

    /// What a server says of retries with its status.
    package enum PushBack: Equatable {
        case none
        case retryAfter(Duration)
        case doNotRetry

        /// - Parameter value: of the trailer `grpc-retry-pushback-ms`. A negative or malformed one
        ///   forbids the retry.
        package init(_ value: String?) {
            guard let value else {
                self = .none
                return
            }
            guard let milliseconds = Int32(value), milliseconds >= 0 else {
                self = .doNotRetry
                return
            }
            self = .retryAfter(.milliseconds(milliseconds))
        }
    }

    /// How long to wait before the next attempt; nil when there is to be none.
    /// - Parameters:
    ///   - attempts: made so far, 1 or more.
    ///   - failures: since the last push-back that named a time, 1 or more: the backoff begins anew
    ///     after one.
    ///   - random: evenly distributed over 0 ..< 1.
    package func delay(
        after code: StatusCode, attempts: Int, failures: Int, pushBack: PushBack,
        throttle: inout RetryThrottle?, random: Double
    ) -> Duration? {
        let isRetryable = retryableCodes.contains(code)
        if isRetryable || pushBack == .doNotRetry { throttle?.failed() }
        guard isRetryable, attempts < maxAttempts, throttle?.allowsRetries ?? true else {
            return nil
        }
        switch pushBack {
        case .doNotRetry: return nil
        case .retryAfter(let delay): return delay
        case .none: return backoff.delay(afterFailures: failures, random: random)
        }
    }
}

/// A token bucket that stops retries while most calls fail (gRFC A6, "throttling retry attempts").
package struct RetryThrottle: Sendable, Equatable {
    private let maxTokens: Double
    private let tokenRatio: Double
    private(set) var tokens: Double

    /// - Parameters:
    ///   - maxTokens: 1 … 1000; retries stop at half of it.
    ///   - tokenRatio: what a success gives back; a failure takes 1.
    package init(maxTokens: Double, tokenRatio: Double) {
        self.maxTokens = min(max(maxTokens, 1), 1000)
        self.tokenRatio = max(tokenRatio, 0.001)
        tokens = self.maxTokens
    }

    package var allowsRetries: Bool { tokens > maxTokens / 2 }

    package mutating func failed() { tokens = max(0, tokens - 1) }
    package mutating func succeeded() { tokens = min(maxTokens, tokens + tokenRatio) }
}
