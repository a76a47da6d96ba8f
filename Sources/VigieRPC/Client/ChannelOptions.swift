import VigieTransport

/// How a channel connects and calls; the defaults are gRPC's.
package struct ChannelOptions: Sendable {
    /// Windows, keepalive, and time limits of the connection.
    package var connection = ClientOptions()
    /// A client's TLS; nil for cleartext.
    package var tls: TLSContext?
    /// `:authority`; nil for the address.
    package var authority: String?
    /// In front of Vigie's own name in `user-agent`.
    package var userAgent = ""
    /// Time between attempts to connect.
    package var reconnect = Backoff.connecting
    /// Which failures are tried again, for calls that do not say so themselves; nil for none but
    /// those that the server has certainly not looked at.
    package var retry: RetryPolicy?
    /// Stops retries to a server that fails most calls (gRFC A6); nil for none.
    package var retryThrottling: RetryThrottle? = RetryThrottle(maxTokens: 100, tokenRatio: 0.1)
    /// Largest response message in bytes, after decompression.
    package var maxResponseBytes = 4 * 1024 * 1024
    /// Bytes of a call's requests that are kept to be sent again; a call over it is not retried
    /// (gRFC A6, "buffering").
    package var maxRetryBufferBytes = 256 * 1024
    /// Calls that wait for a connection or for room on it; further ones fail with RESOURCE_EXHAUSTED.
    package var maxWaitingCalls = 10_000

    package init() {}
}
