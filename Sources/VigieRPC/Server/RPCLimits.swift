/// What a server accepts of its callers, beyond the transport's own limits (ServerLimits).
package struct RPCLimits: Sendable {
    /// Largest request message in bytes, after decompression (gRPC's usual default).
    package var maxRequestBytes = 4 * 1024 * 1024
    /// Largest response message in bytes; a handler's answer over it becomes RESOURCE_EXHAUSTED.
    package var maxResponseBytes = Int(Int32.max)
    /// Size of the request's header list as RFC 9113 §6.5.2 counts it.
    package var maxHeaderListBytes = 16 * 1024
    /// Calls that a loop serves at once, streams included; further ones are shed with
    /// RESOURCE_EXHAUSTED and a push-back. HTTP/2's own limit is for one connection, this one is for all.
    package var maxConcurrentCalls = 10_000
    /// Answers that a loop waits for from other threads. A caller that cancels leaves its work
    /// behind (HTTP/2 rapid reset): that work counts until its ``DeferredReply`` is used or let go.
    package var maxDeferredCalls = 4096
    /// Bytes of requests that a loop holds because they are not complete yet.
    package var maxBufferedRequestBytes = 256 * 1024 * 1024
    /// Bytes of answers that the caller has not taken, on one connection, over which its further calls
    /// are shed: else who asks and does not read could have the server hold as many answers as streams
    /// are allowed. Room for one answer of the largest usual size, so that it does not hurt others.
    package var maxUnreadBytes = 32 * 1024 * 1024
    /// How many calls of one round of events a loop takes on, found by itself; nil: all of them.
    package var adaptiveConcurrency: ConcurrencyLimit.Options? = ConcurrencyLimit.Options()
    /// When a caller that was shed may come back (`grpc-retry-pushback-ms`).
    package var shedRetryAfter: Duration = .milliseconds(200)
    /// Ended calls a loop keeps for reuse.
    package var pooledCalls = 1024

    package init() {}
}
