import Glibc
import VigieProtos
import VigieRPC
import VigieTransport

/// Cases of our own: retries, servers that come and go.
extension InteropClient {
    static let failureCases: [(name: String, run: @Sendable (InteropClient) async throws -> Void)] =
        [
            ("retry", { try await $0.call(Self.retrying) }),
            ("retry_fails", { try await $0.fails(.unavailable, Self.retrying) }),
            ("abort_fails", { try await $0.fails(.aborted, Self.retrying) }),
            ("retry_after_700_ms", { try await $0.retryAfter700Milliseconds() }),
            ("calls_for_2_s", { try await $0.callsFor2Seconds() }),
            ("unreachable", { try await $0.fails(.unavailable, CallOptions()) }),
            ("unreachable_within_deadline", { try await $0.unreachableWithinDeadline() }),
            ("restart", { try await $0.restart() }),
        ]

    private static var retrying: CallOptions {
        var options = CallOptions(timeout: .seconds(10))
        options.retry = RetryPolicy(maxAttempts: 3, retryableCodes: [.unavailable])
        return options
    }

    private func call(_ options: CallOptions) async throws {
        try await client.unary(
            Service.EmptyCall.self, options: options, request: { _ in }, response: { _ in })
    }

    private func fails(_ code: StatusCode, _ options: CallOptions) async throws {
        _ = try await expectFailure(code) { try await call(options) }
    }

    private func retryAfter700Milliseconds() async throws {
        let begun = MonotonicTime.now()
        try await call(Self.retrying)
        let waited = MonotonicTime.now().since(begun)
        if waited < .milliseconds(700) {
            throw Mismatch(description: "the retry came after \(waited)")
        }
    }

    private func callsFor2Seconds() async throws {
        let end = MonotonicTime.now().advanced(by: .seconds(2))
        var count = 0
        while MonotonicTime.now() < end {
            try await call(CallOptions(timeout: .seconds(5)))
            count += 1
            try await Task.sleep(for: .milliseconds(5))
        }
        if count < 10 { throw Mismatch(description: "only \(count) calls") }
    }

    private func unreachableWithinDeadline() async throws {
        var options = CallOptions(timeout: .milliseconds(300))
        options.waitsForReady = true
        try await fails(.deadlineExceeded, options)
    }

    /// Tells on standard output how far it is, for the test that stops and starts the server.
    private func restart() async throws {
        func say(_ text: String) {
            print(text)
            fflush(nil)
        }
        try await call(CallOptions())
        say("called")
        while true {
            do throws(RPCStatus) {
                try await client.unary(
                    Service.EmptyCall.self, request: { _ in }, response: { _ in })
            } catch {
                // grpcio resets the call that runs while it stops with CANCEL; the next one tells.
                if error.code != .cancelled {
                    try expect(error.code, .unavailable, "the status (\(error))")
                    break
                }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        say("lost")
        var options = CallOptions(timeout: .seconds(15))
        options.waitsForReady = true
        try await call(options)
    }
}
