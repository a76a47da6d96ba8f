/// What a server accepts of a call.
package struct RPCLimits: Sendable {
    /// Largest request message, after decompression (gRPC's usual default).
    package var maxRequestBytes = 4 * 1024 * 1024
    /// Largest response message; a handler's answer over it becomes RESOURCE_EXHAUSTED.
    package var maxResponseBytes = Int(Int32.max)
    /// Size of the request's header list as RFC 9113 §6.5.2 counts it.
    package var maxHeaderListBytes = 16 * 1024
    /// A request that is not a stream must have arrived whole by then.
    package var requestTimeout: Duration = .seconds(30)
    /// Ended calls a loop keeps for reuse.
    package var pooledCalls = 1024

    package init() {}
}
