import Testing
import VigieRPC

struct RetryPolicyTests {
    private let policy = RetryPolicy(
        maxAttempts: 4,
        backoff: Backoff(initial: .milliseconds(100), multiplier: 2, longest: .milliseconds(300)),
        retryableCodes: [.unavailable])

    private func delay(
        _ code: StatusCode = .unavailable, attempts: Int = 1, failures: Int = 1,
        pushBack: RetryPolicy.PushBack = .none, throttle: RetryThrottle? = nil
    ) -> Duration? {
        var throttle = throttle
        return policy.delay(
            after: code, attempts: attempts, failures: failures, pushBack: pushBack,
            throttle: &throttle, random: 0.5)
    }

    @Test func only_codes_that_are_named_are_tried_again() {
        #expect(delay(.unavailable) != nil)
        for code in StatusCode.allCases where code != .unavailable { #expect(delay(code) == nil) }
    }

    @Test func attempts_are_bounded_by_five_whatever_is_asked_for() {
        #expect(RetryPolicy(maxAttempts: 100).maxAttempts == 5)
        #expect(delay(attempts: 3) != nil)
        #expect(delay(attempts: 4) == nil)
    }

    @Test func delays_double_up_to_the_longest() {
        let delays = (1...4).map { delay(failures: $0) }
        #expect(delays == [100, 200, 300, 300].map { .milliseconds($0) })
    }

    @Test func jitter_is_a_fifth_either_way() {
        let backoff = Backoff.connecting
        #expect(backoff.delay(afterFailures: 1, random: 0) == .milliseconds(800))
        #expect(backoff.delay(afterFailures: 1000, random: 0.5) == .seconds(120))
        #expect(backoff.delay(afterFailures: 1, random: 0.999) < .milliseconds(1200))
    }

    @Test func the_servers_push_back_decides() {
        #expect(delay(pushBack: .retryAfter(.seconds(9))) == .seconds(9))
        #expect(delay(pushBack: .doNotRetry) == nil)
    }

    @Test(arguments: [
        (nil, RetryPolicy.PushBack.none), ("0", .retryAfter(.zero)),
        ("1500", .retryAfter(.milliseconds(1500))), ("-1", .doNotRetry), ("soon", .doNotRetry),
        ("99999999999", .doNotRetry),
    ])
    func push_back_is_read(_ text: String?, _ pushBack: RetryPolicy.PushBack) {
        #expect(RetryPolicy.PushBack(text) == pushBack)
    }

    @Test func retries_stop_while_most_calls_fail_and_come_back_when_they_succeed() {
        var throttle: RetryThrottle? = RetryThrottle(maxTokens: 10, tokenRatio: 0.5)
        func fail() -> Bool {
            policy.delay(
                after: .unavailable, attempts: 1, failures: 1, pushBack: .none,
                throttle: &throttle, random: 0.5) != nil
        }
        #expect((1...4).map { _ in fail() } == [true, true, true, true])
        #expect(!fail(), "five of ten tokens are left")
        throttle?.succeeded()
        throttle?.succeeded()
        throttle?.succeeded()
        #expect(fail() == true)
    }

    @Test func failures_that_are_not_retryable_cost_no_tokens() {
        var throttle: RetryThrottle? = RetryThrottle(maxTokens: 10, tokenRatio: 0.1)
        _ = policy.delay(
            after: .notFound, attempts: 1, failures: 1, pushBack: .none, throttle: &throttle,
            random: 0.5)
        #expect(throttle == RetryThrottle(maxTokens: 10, tokenRatio: 0.1))
    }
}
